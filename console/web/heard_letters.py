"""Refused events for pages: whatever means that the bus does not answer is one thing there."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from nats.errors import Error as NatsError

from console.dead_codes import Dismissal
from console.dead_letters import Looked, RefusedEvents
from console.web.looking import NoAnswer
from runtime.bus import DeadLetter, PublishFailed

AT_ONCE = 4
"""Connections of this console to the bus at a time, each of which is an agency's; others wait."""

PLACES = asyncio.Semaphore(AT_ONCE)

SILENT = (NatsError, OSError, TimeoutError, PublishFailed)


class HeardLetters(RefusedEvents):
    """The same refused events; a bus that does not answer raises ``NoAnswer``."""

    async def newest(self, before: int | None = None, most: int = 50) -> tuple[DeadLetter, ...]:
        """See ``RefusedEvents``."""
        async with silence():
            return await super().newest(before, most)

    async def one(self, number: int) -> Looked:
        """See ``RefusedEvents``."""
        async with silence():
            return await super().one(number)

    async def replay(self, number: int, once: str) -> None:
        """See ``RefusedEvents``."""
        async with silence():
            await super().replay(number, once)

    async def dismiss(self, number: int, why: Dismissal) -> None:
        """See ``RefusedEvents``."""
        async with silence():
            await super().dismiss(number, why)


@asynccontextmanager
async def silence() -> AsyncGenerator[None]:
    """While inside, a bus that does not answer raises ``NoAnswer``."""
    async with PLACES:
        try:
            yield
        except SILENT as error:
            raise NoAnswer from error
