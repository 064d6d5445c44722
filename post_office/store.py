"""What every part of a book works with: its database, the one writer, the keys, and how much room there is."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, func, select

from contracts.agencies import Agency
from post_office.damage import Damage
from post_office.ports import BookFull
from post_office.sealing import Altered, Place, key_name, opened
from post_office.writer import Bell, Writer
from runtime.keys.case_keys import CaseErased, CaseKeyMissing, CaseKeys
from runtime.post_office.tables import CASE, INCOMING, OUTGOING

T = TypeVar("T")


class Bounds(NamedTuple):
    """How large a book may become.

    Attributes:
        rows: Events that went out or came in.
        size: Bytes of their content.
    """

    rows: int
    size: int


class Room:
    """How much of a book is taken, in rows and bytes; measured at the first commit, and kept by the one writer."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self.taken = (0, 0)

    def measure(self, connection: Connection) -> None:
        """Look how much there is."""
        rows, size = 0, 0
        for table in (OUTGOING, INCOMING):
            rows += _sum(connection, select(func.count()).select_from(table))
            size += _sum(connection, select(func.sum(table.c.size)).where(table.c.content.is_not(None)))
        self.taken = (rows, size)

    @property
    def part_full(self) -> float:
        """Which part of it is taken, of rows or of bytes, whichever is more."""
        return max(self.taken[0] / self._bounds.rows, self.taken[1] / self._bounds.size)

    def check(self, rows: int, size: int) -> None:
        """Whether so much more fits.

        Raises:
            BookFull: It does not.
        """
        if self.taken[0] + rows > self._bounds.rows or self.taken[1] + size > self._bounds.size:
            raise BookFull(
                "the book of this post office has as much in it as it may (KETEN_POST_OFFICE_ROWS, KETEN_POST_OFFICE_BYTES)"
            )

    def add(self, size: int) -> None:
        """A row came in."""
        self.taken = (self.taken[0] + 1, self.taken[1] + size)

    def gone(self, size: int) -> None:
        """Content went; the rows stay."""
        self.taken = (self.taken[0], self.taken[1] - size)


class Store:
    """A book's database and keys.

    Args:
        agency: Whose it is.
        engine: Of its database.
        keys: Of the agency's cases.
        identity: The agency's key for keyed hashes.
        bounds: How large it may become.
    """

    def __init__(self, agency: Agency, engine: Engine, keys: CaseKeys, identity: bytes, bounds: Bounds) -> None:
        self.agency = agency
        self.engine = engine
        self.keys = keys
        self.identity = identity
        self.bell = Bell()
        self.room = Room(bounds)
        self.damage = Damage()
        self.writer = Writer(engine, self.bell, self.room)
        self.generation = 1

    async def read(self, look: Callable[[Connection], T]) -> T:
        """Look something up."""
        return await asyncio.to_thread(self._read, look)

    async def key(self, reference: str, event_type: str = "") -> bytes | None:
        """The key under which something of a case lies, to read with; None: it was destroyed.

        Raises:
            CaseKeyMissing: There never was one: are these the keys that belong to this book?
        """
        try:
            return await self.keys.get(key_name(reference, event_type))
        except CaseErased:
            return None

    async def key_if_any(self, reference: str) -> bytes | None:
        """The same; None also where there never was one: of a case of which only its keeping was spoken of."""
        try:
            return await self.key(reference)
        except CaseKeyMissing:
            return None

    async def opened(self, reference: str, event_type: str, place: Place, sealed: bytes | None) -> Any:
        """What lies somewhere; None: it was erased.

        Raises:
            Altered: It is not what was put there.
            CaseKeyMissing: See ``key``.
        """
        with self.damage.noting(place, reference):
            return opened(await self.key(reference, event_type) if sealed is not None else None, place, sealed)

    async def subject(self, reference: str, sealed: bytes | None) -> str | None:
        """The agency's own number of a case; None: it gave none, it was erased, or it was altered on the disk."""
        try:
            return await self.opened(reference, "", ("subject", reference), sealed)
        except Altered:
            return None

    def _read(self, look: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection:
            return look(connection)


def newest(connection: Connection, column: Any) -> int:
    """The highest number in a column; 0: none."""
    return _sum(connection, select(func.max(column)))


def erased_at(connection: Connection, reference: str) -> Any:
    """When a case was erased; None: it was not, or there is none."""
    return connection.scalar(select(CASE.c.erased_at).where(CASE.c.case_reference == reference))


def _sum(connection: Connection, query: Any) -> int:
    return int(connection.scalar(query) or 0)
