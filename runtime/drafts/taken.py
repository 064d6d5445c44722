"""Who says that they take a file: a word to colleagues, not a lock. One per agency and file, for a week at most."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, select, update

from runtime.database import insert_once, utc
from runtime.sessions.stored import Stored
from runtime.sessions.tables import TAKEN
from runtime.temporal.codec import key_of

LASTS = timedelta(days=7)
"""After that whoever still has it says so again."""


class Taken(NamedTuple):
    """Somebody takes a file.

    Attributes:
        person: Their pseudonym.
        at: Since when.
    """

    person: str
    at: datetime


class Taking(Stored):
    """The rows in a database."""

    async def of(self, agency: str, files: Collection[str]) -> dict[str, Taken]:
        """Who takes which of some files of an agency, in one question."""
        return await asyncio.to_thread(self._of, agency, files)

    async def take(self, agency: str, file: str, person: str, instead_of: str = "") -> None:
        """Somebody takes a file that nobody has, or one of whoever they knew to have it. Else it stays as it is."""
        await asyncio.to_thread(self._take, agency, file, Taken(person, self._now()), instead_of)

    async def let_go(self, agency: str, file: str, person: str | None = None) -> None:
        """It is nobody's any more.

        Args:
            agency: The slug of the agency.
            file: The name of the file.
            person: Who lets go what is theirs; None: whosesoever it was.
        """
        mine = TAKEN.c.person == person if person else TAKEN.c.person.is_not(None)
        await asyncio.to_thread(self._remove, and_(_at(agency, file), mine))

    async def sweep(self) -> int:
        """Remove what is too old.

        Returns:
            How many that were.
        """
        return await asyncio.to_thread(self._remove, self._over())

    def _of(self, agency: str, files: Collection[str]) -> dict[str, Taken]:
        there = select(TAKEN).where(TAKEN.c.agency == agency, TAKEN.c.file.in_(sorted(files)), ~self._over())
        with self._engine.connect() as connection:
            return {row.file: Taken(row.person, utc(row.taken_at)) for row in connection.execute(there)}

    def _take(self, agency: str, file: str, taken: Taken, instead_of: str) -> None:
        row = {"person": taken.person, "taken_at": taken.at}
        with self._engine.begin() as connection:
            connection.execute(delete(TAKEN).where(_at(agency, file), self._over()))
            if not insert_once(connection, TAKEN, {"agency": agency, "file": file, "case_key": key_of(file), **row}):
                theirs = and_(_at(agency, file), TAKEN.c.person == instead_of, TAKEN.c.person != taken.person)
                connection.execute(update(TAKEN).where(theirs).values(row))

    def _remove(self, which: ColumnElement[bool]) -> int:
        with self._engine.begin() as connection:
            return connection.execute(delete(TAKEN).where(which)).rowcount

    def _over(self) -> ColumnElement[bool]:
        return TAKEN.c.taken_at <= self._now() - LASTS


def _at(agency: str, file: str) -> ColumnElement[bool]:
    return and_(TAKEN.c.agency == agency, TAKEN.c.file == file)
