"""What became of what was sent: held up, arrived, refused or lost; and when that was known here."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, func, literal, select, union_all, update

from contracts.logged import Exchange
from contracts.processing import Direction
from contracts.standing import Hanging, Outcome, Standing
from runtime.database import inserting, utc
from runtime.processing.log import Change, SqlProcessingLog
from runtime.processing.tables import AWAITED, HELD, PROCESSING, SETTLED


def these(table: Table, recipient: str, ids: Sequence[str]) -> ColumnElement[bool]:
    """Rows of a table about these events to one recipient."""
    return (table.c.counterparty == recipient) & table.c.event_id.in_(ids)


def held(connection: Connection, letters: Sequence[Exchange], at: datetime) -> None:
    """These could not leave now. Since when that is so stays known."""
    rows = [
        {"event_id": message.id, "counterparty": other, "data_subject_id": message.caseref, "held_at": at}
        for message, _, other in letters
    ]
    if rows:
        connection.execute(inserting(connection, HELD).on_conflict_do_nothing(), rows)


def left_after_all(connection: Connection, letters: Sequence[Exchange]) -> None:
    """These have left."""
    for letter in letters:
        connection.execute(delete(HELD).where(these(HELD, letter.other, [letter.message.id])))


def never_leave(connection: Connection, letters: Sequence[Exchange], at: datetime, code: str | None) -> None:
    """These never leave: nobody waits for them any more. What the last try of one says of it later does not change that."""
    rows = [
        {
            "event_id": message.id,
            "counterparty": other,
            "data_subject_id": message.caseref,
            "held_at": at,
            "never_at": at,
            "code": code,
        }
        for message, _, other in letters
    ]
    insert, key = inserting(connection, HELD), [*HELD.primary_key.columns]
    again = {name: insert.excluded[name] for name in ("never_at", "code")}
    connection.execute(insert.on_conflict_do_update(index_elements=key, set_=again), rows)


def settled(recipient: str, ids: Sequence[str], outcome: Outcome) -> Change:
    """Word of these came: they are awaited no longer. That something arrived is not taken back by a later word."""

    def change(connection: Connection) -> None:
        ours = these(AWAITED, recipient, ids)
        said = [literal(value, SETTLED.c[name].type).label(name) for name, value in _of(outcome).items()]
        rows = select(AWAITED.c.event_id, AWAITED.c.counterparty, AWAITED.c.sent_at, *said).where(ours)
        names = ["event_id", "counterparty", "sent_at", *_of(outcome)]
        insert = inserting(connection, SETTLED).from_select(names, rows)
        again = {name: insert.excluded[name] for name in names[2:]}
        key = [*SETTLED.primary_key.columns]
        connection.execute(insert.on_conflict_do_update(index_elements=key, set_=again, where=SETTLED.c.arrived.is_(False)))
        connection.execute(delete(AWAITED).where(ours))
        connection.execute(delete(HELD).where(these(HELD, recipient, ids)))

    return change


def refused(recipient: str, event_id: str, outcome: Outcome) -> Change:
    """It was refused, perhaps after word came that it arrived."""

    def change(connection: Connection) -> None:
        settled(recipient, (event_id,), outcome)(connection)
        connection.execute(update(SETTLED).where(these(SETTLED, recipient, (event_id,))).values(**_of(outcome)))

    return change


def _of(outcome: Outcome) -> dict[str, Any]:
    return {"settled_at": outcome.at, "arrived": outcome.arrived, "code": outcome.code}


class Settling:
    """Reads where events stand that one agency sent.

    Args:
        log: Its processing log.
    """

    def __init__(self, log: SqlProcessingLog) -> None:
        self._log = log

    async def of_case(self, case: str) -> tuple[Standing, ...]:
        """Where each event about a case stands; of what an earlier version sent, nothing was noted."""
        return await asyncio.to_thread(self._of_case, case)

    async def hanging_letters(self, before: datetime, most: int) -> tuple[Hanging, ...]:
        """Each event that hangs since before a moment, held up or not confirmed, the oldest first, and at most so many."""
        return await asyncio.to_thread(self._hanging_letters, before, most)

    async def counted(self, before: datetime) -> dict[str, int]:
        """How many hang since before a moment, by recipient."""
        return await asyncio.to_thread(self._counted, before)

    async def held_to(self) -> int:
        """To how many agencies letters are held up."""
        return await asyncio.to_thread(self._held_to)

    def _held_to(self) -> int:
        with self._log.begin() as connection:
            return connection.scalar(select(func.count(HELD.c.counterparty.distinct())).where(HELD.c.never_at.is_(None))) or 0

    def _of_case(self, case: str) -> tuple[Standing, ...]:
        sent = (PROCESSING.c.data_subject_id == case) & (PROCESSING.c.direction == Direction.SENT.value)
        ids = select(PROCESSING.c.event_id).where(sent)
        found: dict[tuple[str, str], Standing] = {}
        with self._log.begin() as connection:
            for table in (HELD, SETTLED, AWAITED):  # what was noted last counts
                rows = connection.execute(select(table).where(table.c.event_id.in_(ids))).mappings()
                found |= {(row["event_id"], row["counterparty"]): _standing(row) for row in rows}
        return tuple(found.values())

    def _hanging_letters(self, before: datetime, most: int) -> tuple[Hanging, ...]:
        hanging = _all_hanging(before)
        line = (PROCESSING.c.event_id == hanging.c.event_id) & (PROCESSING.c.counterparty == hanging.c.counterparty)
        sent = line & (PROCESSING.c.direction == Direction.SENT.value) & (PROCESSING.c.number == 0)
        query = select(hanging, PROCESSING.c.event_type).outerjoin(PROCESSING, sent)
        with self._log.begin() as connection:
            rows = connection.execute(query.order_by(hanging.c.since, hanging.c.event_id).limit(most)).mappings().all()
        return tuple(Hanging(row["data_subject_id"], row["event_type"] or "", _standing(row)) for row in rows)

    def _counted(self, before: datetime) -> dict[str, int]:
        hanging = _all_hanging(before)
        with self._log.begin() as connection:
            rows = connection.execute(select(hanging.c.counterparty, func.count()).group_by(hanging.c.counterparty))
            return {row[0]: row[1] for row in rows}


def _all_hanging(before: datetime) -> Any:
    """What could not leave, and what left and is awaited: both tables hold only that, and are small."""
    none = literal(None, AWAITED.c.sent_at.type)
    about = ("event_id", "counterparty", "data_subject_id")
    awaited = select(
        *(AWAITED.c[name] for name in about),
        AWAITED.c.sent_at.label("since"),
        none.label("held_at"),
        AWAITED.c.sent_at,
        AWAITED.c.listed_at,
    ).where(AWAITED.c.sent_at < before)
    further = [
        exists().where(table.c.event_id == HELD.c.event_id, table.c.counterparty == HELD.c.counterparty)
        for table in (AWAITED, SETTLED)
    ]
    kept_back = select(
        *(HELD.c[name] for name in about),
        HELD.c.held_at.label("since"),
        HELD.c.held_at,
        none.label("sent_at"),
        none.label("listed_at"),
    ).where(HELD.c.held_at < before, HELD.c.never_at.is_(None), *(~one for one in further))
    return union_all(awaited, kept_back).subquery()


def _standing(row: Any) -> Standing:
    outcome = Outcome(utc(row["settled_at"]), row["arrived"], row["code"]) if "settled_at" in row else None
    names = ("held_at", "sent_at", "listed_at", "never_at")
    held_at, left_at, asked_at, never_at = (utc(row[name]) if row.get(name) else None for name in names)
    code = (row.get("code") if never_at else None) or ""
    return Standing(row["event_id"], row["counterparty"], held_at, left_at, asked_at, outcome, never_at, code)
