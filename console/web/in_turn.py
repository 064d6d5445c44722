"""Who sends the same ticket at the same moment: one after another, so that all hear what the first was answered."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from console.web.looking import TO_DECIDE, NoAnswer


class InTurn:
    """The tickets that are acted on just now. One process serves an agency's pages, so it knows of all of them."""

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, ticket: str, seconds: float = TO_DECIDE) -> AsyncGenerator[None]:
        """While inside, nobody else acts on this ticket.

        Args:
            ticket: As it was sent.
            seconds: How long to wait for one's turn: as long as the first waits for its answer.

        Raises:
            NoAnswer: The first has no answer yet either.
        """
        turn = self._turns.setdefault(ticket, asyncio.Lock())
        try:
            async with asyncio.timeout(seconds):
                await turn.acquire()
        except TimeoutError:
            raise NoAnswer from None
        try:
            yield
        finally:
            turn.release()
