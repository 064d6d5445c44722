"""Which files have ended, and how long they are kept: beside the key of their case, so that no backup holds one alone."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Engine, delete, func, select, update

from contracts.ended import EndedFile
from contracts.event import File
from runtime.database import insert_once, open_database, utc
from runtime.keys.tables import ENDED_FILE


class EndedFiles:
    """The lines of one agency; ``upgrade`` must have made the tables of the case keys."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def add(self, ended: EndedFile) -> None:
        """Write one down; done when it is on disk. Once more: no difference."""
        await asyncio.to_thread(self._add, ended)

    async def of(self, case: str) -> tuple[EndedFile, ...]:
        """Those of one case, by name."""
        return await asyncio.to_thread(self._of, case)

    async def due(self, now: datetime, most: int, *, past: int = 0) -> tuple[str, ...]:
        """References of cases whose last term has ended, and about which nobody was asked yet, the oldest first.

        Args:
            now: Terms that ended by then.
            most: At most so many.
            past: So many of the oldest are passed over.
        """
        return await asyncio.to_thread(self._due, now, most, past)

    async def opened(self, case: str) -> None:
        """Somebody was asked about a case."""
        await asyncio.to_thread(self._opened, case)

    async def forget(self, case: str) -> None:
        """The case was erased: nothing is kept of it any more."""
        await asyncio.to_thread(self._forget, case)

    @cached_property
    def _engine(self) -> Engine:
        return open_database(self._url, existing=True)

    def _add(self, ended: EndedFile) -> None:
        row = {"case_reference": ended.reference, "system": ended.system, "kind": ended.kind.value}
        with self._engine.begin() as connection:
            insert_once(connection, ENDED_FILE, {**row, "until": ended.until.astimezone(UTC)})

    def _of(self, case: str) -> tuple[EndedFile, ...]:
        rows = select(ENDED_FILE).where(ENDED_FILE.c.case_reference == case).order_by(ENDED_FILE.c.system)
        with self._engine.begin() as connection:
            return tuple(_read(connection.execute(rows).mappings().all()))

    def _due(self, now: datetime, most: int, past: int) -> tuple[str, ...]:
        case, last = ENDED_FILE.c.case_reference, func.max(ENDED_FILE.c.until)
        asked = func.max(ENDED_FILE.c.opened_at)
        due = select(case).group_by(case).having(last <= now.astimezone(UTC), asked.is_(None)).order_by(last, case)
        with self._engine.begin() as connection:
            return tuple(connection.scalars(due.limit(most).offset(past)))

    def _opened(self, case: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(ENDED_FILE).where(ENDED_FILE.c.case_reference == case).values(opened_at=datetime.now(UTC)))

    def _forget(self, case: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(ENDED_FILE).where(ENDED_FILE.c.case_reference == case))


def _read(rows: Iterable[Any]) -> Iterable[EndedFile]:
    for row in rows:
        yield EndedFile(reference=row["case_reference"], kind=File(row["kind"]), system=row["system"], until=utc(row["until"]))
