"""The feed as server-sent events: each has an id, so that a reader goes on where it was; a sign of life where nothing comes."""

import asyncio
import time
from collections.abc import AsyncGenerator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from post_office.api.handing import hand_out
from post_office.door import Door
from post_office.heard import written
from post_office.ports import Heard
from post_office.problems import Problem
from post_office.tokens import Listed

ALIVE = b": alive\n\n"
BEGIN = b"retry: 2000\n\n"
"""Milliseconds after which a browser, or a library, comes again."""
PIECE = 50


class Stream(StreamingResponse):
    """One reader who listens.

    Args:
        door: Of the application.
        who: Listens.
        after: Which position.
        types: Only these; none: all.

    Raises:
        Problem: There are too many already.
    """

    def __init__(self, door: Door, who: Listed, after: int, types: frozenset[str]) -> None:
        door.streams.sit(who.digest)
        self._door, self._who, self._after, self._types = door, who, after, types
        super().__init__(self._events(), media_type="text/event-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification; the seat is free again, however it ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._door.streams.rise(self._who.digest)

    async def _events(self) -> AsyncGenerator[bytes]:
        book, end = self._door.book, time.monotonic() + self._door.limits.stream
        yield BEGIN
        while time.monotonic() < end and not self._door.closing.is_set() and self._still_may():
            newest = await book.newest()  # before it is read: what comes later stands behind it
            piece = await book.feed(self._after, PIECE, self._types)
            try:
                await hand_out(self._door, self._who, self._after, piece)
            except Problem:
                return  # its reader comes again, and hears why
            for heard in piece:
                yield self._one(heard)
            self._after = piece[-1].position if len(piece) == PIECE else max([newest, *(heard.position for heard in piece)])
            if not piece and not await self._more():
                yield ALIVE

    async def _more(self) -> bool:
        """Whether something comes before it is time for a sign of life, or the process ends."""
        coming = asyncio.ensure_future(self._door.book.more(self._after, self._door.limits.alive))
        closing = asyncio.ensure_future(self._door.closing.wait())
        try:
            await asyncio.wait([coming, closing], return_when=asyncio.FIRST_COMPLETED)
            return coming.done() and coming.result()
        finally:
            coming.cancel()
            closing.cancel()

    def _still_may(self) -> bool:
        """Whoever ends a token ends what is open with it."""
        return self._who in self._door.about.tokens.listed()

    def _one(self, heard: Heard) -> bytes:
        text = written(heard, self._door.about.directory)
        return b"id: %b\nevent: %b\ndata: %b\n\n" % (heard.id.encode(), heard.type.encode(), text)
