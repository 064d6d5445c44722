"""A key for each case of an agency, in a database of its own: who destroys the key erases the case, also in every backup.

The database has its own backups, apart from those of what it encrypts and kept for a shorter time: a restored one that still
held a destroyed key would bring the case back.
"""

import asyncio
import os
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TypeVar

from sqlalchemy import Connection, Engine, RowMapping, select, text, update

from runtime.database import insert_once, open_database, overwrite
from runtime.keys.tables import CASE_KEY
from runtime.keys.wrapping import Wrapped, Wrapping
from runtime.private_files import KeyUnavailable

A = TypeVar("A")
T = TypeVar("T")

KEY_BYTES = 32
IN_MEMORY = 30.0
"""Seconds that a process keeps a key in memory, and so the longest that a destroyed key is still of use to one."""

NOBODY_ELSE_WRITES = {
    "sqlite": "UPDATE case_key SET wrapped_by = wrapped_by WHERE false",
    "postgresql": "LOCK TABLE case_key IN SHARE ROW EXCLUSIVE MODE",
}
"""A row that another process is about to commit would otherwise keep a key that is then removed."""

KEY_STAYS = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "LOCK TABLE case_key IN ROW EXCLUSIVE MODE"}
"""Holds off a change of the agency's key until what it encrypts just now is on disk."""


class CaseErased(RuntimeError):  # noqa: N818 - named as what is the case
    """The key of this case was destroyed: nothing of it can be read or written any more."""


class CaseKeyMissing(LookupError):  # noqa: N818 - named as what is the case
    """No key of this case is here."""


def _missing(case: str) -> CaseKeyMissing:
    return CaseKeyMissing(f"there is no key of case {case} here: is this the case-key store that belongs to it?")


class CaseKeys:
    """The keys of one agency's cases."""

    def __init__(self, url: str, wrapping: Wrapping) -> None:
        self._url = url
        self._wrapping = wrapping
        self._in_memory: dict[str, tuple[float, bytes]] = {}
        self._destroyed: set[str] = set()

    async def make_or_get(self, case: str) -> bytes:
        """The key of a case, made when it is first asked for; 32 bytes.

        Raises:
            CaseErased: It was destroyed.
        """
        return await self._kept(case, self._make_or_get)

    async def get(self, case: str) -> bytes:
        """The key of a case; 32 bytes.

        Raises:
            CaseErased: It was destroyed.
            CaseKeyMissing: There never was one.
        """
        return await self._kept(case, self._get)

    async def several(self, cases: Collection[str]) -> dict[str, bytes]:
        """The keys of several cases, read at once; of a case whose key was destroyed there is none.

        Raises:
            CaseKeyMissing: Of one of them there never was a key.
        """
        now = time.monotonic()
        keys = {case: key for case in cases if (key := self._remembered(case, now)) is not None}
        if asked := [case for case in cases if case not in keys]:
            read = await asyncio.to_thread(self._again_if_changed, self._read_several, asked)
            for case, key in read.items():
                self._remember(case, key, now)
            keys |= read
        return keys

    async def try_out(self) -> None:
        """Read the database, and let the agency's key encrypt and decrypt something; what goes wrong there is raised."""
        await asyncio.to_thread(self._try_out)

    async def held(self, case: str) -> tuple[bool, datetime | None]:
        """Whether there is a key of a case, and when it was destroyed."""
        return await asyncio.to_thread(self._held, case)

    async def erased(self) -> frozenset[str]:
        """The cases whose key was destroyed."""
        return await asyncio.to_thread(self._erased)

    async def forget(self, case: str) -> None:
        """Destroy the key of a case, for good; a case without one can never have one after this."""
        self._destroyed.add(case)  # whoever reads it just now must not keep it
        self._in_memory.pop(case, None)
        await asyncio.to_thread(self._destroy, case)

    async def rotate(self) -> int:
        """Replace the agency's key: what the keys of the cases have encrypted stays as it is, and stays readable.

        May be interrupted anywhere and done again. A copy of this database from before is of no use from then on.

        Returns:
            How many keys of cases the new key encrypts.
        """
        return await asyncio.to_thread(self._rotate)

    async def _kept(self, case: str, read: Callable[[str], bytes]) -> bytes:
        now = time.monotonic()
        key = self._remembered(case, now)
        if key is None:
            key = await asyncio.to_thread(read, case)
            self._remember(case, key, now)
        return key

    def _remembered(self, case: str, now: float) -> bytes | None:
        until, key = self._in_memory.get(case, (0.0, None))
        return None if until < now else key

    def _remember(self, case: str, key: bytes, now: float) -> None:
        """Those that were read first stand first, so that nobody need look at all to find which are too old."""
        while self._in_memory and next(iter(self._in_memory.values()))[0] <= now:
            del self._in_memory[next(iter(self._in_memory))]
        self._in_memory.pop(case, None)
        if case not in self._destroyed:
            self._in_memory[case] = (now + IN_MEMORY, key)

    @cached_property
    def _engine(self) -> Engine:
        return open_database(self._url, existing=True)

    def _make_or_get(self, case: str) -> bytes:
        try:
            return self._get(case)
        except CaseKeyMissing:
            return self._make(case) or self._get(case)

    def _make(self, case: str) -> bytes | None:
        """The key of the case; None if somebody else made one meanwhile."""
        with self._engine.begin() as connection:
            connection.execute(text(KEY_STAYS[connection.dialect.name]))
            return self._insert(connection, case)

    def _insert(self, connection: Connection, case: str) -> bytes | None:
        key = os.urandom(KEY_BYTES)
        wrapped = self._wrapping.wrap(key, case)
        row = {"case_reference": case, "made_at": datetime.now(UTC), "wrapped": wrapped.text, "wrapped_by": wrapped.by}
        return key if insert_once(connection, CASE_KEY, row) else None

    def _get(self, case: str) -> bytes:
        return self._again_if_changed(self._read, case)

    def _again_if_changed(self, read: Callable[[A], T], what: A) -> T:
        try:
            return read(what)
        except KeyUnavailable:  # perhaps the agency's key changed just now
            return read(what)

    def _read(self, case: str) -> bytes:
        with self._engine.begin() as connection:
            row = connection.execute(select(CASE_KEY).where(CASE_KEY.c.case_reference == case)).mappings().first()
        if row is None:
            raise _missing(case)
        if row["destroyed_at"]:
            raise CaseErased(f"case {case} was erased: its key was destroyed at {row['destroyed_at']:%Y-%m-%d %H:%M} UTC")
        return self._unwrapped(row)

    def _read_several(self, cases: Sequence[str]) -> dict[str, bytes]:
        with self._engine.begin() as connection:
            found = connection.execute(select(CASE_KEY).where(CASE_KEY.c.case_reference.in_(cases))).mappings()
            rows = {row["case_reference"]: row for row in found}
        if missing := [case for case in cases if case not in rows]:
            raise _missing(missing[0])
        return {case: self._unwrapped(row) for case, row in rows.items() if not row["destroyed_at"]}

    def _unwrapped(self, row: RowMapping) -> bytes:
        return self._wrapping.unwrap(Wrapped(row["wrapped_by"], row["wrapped"]), row["case_reference"])

    def _try_out(self) -> None:
        self._held("-")
        key = os.urandom(KEY_BYTES)
        if self._wrapping.unwrap(self._wrapping.wrap(key, "-"), "-") != key:
            raise KeyUnavailable("what was encrypted is not what is decrypted")

    def _held(self, case: str) -> tuple[bool, datetime | None]:
        columns = (CASE_KEY.c.wrapped, CASE_KEY.c.destroyed_at)
        with self._engine.begin() as connection:
            row = connection.execute(select(*columns).where(CASE_KEY.c.case_reference == case)).mappings().first()
        return (row["wrapped"] is not None, row["destroyed_at"]) if row else (False, None)

    def _erased(self) -> frozenset[str]:
        with self._engine.begin() as connection:
            return frozenset(connection.scalars(select(CASE_KEY.c.case_reference).where(CASE_KEY.c.destroyed_at.is_not(None))))

    def _destroy(self, case: str) -> None:
        now = datetime.now(UTC)
        gone = {"wrapped": None, "wrapped_by": None, "destroyed_at": now}
        with self._engine.begin() as connection:
            if not insert_once(connection, CASE_KEY, {"case_reference": case, "made_at": now, **gone}):
                ours = (CASE_KEY.c.case_reference == case) & CASE_KEY.c.destroyed_at.is_(None)
                connection.execute(update(CASE_KEY).where(ours).values(**gone))
        overwrite(self._engine, CASE_KEY)

    def _rotate(self) -> int:
        self._wrapping.add_key()
        number = self._rewrap()
        self._wrapping.remove_older_keys()
        return number

    def _rewrap(self) -> int:
        with self._engine.begin() as connection:
            connection.execute(text(NOBODY_ELSE_WRITES[connection.dialect.name]))
            rows = connection.execute(select(CASE_KEY).where(CASE_KEY.c.wrapped.is_not(None))).mappings().all()
            for row in rows:
                case = row["case_reference"]
                key = self._wrapping.unwrap(Wrapped(row["wrapped_by"], row["wrapped"]), case)
                wrapped, ours = self._wrapping.wrap(key, case), update(CASE_KEY).where(CASE_KEY.c.case_reference == case)
                connection.execute(ours.values(wrapped=wrapped.text, wrapped_by=wrapped.by))
        return len(rows)
