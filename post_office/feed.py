"""What other agencies sent, in the order in which it was taken; positions are given by the one writer, at the commit."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update

from post_office.clock import now_utc
from post_office.own_codes import Code
from post_office.ports import Heard, Reader, Refusal
from post_office.sealing import Altered, Place, key_name, opened
from post_office.store import Store, newest
from post_office.writer import rung
from runtime.database import insert_once, utc
from runtime.keys.case_keys import CaseKeyMissing
from runtime.post_office.tables import CASE, INCOMING, READER

MOST_READERS = 100
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
AT_ONCE = 500
"""How many rows lose their content in one commit."""


class Feed:
    """The feed of a book, and its readers.

    Args:
        store: Of the book.
        now: The clock by which somebody asks.
    """

    def __init__(self, store: Store, now: Callable[[], datetime] = now_utc) -> None:
        self._store = store
        self._now = now
        self._handed = 0
        self._asked = now()

    async def feed(self, after: int, most: int, types: frozenset[str] = frozenset()) -> list[Heard]:
        """See ``post_office.ports.Book``."""
        which = INCOMING.c.position > after
        if types:
            which &= INCOMING.c.type.in_(sorted(types))
        query = select(INCOMING, CASE.c.subject).join(CASE, CASE.c.case_reference == INCOMING.c.case_reference, isouter=True)
        query = query.where(which).order_by(INCOMING.c.position).limit(most)
        rows = await self._store.read(lambda connection: connection.execute(query).mappings().all())
        keys = await self._keys(rows)
        return [self._heard(row, keys) for row in rows]

    def asked(self, after: int, found: Sequence[Heard]) -> None:
        """Somebody came to read after a position, and was given this."""
        self._asked = self._now()
        self._handed = max(self._handed, after, *(heard.position for heard in found))

    async def more(self, after: int, seconds: float) -> bool:
        """See ``post_office.ports.Book``."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            changed = self._store.bell.next()
            if await self.newest() > after:
                return True
            if not await rung(changed, until - loop.time()):
                return False

    async def position_of(self, event_id: str) -> int | None:
        """See ``post_office.ports.Book``."""
        query = select(INCOMING.c.position).where(INCOMING.c.feed_id == event_id)
        return await self._store.read(lambda connection: connection.scalar(query))

    async def position_at(self, moment: datetime) -> int:
        """See ``post_office.ports.Book``."""
        query = select(func.max(INCOMING.c.position)).where(INCOMING.c.taken_at < moment.astimezone(UTC))
        return await self._store.read(lambda connection: connection.scalar(query)) or 0

    async def newest(self) -> int:
        """See ``post_office.ports.Book``."""
        return await self._store.read(lambda connection: newest(connection, INCOMING.c.position))

    async def readers(self) -> list[Reader]:
        """See ``post_office.ports.Book``."""
        return await self._store.read(_readers)

    async def acknowledge(self, name: str, position: int) -> Reader:
        """See ``post_office.ports.Book``."""
        if not _NAME.fullmatch(name):
            raise Refusal(Code.PARAMETER_INVALID, "a reader's name is of lower case letters, digits and `-`, at most 63")
        if position < 0:
            raise Refusal(Code.PARAMETER_INVALID, "a position is 0 or more")
        await self._store.writer.do(lambda connection: _acknowledge(connection, name, position))
        self._asked, self._handed = self._now(), max(self._handed, position)
        return next(reader for reader in await self.readers() if reader.name == name)

    async def unread_since(self) -> datetime | None:
        """Since when the oldest event that nobody has read waits, and nobody came to read; None: there is none."""
        readers = await self.readers()
        handed = max((self._handed, *(reader.position for reader in readers)))
        first = select(INCOMING.c.taken_at).where(INCOMING.c.position > handed).order_by(INCOMING.c.position).limit(1)
        since = await self._store.read(lambda connection: connection.scalar(first))
        return max(utc(since), self._asked) if since else None

    async def let_go(self, older: datetime, taken_to: int | None = None) -> int:
        """Let content go that was taken before a moment and that all readers have acknowledged; the rows keep their places.

        Args:
            older: The moment.
            taken_to: Up to which position webhooks are done, too; None: there are none.

        Returns:
            How many events that were.
        """
        gone = 0
        while part := await self._store.writer.do(lambda connection: self._let_go(connection, older, taken_to)):
            gone += part
        return gone

    def _let_go(self, connection: Connection, older: datetime, taken_to: int | None) -> int:
        read = connection.scalar(select(func.min(READER.c.position)))
        done = min((mark for mark in (read, taken_to) if mark is not None), default=0)
        old = (INCOMING.c.position <= done) & (INCOMING.c.taken_at < older) & INCOMING.c.content.is_not(None)
        rows: Sequence[Any] = connection.execute(
            select(INCOMING.c.position, INCOMING.c.size).where(old).order_by(INCOMING.c.position).limit(AT_ONCE)
        ).all()
        connection.execute(update(INCOMING).where(INCOMING.c.position.in_([row[0] for row in rows])).values(content=None))
        self._store.room.gone(sum(row[1] for row in rows))
        return len(rows)

    async def _keys(self, rows: Sequence[RowMapping]) -> dict[str, bytes]:
        """Those of all these rows, read at once.

        Raises:
            CaseKeyMissing: Of one of them there never was a key; a person hears of which.
        """
        try:
            return await self._store.keys.several({name for row in rows for name in _keys_for(row)})
        except CaseKeyMissing:
            for row in rows:
                await self._store.opened(row["case_reference"], row["type"], _place(row), row["content"])
            raise

    def _heard(self, row: RowMapping, keys: Mapping[str, bytes]) -> Heard:
        reference, kind = row["case_reference"], row["type"]
        event, subject, unreadable = None, None, False
        try:
            with self._store.damage.noting(_place(row), reference):
                event = opened(keys.get(key_name(reference, kind)), _place(row), row["content"])
        except Altered:  # it keeps its place, and nothing after it waits
            unreadable = True
        with suppress(Altered), self._store.damage.noting(("subject", reference), reference):
            subject = opened(keys.get(reference), ("subject", reference), row["subject"])
        at = utc(row["taken_at"])
        return Heard(row["position"], row["feed_id"], kind, row["sender"], reference, subject, at, event, unreadable)


def _place(row: RowMapping) -> Place:
    return "incoming", str(row["position"])


def _keys_for(row: RowMapping) -> list[str]:
    """The names of the keys under which something of a row lies."""
    names = {"content": key_name(row["case_reference"], row["type"]), "subject": row["case_reference"]}
    return [name for column, name in names.items() if row[column] is not None]


def _readers(connection: Connection) -> list[Reader]:
    last = newest(connection, INCOMING.c.position)
    rows = connection.execute(select(READER).order_by(READER.c.name)).mappings()
    return [
        Reader(
            row["name"], row["position"], utc(row["acknowledged_at"]) if row["acknowledged_at"] else None, last - row["position"]
        )
        for row in rows
    ]


def _acknowledge(connection: Connection, name: str, position: int) -> None:
    if position > newest(connection, INCOMING.c.position):
        raise Refusal(Code.MARK_AHEAD, "no event stands there yet: acknowledge what was read")
    count = connection.scalar(select(func.count()).select_from(READER)) or 0
    known = connection.scalar(select(READER.c.name).where(READER.c.name == name))
    if known is None and count >= MOST_READERS:
        raise Refusal(Code.READERS_FULL, f"there are {MOST_READERS} readers, as many as may be")
    row = {"position": position, "acknowledged_at": datetime.now(UTC)}
    if not insert_once(connection, READER, {"name": name, **row}):
        connection.execute(update(READER).where(READER.c.name == name).values(row))
