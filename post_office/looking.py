"""Health out of what a post office can look at: its book, who reads it, and whatever else it is given."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from post_office.clock import now_utc
from post_office.health import Does, Part
from post_office.ports import Book

Look = Callable[[], Awaitable[str | None]]
"""Looks at a part: None where it does well, or what is the matter and what to do."""

PATIENCE = 3.0
"""Seconds for a look."""
UNREAD = timedelta(minutes=15)
"""For so long an event may stand unread before somebody should look."""


class Looking:
    """Looks when it is asked; all parts at once, none of them for long.

    Args:
        book: What keeps.
        others: Further looks, by the name of the part: bus, clock, keys.
        now: The clock.
    """

    def __init__(self, book: Book, others: Mapping[str, Look], now: Callable[[], datetime] = now_utc) -> None:
        self._book, self._others, self._now = book, others, now

    async def parts(self) -> list[Part]:
        """Every part, in the order in which they were given; then the book and its readers."""
        looks = [_seen(name, look) for name, look in self._others.items()]
        return await asyncio.gather(*looks, _seen("book", self._answers), self._unread())

    async def _answers(self) -> None:
        await self._book.newest()

    async def _unread(self) -> Part:
        """The oldest event that some reader has not acknowledged; without readers, the oldest of all."""
        try:
            async with asyncio.timeout(PATIENCE):
                readers = await self._book.readers()
                after = min((reader.position for reader in readers), default=0)
                oldest = await self._book.feed(after, 1)
        except Exception as error:
            return _unseen("unread", error)
        if not oldest or self._now() - oldest[0].at < UNREAD:
            return Part("unread")
        late = ", ".join(reader.name for reader in readers if reader.position == after) or "nobody has read anything yet"
        return Part("unread", Does.WARN, f"an event waits to be read: {late}", oldest[0].at)


async def _seen(name: str, look: Callable[[], Awaitable[str | None]]) -> Part:
    try:
        async with asyncio.timeout(PATIENCE):
            words = await look()
    except Exception as error:
        return _unseen(name, error)
    return Part(name, Does.FAIL, words) if words else Part(name)


def _unseen(name: str, error: Exception) -> Part:
    """Of a fault its name only: its words may quote anything."""
    return Part(name, Does.FAIL, f"it could not be looked at ({type(error).__name__}): the log of the post office says more")
