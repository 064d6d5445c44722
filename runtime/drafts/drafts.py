"""Half-done forms as rows: one per person, file and command. They end when sent, thrown away or erased, and by age."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, delete, func, select

from runtime.database import inserting, utc
from runtime.drafts.sealing import Place
from runtime.sessions.secrets import kept
from runtime.sessions.stored import Stored
from runtime.sessions.tables import DRAFT
from runtime.temporal.codec import key_of

KEPT = timedelta(days=30)
"""For so long a draft stays after it was kept last."""
MOST = 100
"""Drafts of one person at one agency."""


class TooMany(ValueError):  # noqa: N818 - named as what is the case
    """The person has as many drafts as one may have."""


class Draft(NamedTuple):
    """A half-done form: that there is one, and nothing of what stands in it."""

    place: Place
    began: datetime
    saved: datetime

    @property
    def until(self) -> datetime:
        """How long it stays, if nothing more is done with it."""
        return self.saved + KEPT


class Found(NamedTuple):
    """A draft with what stands in it, encrypted."""

    draft: Draft
    sealed: bytes


class Drafts(Stored):
    """The drafts in a database. It never sees what was typed."""

    async def keep(self, place: Place, ticket: str, sealed: bytes) -> Draft:
        """Keep a form as it is now, in place of what was kept of it before.

        Args:
            place: Whose, and which form.
            ticket: With which the form was shown: when that is sent, this is done.
            sealed: What was typed, encrypted.

        Raises:
            TooMany: The person has as many as one may have.
        """
        return await asyncio.to_thread(self._keep, place, kept(ticket), sealed)

    async def find(self, place: Place) -> Found | None:
        """What was kept of a form."""
        return await asyncio.to_thread(self._find, place)

    async def of(self, agency: str, person: str) -> list[Draft]:
        """Those of one person, the newest first."""
        mine = and_(DRAFT.c.agency == agency, DRAFT.c.person == person)
        return await asyncio.to_thread(self._list, mine)

    async def count(self, agency: str, person: str) -> int:
        """How many one person has."""
        return await asyncio.to_thread(self._count, and_(DRAFT.c.agency == agency, DRAFT.c.person == person))

    async def about(self, agency: str, files: Collection[str]) -> list[Draft]:
        """Those of everybody at an agency about some files, the newest first."""
        there = and_(DRAFT.c.agency == agency, DRAFT.c.file.in_(sorted(files)))
        return await asyncio.to_thread(self._list, there)

    async def sent(self, place: Place, ticket: str) -> None:
        """The form was sent with this ticket. What was kept since from another form about the same stays."""
        await asyncio.to_thread(self._remove, and_(_at(place), DRAFT.c.ticket == kept(ticket)))

    async def throw_away(self, place: Place) -> None:
        """Its person does not want it any more; again does no harm."""
        await asyncio.to_thread(self._remove, _at(place))

    async def sweep(self) -> int:
        """Remove what is too old.

        Returns:
            How many that were.
        """
        return await asyncio.to_thread(self._remove, self._over())

    def _keep(self, place: Place, ticket: str, sealed: bytes) -> Draft:
        now = self._now()
        new: Mapping[str, Any] = {"ticket": ticket, "sealed": sealed, "saved_at": now}
        row = {**place._asdict(), "case_key": key_of(place.file), "began_at": now, **new}
        mine = and_(DRAFT.c.agency == place.agency, DRAFT.c.person == place.person)
        with self._engine.begin() as connection:
            connection.execute(delete(DRAFT).where(mine, self._over()))
            insert = inserting(connection, DRAFT).values(row)
            upsert = insert.on_conflict_do_update(index_elements=[*DRAFT.primary_key.columns], set_=dict(new))
            began = connection.scalars(upsert.returning(DRAFT.c.began_at)).one()
            if (connection.scalar(select(func.count()).select_from(DRAFT).where(mine)) or 0) > MOST:
                raise TooMany(f"one person has at most {MOST} drafts")
        return Draft(place, utc(began), now)

    def _find(self, place: Place) -> Found | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(DRAFT).where(_at(place), ~self._over())).first()
        return Found(_draft(row), row.sealed) if row else None

    def _list(self, which: ColumnElement[bool]) -> list[Draft]:
        columns = [column for column in DRAFT.c if column is not DRAFT.c.sealed]
        there = select(*columns).where(which, ~self._over()).order_by(DRAFT.c.saved_at.desc(), DRAFT.c.file, DRAFT.c.command)
        with self._engine.connect() as connection:
            return [_draft(row) for row in connection.execute(there)]

    def _count(self, which: ColumnElement[bool]) -> int:
        with self._engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(DRAFT).where(which, ~self._over())) or 0

    def _remove(self, which: ColumnElement[bool]) -> int:
        with self._engine.begin() as connection:
            return connection.execute(delete(DRAFT).where(which)).rowcount

    def _over(self) -> ColumnElement[bool]:
        return DRAFT.c.saved_at <= self._now() - KEPT


def _at(place: Place) -> ColumnElement[bool]:
    return and_(*(DRAFT.c[name] == value for name, value in place._asdict().items()))


def _draft(row: Row[Any]) -> Draft:
    return Draft(Place(row.agency, row.person, row.file, row.command), utc(row.began_at), utc(row.saved_at))
