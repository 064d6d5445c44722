"""The cases of a book, a page at a time, and whose word each waits for."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, or_, select
from sqlalchemy import case as either

from contracts.awaited import BY_TYPE, NUMBERS, TELLING, Awaited, Spoken, awaited
from post_office.checks import OURS
from post_office.ports import CaseListed, CasePage
from post_office.sealing import Altered, key_name
from post_office.store import Store
from runtime.database import utc
from runtime.keys.case_keys import CaseKeyMissing
from runtime.post_office.tables import CASE, INCOMING, OUTGOING

LOOKS = 10
"""After so many pages without enough cases that wait for us an answer is given; whoever asks goes on from there."""


class _Row(NamedTuple):
    """An event as it lies in the book, without what nobody needs of it."""

    reference: str
    type: str
    other: str
    ours: bool
    place: tuple[str, str]
    at: Any
    id: str
    content: bytes | None


class Listing:
    """Whoever lists the cases of a book."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def cases(self, after: str | None, most: int, *, awaiting: bool) -> CasePage | None:
        """See ``post_office.ports.Book``."""
        found, me = list[CaseListed](), self._store.agency.slug
        for _ in range(LOOKS if awaiting else 1):
            rows = await self._store.read(lambda connection, after=after: _page(connection, after, most, awaiting=awaiting))
            if rows is None:
                return None
            listed = [one for one in await self._listed(rows) if not awaiting or any(waited.by == me for waited in one.awaits)]
            fit = listed[: most - len(found)]
            found += fit
            whole = len(rows) < most and len(fit) == len(listed)
            if whole:
                return CasePage(tuple(found), None)
            after = rows[-1]["case_reference"] if len(fit) == len(listed) else fit[-1].caseref
            if len(found) == most:
                break
        return CasePage(tuple(found), after)

    async def awaits(self, references: Sequence[str], erased: frozenset[str] = frozenset()) -> dict[str, tuple[Awaited, ...]]:
        """Whose word each of these cases waits for.

        Args:
            references: Of the cases.
            erased: Those of them that were erased: only what is said about erasing waits there.
        """
        spoken = defaultdict[str, list[Spoken]](list)
        sealed = dict[Spoken, _Row]()
        for row in await self._store.read(lambda connection: _said(connection, references)):
            if row.reference not in erased or key_name(row.reference, row.type) != row.reference:
                one = Spoken(row.id, row.type, row.other, row.ours, row.at, await self._number(row))
                spoken[row.reference].append(one)
                sealed[one] = row
        found = {reference: awaited(self._store.agency.slug, said) for reference, said in spoken.items()}
        return {
            reference: tuple([await self._named(one, sealed[one.after]) for one in waits]) for reference, waits in found.items()
        }

    async def _listed(self, rows: Sequence[RowMapping]) -> list[CaseListed]:
        references = [row["case_reference"] for row in rows]
        erased = frozenset(row["case_reference"] for row in rows if row["erased_at"])
        awaits = await self.awaits(references, erased)
        sent, heard = await self._store.read(lambda connection: _counts(connection, references))
        return [
            CaseListed(
                reference := row["case_reference"],
                await self._subject(row),
                utc(row["begun_at"]),
                reference in erased,
                sent.get(reference, 0),
                heard.get(reference, 0),
                awaits.get(reference, ()),
            )
            for row in rows
        ]

    async def _subject(self, row: RowMapping) -> str | None:
        try:
            return await self._store.subject(row["case_reference"], row["subject"])
        except CaseKeyMissing:
            return None

    async def _number(self, row: _Row) -> int | None:
        field = NUMBERS.get(row.type)
        inside = await self._inside(row) if field else None
        return None if inside is None else inside["data"].get(field)

    async def _named(self, one: Awaited, row: _Row) -> Awaited:
        """What we sent is called by the id that our own system gave it."""
        if not row.ours:
            return one
        content = await self._store.read(
            lambda connection: connection.scalar(select(OUTGOING.c.content).where(OUTGOING.c.number == int(row.place[1])))
        )
        inside = await self._opened(row._replace(content=content))
        return one._replace(after=one.after._replace(id=inside["own"] if inside else ""))

    async def _inside(self, row: _Row) -> Any:
        inside = await self._opened(row)
        return inside["event"] if row.ours and inside is not None else inside

    async def _opened(self, row: _Row) -> Any:
        """None: it is gone, or cannot be read; a person hears of what was altered, and other cases are listed."""
        try:
            return await self._store.opened(row.reference, row.type, row.place, row.content)
        except (Altered, CaseKeyMissing):
            return None


def _page(connection: Connection, after: str | None, most: int, *, awaiting: bool) -> Sequence[RowMapping] | None:
    """None: there is no such case to go on from."""
    query = select(CASE).order_by(CASE.c.begun_at, CASE.c.case_reference).limit(most)
    if after is not None:
        begun = connection.scalar(select(CASE.c.begun_at).where(CASE.c.case_reference == after))
        if begun is None:
            return None
        query = query.where(or_(CASE.c.begun_at > begun, and_(CASE.c.begun_at == begun, CASE.c.case_reference > after)))
    if awaiting:
        query = query.where(or_(_asks(INCOMING), _asks(OUTGOING)))
    return connection.execute(query).mappings().all()


def _asks(table: Any) -> ColumnElement[bool]:
    return exists().where(table.c.case_reference == CASE.c.case_reference, table.c.type.in_(sorted(BY_TYPE)))


def _said(connection: Connection, references: Sequence[str]) -> list[_Row]:
    """What was said of these cases that tells what they wait for; what was refused, or never arrived, was not said."""
    arrived = or_(OUTGOING.c.missed_at.is_(None), OUTGOING.c.taken_at.is_not(None), OUTGOING.c.answered_at.is_not(None))
    ours = select(OUTGOING.c.case_reference, OUTGOING.c.type, OUTGOING.c.recipient, OUTGOING.c.number, OUTGOING.c.kept_at)
    ours = ours.add_columns(OUTGOING.c.event_id, _needed(OUTGOING)).where(*_telling(OUTGOING, references))
    sent = connection.execute(ours.where(OUTGOING.c.refused_at.is_(None), arrived)).all()
    theirs = select(INCOMING.c.case_reference, INCOMING.c.type, INCOMING.c.sender, INCOMING.c.position, INCOMING.c.taken_at)
    theirs = theirs.add_columns(INCOMING.c.feed_id, _needed(INCOMING)).where(*_telling(INCOMING, references))
    heard = connection.execute(theirs).all()
    return [
        _Row(reference, kind, other, way == "outgoing", (way, str(number)), utc(at), name, content)
        for way, rows in (("outgoing", sent), ("incoming", heard))
        for reference, kind, other, number, at, name, content in rows
    ]


def _telling(table: Any, references: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return table.c.case_reference.in_(references), table.c.type.in_(sorted(TELLING))


def _needed(table: Any) -> ColumnElement[Any]:
    return either((table.c.type.in_(sorted(NUMBERS)), table.c.content), else_=None)


def _counts(connection: Connection, references: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    """How many events of each case were sent and heard; what a post office says by itself is not counted."""
    sent = select(OUTGOING.c.case_reference, func.count()).where(~OUTGOING.c.type.startswith(OURS, autoescape=True))
    heard = select(INCOMING.c.case_reference, func.count())
    first, second = (
        dict[str, int](
            connection.execute(query.where(table.c.case_reference.in_(references)).group_by(table.c.case_reference)).all()
        )
        for query, table in ((sent, OUTGOING), (heard, INCOMING))
    )
    return first, second
