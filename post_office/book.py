"""The book of a post office: everything that was handed in and heard, durable before it is said."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import Connection, select, update

from contracts.events.erasures import ErasureCompleted
from post_office.cases import Cases
from post_office.feed import Feed
from post_office.generation import PublishedFile
from post_office.handing import Log, note
from post_office.hearing import Hearing
from post_office.keeping import Check, Fits, Keeping
from post_office.ladder import Ladder
from post_office.listing import Listing
from post_office.outbox import Outbox
from post_office.ports import CasePage, CaseSeen, Draft, Heard, Kept, Reader
from post_office.store import Store, newest
from runtime.database import insert_once
from runtime.post_office.tables import BOOK, OUTGOING


class SqlBook:
    """The driver of the port ``post_office.ports.Book``; ``upgrade`` must have made its tables.

    Args:
        store: Its database and keys.
        check: What looks at a draft.
        fits: What seals a message, to tell whether it fits.
        log: The processing log.
    """

    def __init__(self, store: Store, check: Check, fits: Fits, log: Log) -> None:
        self.store = store
        self._log = log
        self.ladder = Ladder(store)
        self.feeding = Feed(store)
        self.cases = Cases(store, self.ladder)
        self.listing = Listing(store)
        self.outbox = Outbox(store, self.ladder)
        self.hearing = Hearing(store)
        self._keeping = Keeping(store, self.ladder, check, fits)

    @asynccontextmanager
    async def open(self, published: PublishedFile) -> AsyncGenerator[None]:
        """Write while inside.

        Args:
            published: How far its events were published, so that a book that was restored writes on new lines.
        """
        async with self.store.writer.open():
            self.store.generation = await self.store.writer.do(lambda connection: _compared(connection, published))
            await self.cases.end_erased()
            yield

    async def keep(self, drafts: Sequence[Draft]) -> list[Kept]:
        """See ``post_office.ports.Book``."""
        kept = await self._keeping.keep(drafts)
        for one in kept:
            if one.type == ErasureCompleted.rule.type:
                await self.cases.destroy(one.caseref)
        return kept

    async def sent(self, event_id: str) -> Kept | None:
        """See ``post_office.ports.Book``."""
        return await self.ladder.sent(event_id)

    async def settled(self, event_id: str, seconds: float) -> Kept | None:
        """See ``post_office.ports.Book``."""
        return await self.ladder.settled(event_id, seconds)

    async def feed(self, after: int, most: int, types: frozenset[str] = frozenset()) -> list[Heard]:
        """See ``post_office.ports.Book``."""
        return await self.feeding.feed(after, most, types)

    async def handed(self, to: str, after: int, found: Sequence[Heard]) -> None:
        """See ``post_office.ports.Book``."""
        await note(self._log, self.store.agency, to, found)
        self.feeding.asked(after, found)

    async def more(self, after: int, seconds: float) -> bool:
        """See ``post_office.ports.Book``."""
        return await self.feeding.more(after, seconds)

    async def position_of(self, event_id: str) -> int | None:
        """See ``post_office.ports.Book``."""
        return await self.feeding.position_of(event_id)

    async def position_at(self, moment: datetime) -> int:
        """See ``post_office.ports.Book``."""
        return await self.feeding.position_at(moment)

    async def newest(self) -> int:
        """See ``post_office.ports.Book``."""
        return await self.feeding.newest()

    async def case(self, caseref: str) -> CaseSeen | None:
        """See ``post_office.ports.Book``."""
        seen = await self.cases.case(caseref)
        return seen and seen._replace(awaits=(await self.listing.awaits([caseref])).get(caseref, ()))

    async def listed(self, after: str | None, most: int, *, awaiting: bool) -> CasePage | None:
        """See ``post_office.ports.Book``."""
        return await self.listing.cases(after, most, awaiting=awaiting)

    async def name_case(self, caseref: str, subject: str) -> bool:
        """See ``post_office.ports.Book``."""
        return await self.cases.name_case(caseref, subject)

    async def readers(self) -> list[Reader]:
        """See ``post_office.ports.Book``."""
        return await self.feeding.readers()

    async def acknowledge(self, name: str, position: int) -> Reader:
        """See ``post_office.ports.Book``."""
        return await self.feeding.acknowledge(name, position)


def _compared(connection: Connection, published: PublishedFile) -> int:
    insert_once(connection, BOOK, {"one": 1, "generation": 1})
    before = connection.scalar(select(BOOK.c.generation)) or 1
    generation = published.compared(before, newest(connection, OUTGOING.c.number))
    connection.execute(update(BOOK).values(generation=generation))
    return generation
