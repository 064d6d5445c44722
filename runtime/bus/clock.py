"""Whether the clock here and the clock of the bus say the same; where they do not, nobody can judge the times in events."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import structlog
from faststream.nats import NatsBroker

from runtime.bus.sparing import SparingAlarm

log = structlog.get_logger()

APART = timedelta(minutes=2)
"""Clocks of servers are right to a second; an event may be from five minutes in the future."""
PAUSE = 30.0
"""Seconds between two looks."""
ASKED = "$JS.API.STREAM.INFO.DEAD"
"""Any answer with the time of the bus would do; a worker may ask for this one."""


def now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


class ComparedClock:
    """The clock of this machine, which is looked at beside that of the bus."""

    def __init__(self, broker: NatsBroker, agency: str, alarm: SparingAlarm, now: Callable[[], datetime]) -> None:
        self._broker = broker
        self._agency = agency
        self._alarm = alarm
        self.now = now
        self.wrong = False

    @asynccontextmanager
    async def watched(self) -> AsyncGenerator[None]:
        """While inside, it is looked at again and again."""
        await self.look()
        task = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            task.cancel()

    async def look(self) -> bool:
        """Compare, and say so where they differ; whether they do."""
        ahead = await self._ahead()
        if ahead:
            await self._say(ahead)
        elif self.wrong:
            log.warning("clock_right_again", agency=self._agency)
            self._alarm.over("clock")
        self.wrong = ahead is not None
        return self.wrong

    async def _ahead(self) -> timedelta | None:
        """How much this clock is ahead of that of the bus, if that is more than it may be."""
        before = self.now()
        answer = json.loads((await self._broker.config.connection_state.connection.request(ASKED, b"", timeout=5)).data)
        after = self.now()
        if "ts" not in answer:
            return None
        said = datetime.fromisoformat(answer["ts"][:19]).replace(tzinfo=UTC)
        return None if before - APART <= said <= after + APART else after - said

    async def _say(self, ahead: timedelta) -> None:
        seconds = ahead.total_seconds()
        log.error("clock_wrong", agency=self._agency, seconds=seconds)
        words = f"the clock here is {abs(seconds):.0f} seconds {'ahead of' if seconds > 0 else 'behind'} that of the bus"
        remedy = "set the one that is wrong, and keep both right with a time service"
        await self._alarm.say("clock", f"{words}, so nothing is taken: {remedy}")

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(PAUSE)
            with suppress(Exception):  # the bus is away: it is asked again
                await self.look()
