"""Simulated people wait for a file that does not answer in time, and give up where it never will."""

from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from console.demo.staff import SimulatedStaff
from contracts.agencies import Directory
from tests.console.web.doubles import OWNER, Found, Named, a_case


class Here:
    """An installation of which only the directory is asked for."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory


class Late:
    """Files that answer after some questions."""

    def __init__(self, directory: Directory, *faults: RPCStatusCode) -> None:
        self._found = Found(directory.get(OWNER), Named("case"), a_case())
        self.faults = list(faults)

    async def at(self, _: object, __: str) -> list[Found]:
        if self.faults:
            raise RPCError("Timeout expired", self.faults.pop(), b"")
        return [self._found]


def staff(directory: Directory, files: Late) -> SimulatedStaff:
    somebody = SimulatedStaff.__new__(SimulatedStaff)
    parts: dict[str, Any] = {"_installation": Here(directory), "_files": files}
    vars(somebody).update(parts)
    return somebody


async def test_what_answers_late_is_asked_again(directory: Directory) -> None:
    files = Late(directory, RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED)
    seen: Any = await staff(directory, files).sees(OWNER, "k", "offered", "case")
    assert seen.view.kind == "case"
    assert not files.faults


async def test_the_control_another_fault_is_told(directory: Directory) -> None:
    with pytest.raises(RPCError):
        await staff(directory, Late(directory, RPCStatusCode.PERMISSION_DENIED)).sees(OWNER, "k", "offered", "case")
