"""What waits to leave: of each line the next event only, and of each recipient what can be tried now."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, delete, exists, func, select, update

from contracts.envelope import CloudEvent
from post_office.ladder import Ladder
from post_office.sealing import unseal
from post_office.store import Store
from runtime.database import utc
from runtime.post_office.tables import OUTGOING, WAITING


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

        Args:
            recipient: Slug of the agency.
            resting: Types of which nothing is tried now.
            most: How many at most.
        """
        before = WAITING.alias("before")
        first = ~exists(select(before.c.number).where(before.c.line == WAITING.c.line, before.c.number < WAITING.c.number))
        which = (WAITING.c.recipient == recipient) & WAITING.c.type.not_in(sorted(resting)) & first
        query = select(OUTGOING).join(WAITING, WAITING.c.number == OUTGOING.c.number).where(which)
        query = query.order_by(WAITING.c.number).limit(most)
        rows = await self._store.read(lambda connection: connection.execute(query).mappings().all())
        found = [await self._opened(row) for row in rows]
        return [one for one in found if one is not None]

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
        number, reference = row["number"], row["case_reference"]
        key = await self._store.key(reference, row["type"]) if row["content"] is not None else None
        if key is None:
            await self._store.writer.do(lambda connection: connection.execute(delete(WAITING).where(WAITING.c.number == number)))
            return None
        inside = unseal(key, ("outgoing", str(number)), row["content"])
        return Ready(number, row["recipient"], CloudEvent.model_validate(inside["event"]))
