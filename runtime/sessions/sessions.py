"""Sessions as rows: begun by a login, ended by hand, by silence, by age, or because there are too many."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, update

from runtime.database import utc
from runtime.sessions.secrets import kept, new_secret
from runtime.sessions.stored import Stored
from runtime.sessions.tables import SESSION, TICKET

IDLE = timedelta(minutes=30)
"""For so long a session lives without anything that its person does."""
LONGEST = timedelta(hours=8)
"""For so long it lives in all: a day's work."""
MOST = 10
"""Sessions of one person; the oldest goes."""
STEP = timedelta(seconds=20)
"""How exactly it is known when a person did something last: not each request writes to the disk."""


class Session(NamedTuple):
    """Somebody who is logged in, for one agency.

    Attributes:
        id: What is kept of its secret; it opens nothing.
        person: Their pseudonym.
        until: When it ends, if nothing more is done.
        longest: When it ends whatever is done.
        proved: When the issuer last asked them who they are; None: it did not say.
    """

    id: str
    person: str
    agency: str
    began: datetime
    until: datetime
    longest: datetime
    proved: datetime | None = None


class Sessions(Stored):
    """The sessions in a database."""

    async def begin(self, person: str, agency: str, instead: str | None = None, proved: datetime | None = None) -> str:
        """Begin a session; its secret is new, whatever the browser had before.

        Args:
            person: Their pseudonym.
            agency: The slug of the one agency that it is for.
            instead: The secret of a session that ends with this. Of the same person at the same agency, forms stay open.
            proved: When the issuer asked them who they are; None: it did not say.

        Returns:
            Its secret.
        """
        return await asyncio.to_thread(self._begin, person, agency, instead, proved)

    async def find(self, secret: str, *, acts: bool = True) -> Session | None:
        """The session of a secret, if it has not ended.

        Args:
            secret: What a browser shows.
            acts: Whether its person does something, and not a page by itself: only that makes it last.
        """
        return await asyncio.to_thread(self._find, secret, acts)

    async def end(self, secret: str) -> Session | None:
        """End a session, and what hangs on it.

        Returns:
            The one that ended; None where there was none, or another request ended it.
        """
        return await asyncio.to_thread(self._end, secret)

    async def sweep(self) -> int:
        """Remove what has ended.

        Returns:
            How many sessions that were.
        """
        return await asyncio.to_thread(self._sweep)

    def _begin(self, person: str, agency: str, instead: str | None, proved: datetime | None) -> str:
        secret, now = new_secret(), self._now()
        row: dict[str, Any] = {"hash": kept(secret), "person": person, "agency": agency, "began_at": now, "seen_at": now}
        row["proved_at"] = proved
        newest = select(SESSION.c.hash).where(SESSION.c.person == person)
        newest = newest.order_by(SESSION.c.began_at.desc(), SESSION.c.hash).limit(MOST)
        with self._engine.begin() as connection:
            connection.execute(delete(SESSION).where(self._over()))
            connection.execute(insert(SESSION).values(row))
            if instead:
                _follow(connection, kept(instead), row)
            stay = connection.scalars(newest).all()
            connection.execute(delete(SESSION).where(SESSION.c.person == person, SESSION.c.hash.not_in(stay)))
        return secret

    def _find(self, secret: str, acts: bool) -> Session | None:
        now = self._now()
        with self._engine.connect() as connection:
            row = connection.execute(select(SESSION).where(SESSION.c.hash == kept(secret), ~self._over())).first()
        if row is None:
            return None
        if acts and utc(row.seen_at) + STEP <= now:
            with self._engine.begin() as connection:
                connection.execute(update(SESSION).where(SESSION.c.hash == row.hash).values(seen_at=now))
            return _session(row, now)
        return _session(row, utc(row.seen_at))

    def _end(self, secret: str) -> Session | None:
        this = SESSION.c.hash == kept(secret)
        with self._engine.begin() as connection:
            row = connection.execute(select(SESSION).where(this)).first()
            ended = connection.execute(delete(SESSION).where(this)).rowcount
        return _session(row, utc(row.seen_at)) if row and ended else None

    def _sweep(self) -> int:
        with self._engine.begin() as connection:
            return connection.execute(delete(SESSION).where(self._over())).rowcount

    def _over(self) -> ColumnElement[bool]:
        now = self._now()
        return or_(SESSION.c.seen_at <= now - IDLE, SESSION.c.began_at <= now - LONGEST)


def _follow(connection: Connection, before: str, row: Mapping[str, Any]) -> None:
    """End the session before; the forms that the same person has open go on with the new one."""
    same = select(SESSION.c.hash).where(SESSION.c.hash == before)
    same = same.where(SESSION.c.person == row["person"], SESSION.c.agency == row["agency"])
    connection.execute(update(TICKET).where(TICKET.c.session.in_(same)).values(session=row["hash"]))
    connection.execute(delete(SESSION).where(SESSION.c.hash == before))


def _session(row: Row[Any], seen: datetime) -> Session:
    longest = utc(row.began_at) + LONGEST
    proved = utc(row.proved_at) if row.proved_at else None
    return Session(row.hash, row.person, row.agency, utc(row.began_at), min(seen + IDLE, longest), longest, proved)
