"""What an agency has sent and nobody has confirmed yet, and what it has taken itself; beside its processing log.

A row lives from before an event leaves, written in one commit with the line that says so, until the recipient's office says that
it knows the event, or it is known that it did not leave. What was asked and answered is written with the next commit: who loses
it asks once more. What became of an event, and when we heard it, stays (`runtime/processing/settling.py`).
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, select, update

from contracts.logged import Exchange, sent
from contracts.processing import Direction
from contracts.standing import Outcome
from runtime.database import inserting, utc
from runtime.processing.log import SqlProcessingLog
from runtime.processing.settling import held, left_after_all, never_leave, refused, settled, these
from runtime.processing.tables import AWAITED, PROCESSING

HANGS = timedelta(minutes=5)
"""After so long without a confirmation an event hangs: usually it is confirmed within seconds."""

FIRST_AGAIN = timedelta(minutes=1)
"""How long an answer is waited for before the same is asked again; later it is asked whenever the wait has doubled.

So long it is also waited before something is asked about of which this process does not know that it left: who posted it was
killed, and by then it was posted again (``workflows/engine/outbox.py``).
"""


class Awaited(NamedTuple):
    """An event of which its recipient has not said that it knows it."""

    reference: str
    system: str
    sequence: int


class Unconfirmed(NamedTuple):
    """Events that left for one agency, of which it has not said for long that it knows them.

    Attributes:
        to: Slug of the agency.
        number: How many.
        since: When the first of them was sent.
    """

    to: str
    number: int
    since: datetime


class SqlDeliveries:
    """The driver of the port ``activities.post.Deliveries``; ``upgrade`` must have made the tables of the processing log."""

    def __init__(self, log: SqlProcessingLog) -> None:
        self._log = log
        self._opened = datetime.now(UTC)
        self._left: set[str] = set()

    async def begin(self, letters: Sequence[Exchange], at: datetime, *, awaited: bool = True) -> None:
        """See ``activities.post.Deliveries``.

        Raises:
            NotLogged: It is not on disk: nothing may leave.
        """

        def insert(connection: Connection) -> None:
            if awaited:
                connection.execute(inserting(connection, AWAITED).on_conflict_do_nothing(), _rows(letters, at))

        await self._log.write([sent(letter, at) for letter in letters], insert)

    def left(self, letters: Sequence[Exchange]) -> None:
        """See ``activities.post.Deliveries``."""
        self._left.update(letter.message.id for letter in letters)

    async def expect(self, letters: Sequence[Exchange], at: datetime) -> None:
        """See ``activities.post.Deliveries``."""

        def insert(connection: Connection) -> None:
            row = inserting(connection, AWAITED)
            key, again = AWAITED.primary_key.columns, {"sent_at": row.excluded.sent_at}
            connection.execute(row.on_conflict_do_update(index_elements=key, set_=again), _rows(letters, at))
            left_after_all(connection, letters)

        await self._log.write((), insert)
        self.left(letters)

    async def withdraw(self, letters: Sequence[Exchange], at: datetime) -> None:
        """See ``activities.post.Deliveries``."""

        def remove(connection: Connection) -> None:
            for letter in letters:
                ours = these(AWAITED, letter.other, [letter.message.id]) & (AWAITED.c.sent_at == at)
                connection.execute(delete(AWAITED).where(ours))
            held(connection, letters, at)

        await self._log.write((), remove)

    async def never(self, letters: Sequence[Exchange], at: datetime, code: str | None = None) -> None:
        """See ``activities.post.Deliveries``."""
        await self._log.write((), lambda connection: never_leave(connection, letters, at, code))

    async def due(self, most: int, now: datetime) -> dict[str, tuple[str, ...]]:
        """Ids of the events to ask about now, by recipient, the oldest first, and at most so many of each."""
        await self._log.catch_up()
        rows = await asyncio.to_thread(self._possible, now)
        self._left.intersection_update(row.event_id for row in rows)
        found: dict[str, list[str]] = {}
        for row in rows:
            ids = found.setdefault(row.counterparty, [])
            if len(ids) < most and self._is_due(row, now):
                ids.append(row.event_id)
        return {recipient: tuple(ids) for recipient, ids in found.items() if ids}

    def listed(self, recipient: str, ids: Sequence[str], now: datetime) -> None:
        """They were asked about just now; on disk with the next commit."""
        self._log.later(
            lambda connection: connection.execute(update(AWAITED).where(these(AWAITED, recipient, ids)).values(listed_at=now))
        )

    def confirmed(self, recipient: str, ids: Sequence[str]) -> None:
        """They are awaited no longer; on disk with the next commit."""
        self._log.later(settled(recipient, ids, Outcome(datetime.now(UTC), arrived=True)))

    def refused(self, recipient: str, event_id: str, code: str) -> None:
        """It arrived, and was refused; on disk with the next commit."""
        self._log.later(refused(recipient, event_id, Outcome(datetime.now(UTC), arrived=True, code=code)))

    async def awaited(self, recipient: str, ids: Sequence[str]) -> tuple[Awaited, ...]:
        """Those of these events that are awaited from that agency, in the order of their files and numbers."""
        return await asyncio.to_thread(self._awaited, recipient, ids)

    async def settle(self, recipient: str, ids: Sequence[str]) -> None:
        """They did not arrive, and are awaited no longer; done when that is on disk."""
        await self._log.write((), settled(recipient, ids, Outcome(datetime.now(UTC), arrived=False)))

    async def silent(self, since: datetime) -> dict[str, int]:
        """Recipients that let a question about something sent before then go without an answer, and how much they owe."""
        await self._log.catch_up()
        return await asyncio.to_thread(self._silent, since)

    async def unconfirmed(self, now: datetime) -> tuple[Unconfirmed, ...]:
        """Who has not confirmed for long what left for them, the oldest first; what could not leave is not counted.

        Nothing is changed, and nothing is asked anew. Letter by letter, with those that are held up, it is
        ``Settling.hanging_letters``.
        """
        return await asyncio.to_thread(self._unconfirmed, now - HANGS)

    async def unknown(self, sender: str, ids: Sequence[str]) -> tuple[str, ...]:
        """Those of these events from one agency that were never taken here, in the order asked."""
        return await asyncio.to_thread(self._unknown, sender, ids)

    def _is_due(self, row: Row[Any], now: datetime) -> bool:
        began = utc(row.sent_at)
        if row.listed_at is None:
            return row.event_id in self._left or now - max(began, self._opened) >= FIRST_AGAIN
        asked = utc(row.listed_at)
        return now - asked >= max(asked - began, FIRST_AGAIN)

    def _possible(self, now: datetime) -> Sequence[Row[Any]]:
        possible = AWAITED.c.listed_at.is_(None) | (AWAITED.c.listed_at <= now - FIRST_AGAIN)
        with self._log.begin() as connection:
            return connection.execute(select(AWAITED).where(possible).order_by(AWAITED.c.sent_at, AWAITED.c.event_id)).all()

    def _awaited(self, recipient: str, ids: Sequence[str]) -> tuple[Awaited, ...]:
        columns = (AWAITED.c.data_subject_id, AWAITED.c.system, AWAITED.c.sequence)
        with self._log.begin() as connection:
            rows = connection.execute(select(*columns).where(these(AWAITED, recipient, ids)).order_by(*columns))
            return tuple(Awaited(*row) for row in rows)

    def _silent(self, since: datetime) -> dict[str, int]:
        owed = (AWAITED.c.sent_at < since) & AWAITED.c.listed_at.is_not(None)
        query = select(AWAITED.c.counterparty, func.count()).where(owed).group_by(AWAITED.c.counterparty)
        with self._log.begin() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def _unconfirmed(self, since: datetime) -> tuple[Unconfirmed, ...]:
        oldest = func.min(AWAITED.c.sent_at)
        query = select(AWAITED.c.counterparty, func.count(), oldest).where(AWAITED.c.sent_at < since)
        with self._log.begin() as connection:
            rows = connection.execute(query.group_by(AWAITED.c.counterparty).order_by(oldest)).all()
        return tuple(Unconfirmed(to, number, utc(first)) for to, number, first in rows)

    def _unknown(self, sender: str, ids: Sequence[str]) -> tuple[str, ...]:
        taken = (PROCESSING.c.direction == Direction.TAKEN.value) & (PROCESSING.c.counterparty == sender)
        with self._log.begin() as connection:
            known = set(connection.scalars(select(PROCESSING.c.event_id).where(PROCESSING.c.event_id.in_(ids) & taken)))
        return tuple(event_id for event_id in ids if event_id not in known)


def _rows(letters: Sequence[Exchange], at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "event_id": message.id,
            "counterparty": other,
            "data_subject_id": message.caseref,
            "system": message.system,
            "sequence": int(message.sequence),
            "sent_at": at,
        }
        for message, _, other in letters
    ]
