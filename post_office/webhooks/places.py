"""What waits for an endpoint: of each case the event that is next; and what was tried."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from post_office.webhooks.endpoint import MOST_ATTEMPTS, NO_CASE, Attempt, Place
from post_office.webhooks.outcomes import Outcome
from post_office.webhooks.store import Store
from runtime.database import inserting, utc
from runtime.post_office.webhook_tables import ATTEMPT, PLACE, WEBHOOK

NEW: Mapping[str, Any] = {"tries": 0, "again": False, "failing_since": None}


class Places:
    """The places of all endpoints; each change is one transaction.

    Args:
        store: Where the endpoints are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read_on(self, endpoint: str, read: tuple[int, int], firsts: Mapping[str, int], now: datetime) -> bool:
        """Give places to the events of the feed between two positions; a case that has one already keeps it.

        Args:
            endpoint: Whose.
            read: From where to where the feed was read.
            firsts: The first position of each case between them.
            now: The time.

        Returns:
            Whether it stood at the first of both; else somebody set it elsewhere meanwhile, and nothing is done.
        """
        rows = [
            {"webhook": endpoint, "caseref": caseref, "position": position, **NEW, "due_at": now}
            for caseref, position in firsts.items()
        ]

        def write(connection: Connection) -> bool:
            here = update(WEBHOOK).where(WEBHOOK.c.id == endpoint, WEBHOOK.c.read_to == read[0])
            if not connection.execute(here.values(read_to=read[1])).rowcount:
                return False
            if rows:
                connection.execute(inserting(connection, PLACE).on_conflict_do_nothing(), rows)
            return True

        return await self._store.run(write)

    async def beat(self, endpoint: str, due: datetime | None) -> None:
        """Give signs of life a place, or take it; None: none are wanted."""

        def write(connection: Connection) -> None:
            if due is None:
                connection.execute(delete(PLACE).where(_at(endpoint, NO_CASE)))
                return
            row = {"webhook": endpoint, "caseref": NO_CASE, "position": int(due.timestamp()), **NEW, "due_at": due}
            connection.execute(inserting(connection, PLACE).on_conflict_do_nothing(), row)
            later = _at(endpoint, NO_CASE) & (PLACE.c.due_at > due)
            connection.execute(update(PLACE).where(later).values(due_at=due))

        await self._store.run(write)

    async def due(self, endpoint: str, now: datetime, most: int) -> list[Place]:
        """What is to be tried: first what was not tried before, so that what fails holds up nothing else."""
        ours = (PLACE.c.webhook == endpoint) & (PLACE.c.due_at <= now)
        queries = [
            select(PLACE).where(ours, PLACE.c.again == again).order_by(PLACE.c.due_at, PLACE.c.position).limit(most)
            for again in (False, True)
        ]
        return await self._store.run(
            lambda connection: [_place(dict(row)) for query in queries for row in connection.execute(query).mappings()]
        )

    async def next_due(self, endpoint: str, now: datetime) -> datetime | None:
        """When something is due next that is not yet; None: nothing is."""
        ours = PLACE.c.webhook == endpoint, PLACE.c.due_at > now
        query = select(PLACE.c.due_at).where(*ours).order_by(PLACE.c.due_at).limit(1)
        found = await self._store.run(lambda connection: connection.execute(query).scalar())
        return utc(found) if found else None

    async def failing_since(self, endpoint: str) -> datetime | None:
        """Since when that fails which has failed longest; None: nothing fails."""
        ours = PLACE.c.webhook == endpoint, PLACE.c.failing_since.is_not(None)
        query = select(PLACE.c.failing_since).where(*ours).order_by(PLACE.c.failing_since).limit(1)
        found = await self._store.run(lambda connection: connection.execute(query).scalar())
        return utc(found) if found else None

    async def waiting(self, endpoint: str, most: int) -> list[Place]:
        """What waits, that which has failed longest first."""
        ours = PLACE.c.webhook == endpoint, PLACE.c.caseref != NO_CASE
        order = PLACE.c.failing_since.is_(None), PLACE.c.failing_since, PLACE.c.position
        query = select(PLACE).where(*ours).order_by(*order).limit(most)
        return await self._store.run(lambda connection: [_place(dict(row)) for row in connection.execute(query).mappings()])

    async def count(self, endpoint: str) -> int:
        """How many cases have an event that waits."""
        query = select(func.count()).select_from(PLACE).where(PLACE.c.webhook == endpoint, PLACE.c.caseref != NO_CASE)
        return await self._store.run(lambda connection: connection.execute(query).scalar_one())

    async def taken_to(self) -> int | None:
        """The position up to which every endpoint is done with everything; None: there is no endpoint."""
        read = select(func.min(WEBHOOK.c.read_to))
        waits = select(func.min(PLACE.c.position)).where(PLACE.c.caseref != NO_CASE)

        def look(connection: Connection) -> int | None:
            read_to, first = connection.execute(read).scalar(), connection.execute(waits).scalar()
            return read_to if first is None or read_to is None else min(read_to, first - 1)

        return await self._store.run(look)

    async def at(self, endpoint: str, position: int) -> Place | None:
        """What waits at a position of the feed; None: nothing does."""
        query = select(PLACE).where(PLACE.c.webhook == endpoint, PLACE.c.position == position, PLACE.c.caseref != NO_CASE)
        row = await self._store.run(lambda connection: connection.execute(query).mappings().first())
        return _place(dict(row)) if row else None

    async def done(self, endpoint: str, place: Place, after: tuple[int | None, datetime], attempt: Attempt) -> bool:
        """The event is done with; the next of its case takes its place.

        Args:
            endpoint: Whose.
            place: Which.
            after: Position of the event that is next, and when that is due; None: there is none.
            attempt: What became of the event.

        Returns:
            Whether it still waited there; else somebody set it aside or anew meanwhile, and it was only written down.
        """
        here = _at(endpoint, place.caseref) & (PLACE.c.position == place.position)
        position, due = after
        following = {"position": position, **NEW, "due_at": due}

        def write(connection: Connection) -> bool:
            step = delete(PLACE).where(here) if position is None else update(PLACE).where(here).values(**following)
            moved = connection.execute(step).rowcount == 1
            _note(connection, endpoint, attempt)
            return moved

        return await self._store.run(write)

    async def failed(self, endpoint: str, place: Place, due: datetime, attempt: Attempt) -> None:
        """The event is tried again later."""
        here = _at(endpoint, place.caseref) & (PLACE.c.position == place.position)
        again = {"tries": place.tries + 1, "again": True, "due_at": due, "failing_since": place.failing_since or attempt.at}

        def write(connection: Connection) -> None:
            connection.execute(update(PLACE).where(here).values(**again))
            _note(connection, endpoint, attempt)

        await self._store.run(write)

    async def hurry(self, endpoint: str, now: datetime) -> None:
        """Try all that failed now: a person says that it works again."""
        ours = update(PLACE).where(PLACE.c.webhook == endpoint, PLACE.c.again, PLACE.c.due_at > now)
        await self._store.run(lambda connection: connection.execute(ours.values(due_at=now)))

    async def replay(self, endpoint: str, position: int) -> None:
        """Read the feed again from after a position; what waits from before it goes on waiting."""

        def write(connection: Connection) -> None:
            back = update(WEBHOOK).where(WEBHOOK.c.id == endpoint, WEBHOOK.c.read_to > position)
            connection.execute(back.values(read_to=position))
            later = PLACE.c.webhook == endpoint, PLACE.c.caseref != NO_CASE, PLACE.c.position > position
            connection.execute(delete(PLACE).where(*later))

        await self._store.run(write)

    async def note(self, endpoint: str, attempt: Attempt) -> None:
        """Write down a try that was none of an event in the feed."""
        await self._store.run(lambda connection: _note(connection, endpoint, attempt))

    async def attempts(self, endpoint: str, before: int | None, most: int) -> Sequence[Attempt]:
        """What was tried, the newest first.

        Args:
            endpoint: Whose.
            before: Only those with a lower number.
            most: How many.
        """
        query = select(ATTEMPT).where(ATTEMPT.c.webhook == endpoint).order_by(ATTEMPT.c.number.desc()).limit(most)
        if before is not None:
            query = query.where(ATTEMPT.c.number < before)
        return await self._store.run(lambda connection: [_attempt(dict(row)) for row in connection.execute(query).mappings()])


def _at(endpoint: str, caseref: str) -> Any:
    return (PLACE.c.webhook == endpoint) & (PLACE.c.caseref == caseref)


def _note(connection: Connection, endpoint: str, attempt: Attempt) -> None:
    """The number follows on the last; a row of the endpoint was locked before, or the whole database is."""
    ours = ATTEMPT.c.webhook == endpoint
    if not connection.execute(update(WEBHOOK).where(WEBHOOK.c.id == endpoint).values(id=WEBHOOK.c.id)).rowcount:
        return  # it was removed meanwhile
    number = (connection.execute(select(func.max(ATTEMPT.c.number)).where(ours)).scalar() or 0) + 1
    row = {**attempt._asdict(), "number": number, "outcome": attempt.outcome.value}
    connection.execute(insert(ATTEMPT).values(webhook=endpoint, **row))
    connection.execute(delete(ATTEMPT).where(ours, ATTEMPT.c.number <= number - MOST_ATTEMPTS))


def _place(row: Mapping[str, Any]) -> Place:
    failing = row["failing_since"]
    return Place(row["caseref"], row["position"], row["tries"], utc(row["due_at"]), utc(failing) if failing else None)


def _attempt(row: Mapping[str, Any]) -> Attempt:
    kept = {name: row[name] for name in ("position", "event_id", "status", "milliseconds", "number")}
    return Attempt(at=utc(row["at"]), outcome=Outcome(row["outcome"]), **kept)
