"""The processing log in SQL, on SQLite and PostgreSQL alike.

Lines are only ever added; triggers refuse anything else. The engine is synchronous and runs in threads.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, select, text
from sqlalchemy.exc import SQLAlchemyError

from contracts.disclosed import parties
from contracts.processing import ForeignOperation, Processing
from runtime.database import inserting, open_database, utc
from runtime.processing.tables import PROCESSING

ALONE = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": "SELECT pg_advisory_xact_lock(7165), set_config('synchronous_commit', 'on', true)",
}
"""Who writes is alone until the commit: else a line could appear before one that was exported already. The number is any, the
same for all writers. A commit returns when the line is on disk, whatever the server's default is."""

KEY = ("event_id", "direction", "counterparty", "data_subject_id")
FOREIGN = {"foreign_trace_id": "trace_id", "foreign_operation_id": "operation_id", "foreign_entity": "entity"}


Change = Callable[[Connection], object]


class NotLogged(RuntimeError):  # noqa: N818 - named as what is the case
    """The processing log cannot be written, so nothing may be done that it would have to hold."""


class SqlProcessingLog:
    """The processing log of one agency; ``upgrade`` must have made the tables."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._later: list[Change] = []

    async def write(self, records: Sequence[Processing], beside: Change | None = None) -> None:
        """Keep lines, all or none; done when they are on disk. A line that says what the last about its event says is kept once.

        Args:
            records: The lines.
            beside: What else is changed in this database in the same commit.

        Raises:
            NotLogged: They are not on disk: do not do what they are about.
        """
        changes, self._later = [*self._later, *([beside] if beside else [])], []
        try:
            await asyncio.to_thread(self._write, records, changes)
        except (SQLAlchemyError, OSError) as error:
            raise NotLogged(
                f"the processing log cannot be written ({type(error).__name__}), so nothing is sent, taken or decided until "
                "it can: is its database there, up to date, and not full? (docs/how-to/operate.md, The processing log)"
            ) from error

    def later(self, change: Change) -> None:
        """Change something else in this database with the next commit, whoever makes it: only what may be lost as well."""
        self._later.append(change)

    async def catch_up(self) -> None:
        """Do what was put off until the next commit.

        Raises:
            NotLogged: It could not be done, and is lost.
        """
        if self._later:
            await self.write(())

    async def about(self, case: str) -> tuple[Processing, ...]:
        """Every line about a case, in the order of time."""
        return await asyncio.to_thread(self._about, case)

    async def partners(self, case: str) -> tuple[str, ...]:
        """Slugs of the agencies that have a part in a case, in alphabetical order: who was refused has none."""
        return tuple(sorted(parties(await self.about(case))))

    async def told(self, case: str, other: str) -> bool:
        """Whether something about a case was sent to an agency."""
        return await asyncio.to_thread(self._told, case, other)

    async def exchanged(self, case: str, other: str, besides: str) -> bool:
        """Whether anything about a case was exchanged with an agency besides one event; what was refused does not count."""
        return await asyncio.to_thread(self._exchanged, case, other, besides)

    def begin(self) -> AbstractContextManager[Connection]:
        """A transaction in this database."""
        return self._engine.begin()

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.to_thread(self._engine.dispose)

    @cached_property
    def _engine(self) -> Engine:
        return open_database(self._url, existing=True)

    def _write(self, records: Sequence[Processing], changes: Sequence[Change]) -> None:
        with self.begin() as connection:
            connection.execute(text(ALONE[connection.dialect.name]))
            rows = [row_of(record) | {"number": 0} for record in records]
            if _insert(connection, rows) < len(rows):  # of some events there is a line already
                _insert(connection, _unsaid(rows, _last(connection, records)))
            for change in changes:
                change(connection)

    def _about(self, case: str) -> tuple[Processing, ...]:
        with self.begin() as connection:
            return read(connection, PROCESSING.c.data_subject_id == case, PROCESSING.c.start_time, PROCESSING.c.position)

    def _told(self, case: str, other: str) -> bool:
        sent = (PROCESSING.c.data_subject_id == case) & (PROCESSING.c.counterparty == other) & (PROCESSING.c.direction == "sent")
        with self.begin() as connection:
            return connection.execute(select(PROCESSING.c.position).where(sent).limit(1)).first() is not None

    def _exchanged(self, case: str, other: str, besides: str) -> bool:
        return other in parties(line for line in self._about(case) if line.event_id != besides)


def read(connection: Connection, which: ColumnElement[bool], *order: ColumnElement[Any]) -> tuple[Processing, ...]:
    """Lines out of the database."""
    return tuple(record_of(row) for row in connection.execute(select(PROCESSING).where(which).order_by(*order)).mappings())


def row_of(record: Processing) -> dict[str, Any]:
    """A line as it lies in the database."""
    row = {name: _plain(value) for name, value in record.model_dump(exclude={"foreign_operation"}).items()}
    return row | {column: getattr(record.foreign_operation, name, None) for column, name in FOREIGN.items()}


def record_of(row: RowMapping) -> Processing:
    """A line out of the database."""
    fields = {name: utc(value) if isinstance(value, datetime) else value for name, value in row.items()}
    if row["foreign_trace_id"]:
        fields["foreign_operation"] = ForeignOperation(**{name: row[column] for column, name in FOREIGN.items()})
    return Processing.model_validate(fields)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc(value)
    return value.value if isinstance(value, Enum) else value


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> int:
    """Insert those lines that are not there; gives how many."""
    if not rows:
        return 0
    insert = inserting(connection, PROCESSING).on_conflict_do_nothing()
    return connection.execute(insert, rows, execution_options={"preserve_rowcount": True}).rowcount


def _last(connection: Connection, records: Sequence[Processing]) -> dict[tuple[str, ...], tuple[int, int]]:
    """Number and status of the last line about each event."""
    same = PROCESSING.c.event_id.in_([record.event_id for record in records])
    columns = (*(PROCESSING.c[name] for name in KEY), PROCESSING.c.number, PROCESSING.c.status_code)
    known = connection.execute(select(*columns).where(same).order_by(PROCESSING.c.number)).mappings()
    return {tuple(row[name] for name in KEY): (row["number"], row["status_code"]) for row in known}


def _unsaid(rows: list[dict[str, Any]], last: dict[tuple[str, ...], tuple[int, int]]) -> list[dict[str, Any]]:
    """What is new, numbered: a retry says again what was said last; a replay after a refusal does not."""
    new: list[dict[str, Any]] = []
    for row in rows:
        key = tuple(str(row[name]) for name in KEY)
        number, status = last.get(key, (-1, None))
        if status != row["status_code"]:
            last[key] = (number + 1, row["status_code"])
            new.append(row | {"number": number + 1})
    return new
