"""What is silence to a page, and what is not."""

import asyncio
from contextlib import suppress
from typing import Any, cast

import pytest
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from console.files import Files
from console.web import heard
from console.web.heard import Heard
from console.web.looking import NoAnswer
from runtime.audit.store import AuditUnavailable
from runtime.keys.case_keys import CaseErased
from runtime.people.people import PersonUnknown
from runtime.processing.log import NotLogged
from runtime.temporal.client import TemporalUnreachable

DECIDED: list[str] = []
FILES = Heard(cast("Any", None), cast("Any", object()), lambda: DECIDED.append("decided"))
ASKED: dict[str, tuple[Any, ...]] = {
    "one": (None, "case-1"),
    "content": (None,),
    "decide": (None, "accept_case", {}),
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize(
    ("fault", "is_silence"),
    [
        (RPCError("x", RPCStatusCode.UNAVAILABLE, b""), True),
        (WorkflowQueryFailedError("x"), True),
        (TemporalUnreachable("x"), True),
        *((fault("x"), False) for fault in (AuditUnavailable, NotLogged, PersonUnknown, CaseErased, ValueError)),
    ],
    ids=repr,
)
async def test_only_a_file_that_does_not_answer_is_silent(
    asked: str, fault: Exception, is_silence: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any) -> None:
        raise fault

    monkeypatch.setattr(Files, asked, fails)
    with pytest.raises(NoAnswer if is_silence else type(fault)):
        await getattr(FILES, asked)(*ASKED[asked])


async def test_a_decision_that_no_office_takes_is_not_asked_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []

    async def for_ever(*_: Any) -> str:
        try:
            return await asyncio.Future()
        finally:
            ended.append("asked no more")

    monkeypatch.setattr(Files, "decide", for_ever)
    monkeypatch.setattr(heard, "ENDS", 0.05)
    with pytest.raises(NoAnswer):
        await asyncio.wait_for(FILES.decide(cast("Any", None), "accept_case", {}), 30)
    assert ended == ["asked no more"]


@pytest.mark.parametrize("fault", [None, ConnectionError, RPCError("", RPCStatusCode.UNAVAILABLE, b"")])
async def test_what_was_decided_or_may_have_been_is_told_and_no_look_is(monkeypatch: pytest.MonkeyPatch, fault: Any) -> None:
    async def does(*_: Any) -> str:
        if fault:
            raise fault
        return "triage"

    monkeypatch.setattr(Files, "decide", does)
    monkeypatch.setattr(Files, "one", does)
    DECIDED.clear()
    with suppress(ConnectionError, NoAnswer):
        await FILES.one(cast("Any", None), "case-1")
    assert DECIDED == []
    with suppress(ConnectionError, NoAnswer):
        await FILES.decide(cast("Any", None), "accept_case", {})
    assert DECIDED == ["decided"]
