"""How far events came that went out: kept, sent, taken, answered, refused, missed; each with its time."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update

from contracts.lines import Span
from contracts.refusals import RefusalCode
from post_office.ports import Gone, Kept, Rung, Stage
from post_office.sealing import Altered, mark, seal
from post_office.store import Store
from post_office.writer import rung
from runtime.database import utc
from runtime.post_office.tables import CASE, OUTGOING, WAITING

ENDS = frozenset({Stage.ANSWERED, Stage.REFUSED, Stage.MISSED})
"""After one of these whoever waits for an answer has it."""


class Ladder:
    """The stages that events of ours reached."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def sent(self, own: str) -> Kept | None:
        """See ``post_office.ports.Book``."""
        named = mark(self._store.identity, "own", own)
        query = select(OUTGOING).where(OUTGOING.c.own_mark == named)
        row = await self._store.read(lambda connection: connection.execute(query).mappings().first())
        return None if row is None else await self.kept(row)

    async def settled(self, own: str, seconds: float) -> Kept | None:
        """See ``post_office.ports.Book``."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            changed = self._store.bell.next()
            kept = await self.sent(own)
            if kept is None or ENDS & {one.stage for one in kept.rungs} or not await rung(changed, until - loop.time()):
                return kept

    async def kept(self, row: RowMapping) -> Kept:
        """A row as it is told.

        Raises:
            Gone: Its case was erased.
            Altered: It is not what was put there.
        """
        reference, kind, number = row["case_reference"], row["type"], str(row["number"])
        inside = await self._store.opened(reference, kind, ("outgoing", number), row["content"])
        if inside is None:
            raise Gone("the case of this event was erased")
        words = await self._store.opened(reference, kind, ("words", number), row["words"])
        sealed = await self._store.read(
            lambda connection: connection.scalar(select(CASE.c.subject).where(CASE.c.case_reference == reference))
        )
        subject = await self._store.subject(reference, sealed)
        return Kept(inside["own"], reference, row["recipient"], kind, subject, _rungs(row, words))

    async def told(self, row: RowMapping) -> Kept | None:
        """The same; None: its case was erased, or it was altered on the disk."""
        try:
            return await self.kept(row)
        except (Gone, Altered):
            return None

    async def taken(self, recipient: str, ids: Sequence[str]) -> None:
        """The recipient's office knows these."""
        await self._reach(Stage.TAKEN, OUTGOING.c.event_id.in_(ids), recipient)

    async def missed(self, recipient: str, ids: Sequence[str]) -> None:
        """The recipient's office does not know these."""
        await self._reach(Stage.MISSED, OUTGOING.c.event_id.in_(ids), recipient)

    async def refused(self, recipient: str, event_id: str, code: str, words: str) -> None:
        """It was refused, by its recipient or by our own seal: then it does not wait any more."""
        query = select(OUTGOING).where(OUTGOING.c.event_id == event_id, OUTGOING.c.recipient == recipient)
        row = await self._store.read(lambda connection: connection.execute(query).mappings().first())
        if row is None:
            return
        key = await self._store.key(row["case_reference"], row["type"])
        sealed = seal(key, ("words", str(row["number"])), words) if key else None

        def write(connection: Connection) -> None:
            ours = OUTGOING.c.number == row["number"]
            now = {"refused_at": datetime.now(UTC), "code": code, "words": sealed}
            connection.execute(update(OUTGOING).where(ours).values(now))
            connection.execute(delete(WAITING).where(WAITING.c.number == row["number"]))

        await self._store.writer.do(write)

    async def _reach(self, stage: Stage, which: Any, recipient: str) -> None:
        def write(connection: Connection) -> None:
            reach(connection, stage, which, recipient)

        await self._store.writer.do(write)


def reach(connection: Connection, stage: Stage, which: Any, recipient: str) -> None:
    """These events to a recipient have reached a stage; what reached it before keeps its time."""
    column = OUTGOING.c[f"{stage}_at"]
    rows = update(OUTGOING).where(which, OUTGOING.c.recipient == recipient, column.is_(None))
    connection.execute(rows.values({column: datetime.now(UTC)}))


def on_line(connection: Connection, reference: str, system: str, gaps: Sequence[Span]) -> list[int]:
    """The events of a case that one system of ours sent with these numbers. However many gaps are named, it is one question."""
    ours = (OUTGOING.c.case_reference == reference) & (OUTGOING.c.system == system)
    rows = connection.execute(select(OUTGOING.c.number, OUTGOING.c.sequence).where(ours)).all()
    return [number for number, sequence in rows if any(first <= sequence <= last for first, last in gaps)]


def _rungs(row: RowMapping, words: str | None) -> tuple[Rung, ...]:
    reached = [(stage, row[f"{stage}_at"]) for stage in Stage if row[f"{stage}_at"] is not None]
    told = [
        Rung(stage, utc(at), RefusalCode(row["code"]) if row["code"] else None, words)
        if stage is Stage.REFUSED
        else Rung(stage, utc(at))
        for stage, at in reached
    ]
    return tuple(sorted(told, key=lambda one: (one.stage is not Stage.KEPT, one.at)))
