"""Batches as rows: one decision over a selection, item by item, so that whoever goes on with one knows what was done."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from runtime.database import insert_once, utc
from runtime.sessions.secrets import new_ticket
from runtime.sessions.stored import Stored
from runtime.sessions.tables import BATCH, BATCH_ITEM

MOST_ITEMS = 500
MOST_UNDER_WAY = 10
"""Batches of one agency that are worked on, or wait for that."""
MOST_KEPT = 100
"""Batches of one person at one agency; of those that have ended the oldest goes."""
KEPT = timedelta(days=30)
"""For so long a batch can be looked at."""
LONGEST_ANSWER = 500


class State(StrEnum):
    """How far a batch is."""

    TRYING = "trying"
    TRIED = "tried"
    WORKING = "working"
    STOPPED = "stopped"
    ENDED = "ended"


class Done(StrEnum):
    """How far an item is. Of one that is under way or not known, it is asked again with the same ticket."""

    WAITING = "waiting"
    UNDER_WAY = "under_way"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


MOVING = (State.TRYING.value, State.WORKING.value)
LEFT = (Done.WAITING.value, Done.UNDER_WAY.value)


class TooMany(ValueError):  # noqa: N818 - named as what is the case
    """More than may be, of items or of batches under way."""


class Batch(NamedTuple):
    """One decision over a selection.

    Attributes:
        why: Why it was stopped.
    """

    id: str
    agency: str
    person: str
    command: str
    content: str
    state: str
    why: str
    made_at: datetime


class Item(NamedTuple):
    """One of the selection.

    Attributes:
        target: The name of a file, or the number of a dead letter.
        ticket: With which it is decided.
        begun: Whether it was begun with this ticket before.
        answer: A phase, or a refusal.
    """

    number: int
    target: str
    ticket: str
    state: str
    begun: bool
    answer: str


class Whose(NamedTuple):
    """Whose batch: nobody else finds it."""

    agency: str
    person: str


class Order(NamedTuple):
    """What is to be decided: the command, and its content as JSON."""

    command: str
    content: str


class Batches(Stored):
    """The batches in a database."""

    async def make(self, batch: str, whose: Whose, order: Order, targets: Sequence[str]) -> None:
        """Make a batch, whose first item is to be tried. What is made again with the same id stays as it is.

        Raises:
            TooMany: It has too many items, the agency too many batches, or the person too many that have not ended.
        """
        if not 0 < len(targets) <= MOST_ITEMS:
            raise TooMany(f"a batch has 1 to {MOST_ITEMS} items")
        await asyncio.to_thread(self._make, batch, whose, order, targets)

    async def find(self, batch: str, whose: Whose) -> Batch | None:
        """A batch of a person; None: there is none of theirs."""
        return await asyncio.to_thread(self._find, batch, whose)

    async def of(self, whose: Whose) -> list[tuple[Batch, dict[str, int]]]:
        """All batches of a person, the newest first, with how many items are how far."""
        return await asyncio.to_thread(self._of, whose)

    async def items(self, batch: str) -> list[Item]:
        """The items of a batch in order."""
        return await asyncio.to_thread(self._items, batch)

    async def next(self, agency: str) -> Batch | None:
        """The batch of an agency that is to be worked on: one that is tried first, then the oldest."""
        return await asyncio.to_thread(self._next, agency)

    async def moving(self) -> list[str]:
        """Agencies with a batch that is to be worked on."""
        return await asyncio.to_thread(self._moving)

    async def claim(self, batch: str) -> Item | None:
        """The next item, which is under way from now on, on disk; None: nothing is left, or the batch was stopped."""
        return await asyncio.to_thread(self._claim, batch)

    async def settle(self, batch: str, number: int, state: Done, answer: str = "") -> None:
        """How an item ended. One was tried then, if it was to be tried."""
        await asyncio.to_thread(self._settle, batch, number, state, answer)

    async def move(self, batch: str, since: Sequence[State], to: State, why: str = "") -> bool:
        """Lead a batch on from some states; whether it was in one of these."""
        return await asyncio.to_thread(self._move, batch, since, to, why)

    async def again(self, batch: str, to: State) -> bool:
        """Go on with what is left, with the same tickets; what was refused gets new ones, when nothing else waits.

        Returns:
            Whether the batch stood still.
        """
        return await asyncio.to_thread(self._again, batch, to)

    async def sweep(self) -> int:
        """Remove what is older than it may be; how many batches that were."""
        return await asyncio.to_thread(self._sweep)

    def _make(self, batch: str, whose: Whose, order: Order, targets: Sequence[str]) -> None:
        row = {**whose._asdict(), **order._asdict(), "id": batch, "state": State.TRYING.value, "why": "", "made_at": self._now()}
        under_way = select(func.count()).where(BATCH.c.agency == whose.agency, BATCH.c.state.in_(MOVING), BATCH.c.id != batch)
        first = {"state": Done.WAITING.value, "begun": False, "answer": ""}
        with self._engine.begin() as connection:
            if (connection.scalar(under_way) or 0) >= MOST_UNDER_WAY:
                raise TooMany(f"{MOST_UNDER_WAY} batches are under way here: wait for one, or stop one")
            if insert_once(connection, BATCH, row):
                _make_room(connection, whose)
                rows = [
                    {"batch": batch, "number": number, "target": target, "ticket": new_ticket(), **first}
                    for number, target in enumerate(targets, 1)
                ]
                connection.execute(insert(BATCH_ITEM), rows)

    def _find(self, batch: str, whose: Whose) -> Batch | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(BATCH).where(BATCH.c.id == batch, *_of(whose))).first()
        return _batch(row) if row else None

    def _of(self, whose: Whose) -> list[tuple[Batch, dict[str, int]]]:
        every = select(BATCH).where(*_of(whose)).order_by(BATCH.c.made_at.desc(), BATCH.c.id)
        counted = select(BATCH_ITEM.c.batch, BATCH_ITEM.c.state, func.count()).group_by(BATCH_ITEM.c.batch, BATCH_ITEM.c.state)
        counted = counted.join(BATCH, BATCH.c.id == BATCH_ITEM.c.batch).where(*_of(whose))
        with self._engine.connect() as connection:
            batches = [_batch(row) for row in connection.execute(every)]
            counts: dict[str, dict[str, int]] = {}
            for batch, state, count in connection.execute(counted):
                counts.setdefault(batch, {})[state] = count
        return [(batch, counts.get(batch.id, {})) for batch in batches]

    def _items(self, batch: str) -> list[Item]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(BATCH_ITEM).where(BATCH_ITEM.c.batch == batch).order_by(BATCH_ITEM.c.number))
            return [_item(row) for row in rows]

    def _next(self, agency: str) -> Batch | None:
        there = select(BATCH).where(BATCH.c.agency == agency, BATCH.c.state.in_(MOVING))
        oldest = there.order_by(BATCH.c.state != State.TRYING.value, BATCH.c.made_at, BATCH.c.id)
        with self._engine.connect() as connection:
            row = connection.execute(oldest.limit(1)).first()
        return _batch(row) if row else None

    def _moving(self) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.scalars(select(BATCH.c.agency).where(BATCH.c.state.in_(MOVING)).distinct()))

    def _claim(self, batch: str) -> Item | None:
        left = select(BATCH_ITEM).where(BATCH_ITEM.c.batch == batch, BATCH_ITEM.c.state.in_(LEFT))
        begun_first = left.order_by(BATCH_ITEM.c.state != Done.UNDER_WAY.value, BATCH_ITEM.c.number).limit(1)
        with self._engine.begin() as connection:
            if connection.scalar(select(BATCH.c.state).where(BATCH.c.id == batch)) not in MOVING:
                return None
            row = connection.execute(begun_first).first()
            if row is None:
                return None
            values = {"state": Done.UNDER_WAY.value, "begun": True}
            connection.execute(update(BATCH_ITEM).where(*_at(batch, row.number)).values(values))
        return _item(row)

    def _settle(self, batch: str, number: int, state: Done, answer: str) -> None:
        with self._engine.begin() as connection:
            values = {"state": state.value, "answer": answer[:LONGEST_ANSWER]}
            connection.execute(update(BATCH_ITEM).where(*_at(batch, number)).values(values))
            if state is not Done.WAITING:
                tried = update(BATCH).where(BATCH.c.id == batch, BATCH.c.state == State.TRYING.value)
                connection.execute(tried.values(state=State.TRIED.value))

    def _move(self, batch: str, since: Sequence[State], to: State, why: str) -> bool:
        with self._engine.begin() as connection:
            return _moved(connection, batch, since, to, why)

    def _again(self, batch: str, to: State) -> bool:
        waiting = {"state": Done.WAITING.value, "answer": ""}
        not_known = (Done.UNKNOWN.value, Done.UNDER_WAY.value)
        with self._engine.begin() as connection:
            if not _moved(connection, batch, (State.TRIED, State.STOPPED, State.ENDED), to, ""):
                return False
            if not connection.scalars(_in_states(batch, (Done.WAITING.value,))).all():
                for number in connection.scalars(_in_states(batch, (Done.REFUSED.value,))).all():
                    anew = {**waiting, "ticket": new_ticket(), "begun": False}
                    connection.execute(update(BATCH_ITEM).where(*_at(batch, number)).values(anew))
            asked_again = update(BATCH_ITEM).where(BATCH_ITEM.c.batch == batch, BATCH_ITEM.c.state.in_(not_known))
            connection.execute(asked_again.values(waiting))
            return True

    def _sweep(self) -> int:
        with self._engine.begin() as connection:
            return connection.execute(delete(BATCH).where(BATCH.c.made_at <= self._now() - KEPT)).rowcount


def _make_room(connection: Connection, whose: Whose) -> None:
    """For one more batch of a person; the audit log keeps what was decided.

    Raises:
        TooMany: All that they have wait for something.
    """
    there = connection.scalar(select(func.count()).select_from(BATCH).where(*_of(whose))) or 0
    ended = select(BATCH.c.id).where(*_of(whose), BATCH.c.state == State.ENDED.value).order_by(BATCH.c.made_at, BATCH.c.id)
    gone = connection.scalars(ended.limit(max(there - MOST_KEPT, 0))).all()
    if there - len(gone) > MOST_KEPT:
        raise TooMany(f"one person has at most {MOST_KEPT} batches that have not ended: go on with one first")
    connection.execute(delete(BATCH).where(BATCH.c.id.in_(gone)))


def _moved(connection: Connection, batch: str, since: Sequence[State], to: State, why: str) -> bool:
    there = update(BATCH).where(BATCH.c.id == batch, BATCH.c.state.in_([state.value for state in since]))
    return connection.execute(there.values(state=to.value, why=why)).rowcount == 1


def _in_states(batch: str, states: Sequence[str]) -> Select[int]:
    """The numbers of the items in some states."""
    return select(BATCH_ITEM.c.number).where(BATCH_ITEM.c.batch == batch, BATCH_ITEM.c.state.in_(states))


def _of(whose: Whose) -> tuple[Any, ...]:
    return (BATCH.c.agency == whose.agency, BATCH.c.person == whose.person)


def _at(batch: str, number: int) -> tuple[Any, ...]:
    return (BATCH_ITEM.c.batch == batch, BATCH_ITEM.c.number == number)


def _batch(row: Row[Any]) -> Batch:
    return Batch(row.id, row.agency, row.person, row.command, row.content, row.state, row.why, utc(row.made_at))


def _item(row: Row[Any]) -> Item:
    return Item(row.number, row.target, row.ticket, row.state, row.begun, row.answer)
