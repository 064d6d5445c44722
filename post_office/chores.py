"""What a post office does beside sending and taking: it lets go of what is old or erased, and looks whether somebody reads."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog
from holidays import country_holidays

from contracts.alarms import AlarmCode
from post_office.book import SqlBook
from post_office.clock import now_utc
from runtime.office.watching import Finding, Look

log = structlog.get_logger()

UNREAD = timedelta(minutes=15)
"""When something has waited for so long while the agency was open, and nobody came to read, a person hears of it."""

HOLIDAYS = country_holidays("NL")

OFTEN = 60.0
"""Seconds between two rounds."""

FULL = 0.8
"""The part of a book's room from which on a person hears of it."""


class Chores:
    """The rounds of a post office.

    Args:
        book: Its book.
        forget: What else forgets a case: dead letters.
        days: For how long content stays that all readers have acknowledged.
        taken_to: Says up to which position webhooks are done; None: there are none.
        now: The clock.
    """

    def __init__(
        self,
        book: SqlBook,
        forget: Callable[[str], Awaitable[None]],
        days: float,
        taken_to: Callable[[], Awaitable[int | None]] | None = None,
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        self._now = now
        self._book = book
        self._forget = forget
        self._taken_to = taken_to
        self._days = timedelta(days=days)
        self._erased: set[str] = set()

    @asynccontextmanager
    async def done(self, pause: float = OFTEN) -> AsyncGenerator[None]:
        """Go round while inside; the first round is at once."""
        task = asyncio.create_task(self._keep_going_round(pause))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def round(self) -> None:
        """Go round once."""
        self._erased.update(await self._book.cases.end_erased())
        for reference in sorted(self._erased):
            await self._forget(reference)
            self._erased.discard(reference)
        taken_to = await self._taken_to() if self._taken_to else None
        await self._book.feeding.let_go(self._now() - self._days, taken_to)

    def looks(self) -> list[Look]:
        """What is looked at."""
        return [Look("unread", self._unread), Look("book", self._room), Look("damage", self._damage)]

    async def _unread(self) -> Sequence[Finding]:
        since = await self._book.feeding.unread_since()
        hours = self._book.store.agency.hours
        late = since is not None and hours.open_for(since, self._now(), HOLIDAYS) >= UNREAD
        words = "events wait in the feed of the post office, and nobody has read it for 15 minutes: does the case system run?"
        return [Finding(AlarmCode.OFFICE, "unread", words)] if late else []

    async def _room(self) -> Sequence[Finding]:
        part = self._book.store.room.part_full
        words = f"the book of the post office is {part:.0%} full: then it takes nothing more"
        return [Finding(AlarmCode.OFFICE, "book", words)] if part >= FULL else []

    async def _damage(self) -> Sequence[Finding]:
        return self._book.store.damage.findings()

    async def _keep_going_round(self, pause: float) -> None:
        while True:
            try:
                await self.round()
            except Exception as error:
                log.warning("chores_not_done", agency=self._book.store.agency.slug, error=type(error).__name__)
            await asyncio.sleep(pause)
