"""Corrections for pages: whatever means that the bus does not answer is one thing there."""

from console.corrections import Correctable, Corrector
from console.web.heard_letters import silence


class HeardCorrector(Corrector):
    """The same; a bus that does not answer raises ``NoAnswer``."""

    async def look(self, number: int) -> Correctable:
        """See ``Corrector``."""
        async with silence():
            return await super().look(number)

    async def propose(self, number: int, text: str) -> None:
        """See ``Corrector``."""
        async with silence():
            await super().propose(number, text)

    async def release(self, number: int, seen: str) -> bool:
        """See ``Corrector``."""
        async with silence():
            return await super().release(number, seen)
