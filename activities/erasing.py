"""What is held of a case, and destroying it: the key in every store, for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from pydantic import AwareDatetime, Field
from temporalio import activity
from temporalio.exceptions import ApplicationError

from contracts.agencies import Directory, Party
from contracts.ended import EndedFile
from contracts.orders import Ordering, objection_to_order
from contracts.reference import Reference
from contracts.text import Model, Slug

NOT_ORDERED = "not_ordered"
"""Error type of an erasure that two persons of this agency have not ordered."""

STILL_OPEN = "still_open"
"""Error type of an erasure while a file about the case is open."""


class Question(Model):
    """What is held of a case?"""

    reference: Reference


class Holding(Model):
    """What is held of a case here, and who else was told of it or told us.

    Attributes:
        held: Whether there is a key with which anything could be read.
        destroyed_on: When that key was destroyed.
        open_files: Names of files that are open.
        partners: Other agencies that have a part in it.
    """

    held: bool
    destroyed_on: date | None
    open_files: tuple[str, ...]
    partners: tuple[Party, ...]


class ErasureOrder(Model):
    """Erase a case, as persons ordered.

    Attributes:
        orders: What they signed, the first and the second.
        askers: Other agencies that asked; where one of them has a part in the case, one person here suffices.
        asked_at: When it was asked; who came after that does not confirm it. None: when the first person signed.
    """

    reference: Reference
    orders: tuple[str, ...]
    askers: tuple[Slug, ...] = ()
    asked_at: AwareDatetime | None = None


class Erasure(Model):
    """A case that was erased.

    Attributes:
        persons: Who ordered it, by the names under which they sign.
        unreadable_from: From when on nothing of it can be read from a backup of the bus either.
    """

    destroyed_on: date
    unreadable_from: date
    persons: tuple[str, ...] = Field(default=())


class Store(Protocol):
    """The port to one place in which content of a case can be read."""

    async def forget(self, case: str) -> None:
        """Destroy what makes the case readable; again does no harm."""
        ...


class KeyStore(Store, Protocol):
    """The port to the keys of cases."""

    async def held(self, case: str) -> tuple[bool, datetime | None]:
        """Whether there is a key of the case, and when it was destroyed."""
        ...


class Exchanges(Protocol):
    """The port to what was told to whom."""

    async def partners(self, case: str) -> tuple[str, ...]:
        """Slugs of the agencies that have a part in a case: they told something of it that was taken, or were told."""
        ...


class Ended(Store, Protocol):
    """The port to the files that have ended."""

    async def of(self, case: str) -> tuple[EndedFile, ...]:
        """Those of a case."""
        ...


class OpenFiles(Protocol):
    """The port to the files that are open."""

    async def about(self, case: str) -> tuple[str, ...]:
        """Names of the open files about a case, its retention left out."""
        ...


class Signatures(Protocol):
    """The port to the persons of this agency."""

    async def who(self, order: str, case: str) -> Ordering:
        """Who signed an order to erase this case.

        Raises:
            ValueError: Nobody who may.
        """
        ...


class Mail(Protocol):
    """The port to the agency's keys for events."""

    async def unreadable_from(self) -> datetime:
        """When the last key is destroyed with which something that waits on the bus now could be read."""
        ...


@dataclass(frozen=True)
class Holdings:
    """Everything in which something of a case may be.

    Attributes:
        keys: The keys of cases.
        stores: What is readable without them.
        exchanges: What was told to whom.
        files: The files that are open.
        ended: The files that have ended.
        persons: Who may order an erasure.
        mail: What waits on the bus.
    """

    keys: KeyStore
    stores: Sequence[Store]
    exchanges: Exchanges
    files: OpenFiles
    ended: Ended
    persons: Signatures
    mail: Mail


class Erasing:
    """Looks and destroys, for one agency. Every step may be done again."""

    def __init__(self, me: Slug, directory: Directory, holdings: Holdings) -> None:
        self._me = me
        self._directory = directory
        self._holdings = holdings

    @activity.defn
    async def look(self, question: Question) -> Holding:
        """What is held of a case, and who else may hold something."""
        held, destroyed = await self._holdings.keys.held(question.reference)
        slugs = await self._holdings.exchanges.partners(question.reference)
        known = [self._directory.by_slug[slug].party for slug in slugs if slug in self._directory.by_slug and slug != self._me]
        ended = {f"{file.system}-{question.reference}" for file in await self._holdings.ended.of(question.reference)}
        open_files = await self._holdings.files.about(question.reference)
        return Holding(
            held=held,
            destroyed_on=destroyed.date() if destroyed else None,
            open_files=tuple(name for name in open_files if name not in ended),  # a search still shows what has just ended
            partners=tuple(known),
        )

    @activity.defn
    async def erase(self, order: ErasureOrder) -> Erasure:
        """Destroy the key of a case, and whatever else could be read of it.

        Raises:
            ApplicationError: ``not_ordered`` or ``still_open``; then nothing was destroyed.
        """
        persons = await self._who_ordered(order)
        open_files = await self._holdings.files.about(order.reference)
        if open_files:
            raise ApplicationError(f"open: {', '.join(open_files)}", type=STILL_OPEN, non_retryable=True)
        for store in (*self._holdings.stores, self._holdings.ended):
            await store.forget(order.reference)
        await self._holdings.keys.forget(order.reference)
        _, destroyed = await self._holdings.keys.held(order.reference)
        if destroyed is None:
            raise RuntimeError("the key of the case is still there")
        unreadable = await self._holdings.mail.unreadable_from()
        return Erasure(destroyed_on=destroyed.date(), unreadable_from=unreadable.date(), persons=persons)

    async def _who_ordered(self, order: ErasureOrder) -> tuple[str, ...]:
        try:
            persons = [await self._holdings.persons.who(text, order.reference) for text in order.orders]
        except ValueError as error:
            raise _not_ordered(str(error)) from None
        partner = await self._partner_asked(order)
        if words := objection_to_order(persons, partner_asked=partner, asked_at=order.asked_at):
            raise _not_ordered(words)
        return tuple(person.name for person in persons)

    async def _partner_asked(self, order: ErasureOrder) -> bool:
        return bool(order.askers) and not set(order.askers).isdisjoint(await self._holdings.exchanges.partners(order.reference))


def _not_ordered(words: str) -> ApplicationError:
    return ApplicationError(words, type=NOT_ORDERED, non_retryable=True)
