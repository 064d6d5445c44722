"""What the book knows of a case, its number at the agency itself, and its end."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, or_, select, update

from contracts.event import OUTLIVING
from contracts.events.erasures import ErasureRequested
from post_office.ladder import Ladder
from post_office.own_codes import OWN, Code
from post_office.ports import CaseSeen, Refusal
from post_office.sealing import key_name, mark, seal
from post_office.store import Store, erased_at
from runtime.database import insert_once, utc
from runtime.post_office.tables import CASE, INCOMING, LINE, OUTGOING, WAITING

AT_ONCE = 500
"""How many cases are asked about in one question."""


class Cases:
    """The cases of a book."""

    def __init__(self, store: Store, ladder: Ladder) -> None:
        self._store = store
        self._ladder = ladder

    async def case(self, reference: str) -> CaseSeen | None:
        """See ``post_office.ports.Book``."""

        def look(connection: Connection) -> tuple[RowMapping | None, Any, tuple[int, ...]]:
            sent = select(OUTGOING).where(OUTGOING.c.case_reference == reference).order_by(OUTGOING.c.number)
            heard = select(INCOMING.c.position).where(INCOMING.c.case_reference == reference).order_by(INCOMING.c.position)
            rows = connection.execute(sent).mappings().all()
            return case_row(connection, reference), rows, tuple(connection.scalars(heard))

        row, sent, heard = await self._store.read(look)
        if row is None:
            return None
        kept = [told for one in sent if (told := await self._ladder.told(one)) and not told.id.startswith(OWN)]
        subject = await self._store.subject(reference, row["subject"])
        return CaseSeen(reference, subject, tuple(kept), heard, utc(row["erased_at"]) if row["erased_at"] else None)

    async def name_case(self, reference: str, subject: str) -> bool:
        """See ``post_office.ports.Book``."""
        if not (0 < len(subject) <= 128 and subject.isprintable()):
            raise Refusal(Code.ATTRIBUTE_INVALID, "a number of a case is 1 to 128 printable characters", ["/subject"])
        key = await self._store.key_if_any(reference)

        def write(connection: Connection) -> bool:
            row = case_row(connection, reference)
            if row is None or row["erased_at"] or key is None:
                return False
            if not _name(connection, self._store.identity, reference, subject, key):
                raise Refusal(Code.SUBJECT_TAKEN, "another case has this number", ["/subject"])
            return True

        return await self._store.writer.do(write)

    async def end_erased(self) -> tuple[str, ...]:
        """Destroy the keys of cases that were erased, and let go of what lies here of cases whose key was destroyed elsewhere.

        Returns:
            The cases that this concerned; again does no harm.
        """
        destroyed = await self._store.keys.erased()
        ended = [one for one in await self._store.read(_erased_here) if one not in destroyed]
        for reference in ended:
            await self._store.keys.forget(reference)
        for reference in await self._store.read(lambda connection: _not_erased_here(connection, sorted(destroyed))):
            await self._store.writer.do(lambda connection, reference=reference: self._let_go(connection, reference))
            ended.append(reference)
        return tuple(ended)

    async def destroy(self, reference: str) -> None:
        """Destroy the key of a case that was erased; what lies here, and in every copy, can be read no more."""
        if await self._store.read(lambda connection: erased_at(connection, reference)):
            await self._store.keys.forget(reference)

    def _let_go(self, connection: Connection, reference: str) -> None:
        self._store.room.gone(erase(connection, reference))


def case_row(connection: Connection, reference: str) -> RowMapping | None:
    """The row of a case."""
    return connection.execute(select(CASE).where(CASE.c.case_reference == reference)).mappings().first()


def case_with_subject(connection: Connection, subject_mark: str) -> str | None:
    """The case that has a number, by its mark."""
    return connection.scalar(select(CASE.c.case_reference).where(CASE.c.subject_mark == subject_mark))


def begin_case(connection: Connection, identity: bytes, reference: str, subject: str | None, key: bytes | None) -> bool:
    """See to it that there is such a case, with this number if one is given; whether no other case has that number."""
    insert_once(connection, CASE, {"case_reference": reference, "begun_at": datetime.now(UTC)})
    return subject is None or key is None or _name(connection, identity, reference, subject, key)


def _erased_here(connection: Connection) -> list[str]:
    return list(connection.scalars(select(CASE.c.case_reference).where(CASE.c.erased_at.is_not(None))))


def _not_erased_here(connection: Connection, references: Sequence[str]) -> list[str]:
    parts = [references[first : first + AT_ONCE] for first in range(0, len(references), AT_ONCE)]
    there = select(CASE.c.case_reference).where(CASE.c.erased_at.is_(None))
    return [found for part in parts for found in connection.scalars(there.where(CASE.c.case_reference.in_(part)))]


def begin_erasure(connection: Connection, reference: str, asker: str) -> int | None:
    """Let go of what lies here of a case, if that agency asked for it; its key is destroyed after the commit.

    Returns:
        How many bytes went; None: it has not asked.
    """
    asked = (INCOMING.c.case_reference == reference) & (INCOMING.c.type == ErasureRequested.rule.type)
    if connection.execute(select(INCOMING.c.position).where(asked, INCOMING.c.sender == asker)).first() is None:
        return None
    return erase(connection, reference)


def erase(connection: Connection, reference: str) -> int:
    """Let go of everything that lies here under the key of a case; the rows keep their places.

    Returns:
        How many bytes that were.
    """
    freed = 0
    now = {"erased_at": datetime.now(UTC), "subject": None, "subject_mark": None}
    connection.execute(update(CASE).where(CASE.c.case_reference == reference, CASE.c.erased_at.is_(None)).values(now))
    for table in (OUTGOING, INCOMING):
        types = connection.scalars(select(table.c.type).where(table.c.case_reference == reference).distinct()).all()
        gone = [name for name in types if key_name(reference, name) == reference]
        ours = (table.c.case_reference == reference) & table.c.type.in_(gone)
        there = select(func.sum(table.c.size)).where(ours, table.c.content.is_not(None))
        freed += int(connection.scalar(there) or 0)
        if table is OUTGOING:
            connection.execute(delete(WAITING).where(WAITING.c.number.in_(select(OUTGOING.c.number).where(ours))))
            connection.execute(update(table).where(ours).values(content=None, words=None))
        else:
            connection.execute(update(table).where(ours).values(content=None))
    outlives = or_(*(LINE.c.name.endswith(f"/{file}", autoescape=True) for file in OUTLIVING))
    connection.execute(update(LINE).where(LINE.c.case_reference == reference, ~outlives).values(state=None))
    return freed


def _name(connection: Connection, identity: bytes, reference: str, subject: str, key: bytes) -> bool:
    named = mark(identity, "subject", subject)
    if case_with_subject(connection, named) not in {None, reference}:
        return False
    sealed = seal(key, ("subject", reference), subject)
    connection.execute(update(CASE).where(CASE.c.case_reference == reference).values(subject=sealed, subject_mark=named))
    return True
