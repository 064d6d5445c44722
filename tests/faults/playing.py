"""Staff that plays cases while servers come and go: it tries again until it is acknowledged, and records that.

python -m tests.faults.playing CASES RECORD
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from nats.errors import Error as NatsError
from temporalio.client import RPCTimeoutOrCancelledError
from temporalio.service import RPCError

from console.files import Found
from console.installation import Installation
from console.reading import ANSWER
from contracts.events.signals import SignalReported
from contracts.views import FileView
from tests.faults.record import Record
from tests.faults.town import COORDINATOR, SIGNAL
from tests.installed import Here

T = TypeVar("T")
AWAY = (RPCError, RPCTimeoutOrCancelledError, NatsError, OSError, TimeoutError, RuntimeError)
"""A server or an office that is not there, as the clients say it; the staff says a receipt that did not come as RuntimeError."""
NO_ANSWER = 30.0
PAUSE = 0.3
AT_ONCE = 10
REPORTERS = ("urk", "lelystad", "police-midden-nederland")
DECISIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("accept_case", {}),
    ("record_triage", {"finding": "presumed_victim"}),
    ("record_intake", {"needs": "an example"}),
    ("conclude_case", {"outcome": "no_help_wanted"}),
)
BY_STAFF = 5
"""Each fifth signal is reported by the staff, which waits for the receipt; the others are put on the bus."""
LEFT_OPEN = 10
"""Each tenth case waits for consent at the end."""
ACTS = 1 + len(DECISIONS)


class Players:
    """Everybody at the agencies."""

    def __init__(self, here: Here, record: Record) -> None:
        self._here = here
        self._record = record

    async def play(self, cases: int) -> None:
        """Play so many cases, some side by side: from signal to closure, and besides some that are left open.

        What the record has of an earlier time is finished first.
        """
        places, begun = asyncio.Semaphore(AT_ONCE), list(self._record.signals)

        async def one(number: int) -> None:
            async with places:
                if number < len(begun):
                    await self._finish(begun[number], left_open=begun[number] in self._record.left)
                else:
                    await self._case(number, left_open=number >= cases)

        await asyncio.gather(*(one(number) for number in range(cases + cases // LEFT_OPEN)))

    async def _case(self, number: int, *, left_open: bool) -> None:
        reporter = REPORTERS[number % len(REPORTERS)]
        reference = await (self._told if number % BY_STAFF == 0 else self._put)(reporter)
        await self._finish(reference, left_open=left_open)

    async def _finish(self, reference: str, *, left_open: bool) -> None:
        if left_open:
            self._record.leave(reference)
        for command, content in DECISIONS[:-1] if left_open else DECISIONS:
            await self._decide(reference, command, content)
        self._record.finish(reference)

    async def _told(self, reporter: str) -> str:
        """Until a receipt comes; a signal of which none came may be a case of which nobody here knows."""
        reference = await self._until_acknowledged(lambda: self._here.staff.report(reporter, SIGNAL, "signal-desk"))
        self._record.signal(reference, None)
        return reference

    async def _put(self, reporter: str) -> str:
        event = self._here.event(reporter, SignalReported, SIGNAL.model_dump(mode="json"))
        await self._until_acknowledged(lambda: self._here.put(reporter, "signal-desk", SignalReported, event))
        self._record.signal(event["caseref"], event["id"])
        return event["caseref"]

    async def _decide(self, reference: str, command: str, content: dict[str, Any]) -> None:
        """Until it is acknowledged, or stands in the file after a try of which nobody heard the end."""
        agency = self._here.installation.directory.get(COORDINATOR)
        while True:
            client = await self._until_acknowledged(lambda: self._here.installation.client(agency))
            handle: Any = client.get_workflow_handle(f"case-{reference}")
            try:
                view: FileView = await handle.query("view", result_type=FileView, rpc_timeout=ANSWER)
                if command in {line.what for line in view.story}:
                    return
                if command in {choice.command for choice in view.choices}:
                    async with asyncio.timeout(NO_ANSWER):
                        await self._here.files.decide(Found(agency, handle, view), command, content)
                    self._record.decided(reference, command)
                    return
            except (*AWAY, ValueError):  # a second try of what was done is refused in words
                self._record.tries += 1
            await asyncio.sleep(PAUSE)

    async def _until_acknowledged(self, act: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await act()
            except AWAY:
                self._record.tries += 1
                await asyncio.sleep(PAUSE)


async def main(cases: int, record: Path) -> None:
    await Players(Here(Installation.reach()), Record(record)).play(cases)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
