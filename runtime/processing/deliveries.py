"""What an agency has sent and nobody has confirmed yet, and what it has taken itself; beside its processing log.

A row lives from the acknowledgement of the recipient's disk until the recipient's office says that it knows the event.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import ColumnElement, Engine, delete, func, select, update

from contracts.logged import Exchange
from contracts.processing import Direction
from runtime.database import INSERTS, open_database, utc
from runtime.processing.tables import AWAITED, PROCESSING

FIRST_AGAIN = timedelta(minutes=1)
"""How long an answer is waited for before the same is asked again; later it is asked whenever the wait has doubled."""


class Awaited(NamedTuple):
    """An event of which its recipient has not said that it knows it."""

    reference: str
    system: str
    sequence: int


class SqlDeliveries:
    """The driver of the port ``activities.post.Deliveries``; ``upgrade`` must have made the tables of the processing log."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def expect(self, sent: Sequence[Exchange]) -> None:
        """Await word of events that were sent; done when that is on disk. Once more about the same: no difference."""
        await asyncio.to_thread(self._expect, sent)

    async def due(self, most: int, now: datetime) -> dict[str, tuple[str, ...]]:
        """Ids of the events to ask about now, by recipient, the oldest first, and at most so many of each."""
        return await asyncio.to_thread(self._due, most, now)

    async def listed(self, recipient: str, ids: Sequence[str], now: datetime) -> None:
        """They were asked about just now."""
        await asyncio.to_thread(self._listed, recipient, ids, now)

    async def awaited(self, recipient: str, ids: Sequence[str]) -> tuple[Awaited, ...]:
        """Those of these events that are awaited from that agency, in the order of their files and numbers."""
        return await asyncio.to_thread(self._awaited, recipient, ids)

    async def settle(self, recipient: str, ids: Sequence[str]) -> None:
        """They are awaited no longer."""
        await asyncio.to_thread(self._settle, recipient, ids)

    async def silent(self, since: datetime) -> dict[str, int]:
        """Recipients that let a question about something sent before then go without an answer, and how much they owe."""
        return await asyncio.to_thread(self._silent, since)

    async def unknown(self, sender: str, ids: Sequence[str]) -> tuple[str, ...]:
        """Those of these events from one agency that were never taken here, in the order asked."""
        return await asyncio.to_thread(self._unknown, sender, ids)

    @cached_property
    def _engine(self) -> Engine:
        return open_database(self._url, existing=True)

    def _expect(self, sent: Sequence[Exchange]) -> None:
        now = datetime.now(UTC)
        rows = [
            {
                "event_id": message.id,
                "counterparty": other,
                "data_subject_id": message.caseref,
                "system": message.system,
                "sequence": int(message.sequence),
                "sent_at": now,
            }
            for message, _, other in sent
        ]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(INSERTS[connection.dialect.name](AWAITED).on_conflict_do_nothing(), rows)

    def _due(self, most: int, now: datetime) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        possible = AWAITED.c.listed_at.is_(None) | (AWAITED.c.listed_at <= now - FIRST_AGAIN)
        with self._engine.begin() as connection:
            for row in connection.execute(select(AWAITED).where(possible).order_by(AWAITED.c.sent_at, AWAITED.c.event_id)):
                ids = found.setdefault(row.counterparty, [])
                if len(ids) < most and _is_due(row.sent_at, row.listed_at, now):
                    ids.append(row.event_id)
        return {recipient: tuple(ids) for recipient, ids in found.items() if ids}

    def _listed(self, recipient: str, ids: Sequence[str], now: datetime) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(AWAITED).where(_these(recipient, ids)).values(listed_at=now))

    def _awaited(self, recipient: str, ids: Sequence[str]) -> tuple[Awaited, ...]:
        columns = (AWAITED.c.data_subject_id, AWAITED.c.system, AWAITED.c.sequence)
        with self._engine.begin() as connection:
            rows = connection.execute(select(*columns).where(_these(recipient, ids)).order_by(*columns))
            return tuple(Awaited(*row) for row in rows)

    def _settle(self, recipient: str, ids: Sequence[str]) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(AWAITED).where(_these(recipient, ids)))

    def _silent(self, since: datetime) -> dict[str, int]:
        owed = (AWAITED.c.sent_at < since) & AWAITED.c.listed_at.is_not(None)
        query = select(AWAITED.c.counterparty, func.count()).where(owed).group_by(AWAITED.c.counterparty)
        with self._engine.begin() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def _unknown(self, sender: str, ids: Sequence[str]) -> tuple[str, ...]:
        taken = (PROCESSING.c.direction == Direction.TAKEN.value) & (PROCESSING.c.counterparty == sender)
        with self._engine.begin() as connection:
            known = set(connection.scalars(select(PROCESSING.c.event_id).where(PROCESSING.c.event_id.in_(ids) & taken)))
        return tuple(event_id for event_id in ids if event_id not in known)


def _is_due(sent_at: datetime, listed_at: datetime | None, now: datetime) -> bool:
    if listed_at is None:
        return True
    asked, sent = utc(listed_at), utc(sent_at)
    return now - asked >= max(asked - sent, FIRST_AGAIN)


def _these(recipient: str, ids: Sequence[str]) -> ColumnElement[bool]:
    return (AWAITED.c.counterparty == recipient) & AWAITED.c.event_id.in_(ids)
