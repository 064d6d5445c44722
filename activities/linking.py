"""A reference of its own for what is kept apart from a case; the way back is known here alone, and erased with the case."""

from typing import Protocol

from temporalio import activity

from contracts.reference import Reference
from contracts.text import Model


class CaseAsking(Model):
    """A case that has noted something which is kept apart."""

    reference: Reference


class Links(Protocol):
    """The port to the links."""

    async def made(self, case: str) -> str:
        """The reference that leads back to a case, made when it is first asked for; random, so that nothing else does."""
        ...


class Linking:
    """Links, for one agency."""

    def __init__(self, links: Links) -> None:
        self._links = links

    @activity.defn
    async def refer_apart(self, case: CaseAsking) -> str:
        """The reference under which what a case noted is kept apart; once more: the same."""
        return await self._links.made(case.reference)
