"""How long a file is kept that has ended: one line per file, which waits for years without a workflow."""

from typing import Protocol

from temporalio import activity

from contracts.ended import EndedFile


class Terms(Protocol):
    """The port to the files that have ended."""

    async def begin(self, ended: EndedFile) -> None:
        """Write it down, once, and tell who waits for the end of this file; done when it is on disk."""
        ...


class Keeping:
    """Begins terms of retention, for one agency."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    @activity.defn
    async def begin_term(self, ended: EndedFile) -> None:
        """A file has ended, and is kept from now on for its term."""
        await self._terms.begin(ended)
