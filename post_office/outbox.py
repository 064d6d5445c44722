"""What waits to leave: of each line the next event only, and of each recipient what can be tried now."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, delete, exists, func, select, update

from contracts.envelope import CloudEvent
from post_office.damage import UNREADABLE
from post_office.ladder import Ladder
from post_office.sealing import Altered
from post_office.store import Store
from runtime.database import utc
from runtime.post_office.tables import OUTGOING, WAITING

MOST_DAMAGED = 100
"""So many lines are passed over whose next event cannot be read; where there are more, the recipient waits as a whole."""


class Ready(NamedTuple):
    """An event that can leave now.

    Attributes:
        number: Of its row.
        to: Slug of its recipient.
        message: As it leaves.
    """

    number: int
    to: str
    message: CloudEvent


class Outbox:
    """The part of a book from which events leave."""

    def __init__(self, store: Store, ladder: Ladder) -> None:
        self._store = store
        self._ladder = ladder
        self.bell = store.bell

    async def recipients(self) -> dict[str, datetime]:
        """To whom something waits, and since when the oldest."""
        oldest = func.min(OUTGOING.c.kept_at)
        query = select(WAITING.c.recipient, oldest).join(OUTGOING, OUTGOING.c.number == WAITING.c.number)
        rows = await self._store.read(lambda connection: connection.execute(query.group_by(WAITING.c.recipient)).all())
        return {row[0]: utc(row[1]) for row in rows}

    async def ready(self, recipient: str, resting: Collection[str], most: int) -> list[Ready]:
        """What can leave to a recipient: the next of each line, the oldest first.

        A line whose next event cannot be read waits until it can be, and others pass it.

        Args:
            recipient: Slug of the agency.
            resting: Types of which nothing is tried now.
            most: How many at most.

        Raises:
            Altered: Too many of them were.
            CaseKeyMissing: Too many of them have no key.
        """
        found: list[Ready] = []
        damaged, after = 0, 0
        while len(found) < most:
            rows = await self._next_of_lines(recipient, resting, after, most)
            for row in rows:
                try:
                    one = await self._opened(row)
                except UNREADABLE:
                    damaged += 1
                    if damaged > MOST_DAMAGED:
                        raise
                    continue
                if one is not None:
                    found.append(one)
            if len(rows) < most:
                break
            after = rows[-1]["number"]
        return found[:most]

    async def _next_of_lines(self, recipient: str, resting: Collection[str], after: int, most: int) -> Sequence[RowMapping]:
        before = WAITING.alias("before")
        first = ~exists(select(before.c.number).where(before.c.line == WAITING.c.line, before.c.number < WAITING.c.number))
        which = (WAITING.c.recipient == recipient) & WAITING.c.type.not_in(sorted(resting)) & first & (WAITING.c.number > after)
        query = select(OUTGOING).join(WAITING, WAITING.c.number == OUTGOING.c.number).where(which)
        query = query.order_by(WAITING.c.number).limit(most)
        return await self._store.read(lambda connection: connection.execute(query).mappings().all())

    async def left(self, numbers: Sequence[int]) -> None:
        """The recipient's disk has these."""

        def write(connection: Connection) -> None:
            ours = OUTGOING.c.number.in_(numbers) & OUTGOING.c.sent_at.is_(None)
            connection.execute(update(OUTGOING).where(ours).values(sent_at=datetime.now(UTC)))
            connection.execute(delete(WAITING).where(WAITING.c.number.in_(numbers)))

        await self._store.writer.do(write)

    async def give_up(self, ready: Ready, code: str, words: str) -> None:
        """It can never leave."""
        await self._ladder.refused(ready.to, ready.message.id, code, words)

    async def _opened(self, row: RowMapping) -> Ready | None:
        """None: its case was erased meanwhile, and it leaves the book by itself."""
        number, place, to = row["number"], ("outgoing", str(row["number"])), row["recipient"]
        inside = await self._store.opened(row["case_reference"], row["type"], place, row["content"])
        if inside is None:
            await self._store.writer.do(lambda connection: connection.execute(delete(WAITING).where(WAITING.c.number == number)))
            return None
        with self._store.damage.noting(place, row["case_reference"]):
            if inside.get("to", to) != to:
                raise Altered("this event was meant for another agency")
        return Ready(number, to, CloudEvent.model_validate(inside["event"]))
