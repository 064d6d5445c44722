"""What an erasure reaches of what people have begun: rows about a case go, and are overwritten where they stood."""

import asyncio
from collections.abc import Collection
from functools import cached_property
from pathlib import Path

from sqlalchemy import ColumnElement, Engine, Table, and_, delete, inspect, make_url, select, union

from runtime.database import open_database, overwrite
from runtime.sessions.tables import DRAFT, TAKEN

TABLES = (DRAFT, TAKEN)


class Begun:
    """What the people of one agency have begun, for whoever erases a case there.

    Args:
        url: Of the web console's database. Where that is a file that is not here, there is nothing to remove here.
        agency: The slug of the agency.
    """

    def __init__(self, url: str, agency: str) -> None:
        self._url = url
        self.agency = agency

    async def close(self) -> None:
        """Close all connections; whoever asks after that opens new ones."""
        if engine := vars(self).pop("_engine", None):
            await asyncio.to_thread(engine.dispose)

    async def forget(self, case: str) -> None:
        """Remove all about a case; again does no harm.

        Raises:
            TimeoutError: Others read it just now; it can be done again.
        """
        await asyncio.to_thread(self._forget, {case})

    async def forget_erased(self, erased: Collection[str]) -> None:
        """Remove all whose key was destroyed: what was begun while that was done, or where the eraser does not reach.

        Args:
            erased: Names of the keys that were destroyed.

        Raises:
            TimeoutError: Others read it just now; it can be done again.
        """
        await asyncio.to_thread(self._forget_erased, frozenset(erased))

    def _forget(self, names: Collection[str]) -> None:
        for table in self._there():
            with self._engine.begin() as connection:
                connection.execute(delete(table).where(self._of(table, names)))
            overwrite(self._engine, table)

    def _forget_erased(self, erased: frozenset[str]) -> None:
        every = union(*(select(table.c.case_key).where(table.c.agency == self.agency) for table in TABLES))
        with self._engine.connect() as connection:
            gone = erased.intersection(connection.scalars(every))
        if gone:
            self._forget(gone)

    def _of(self, table: Table, names: Collection[str]) -> ColumnElement[bool]:
        return and_(table.c.agency == self.agency, table.c.case_key.in_(sorted(names)))

    def _there(self) -> list[Table]:
        """The tables that there are: an agency may have no console, or one of an older version."""
        url = make_url(self._url)
        if url.drivername == "sqlite" and not Path(url.database or "").exists():
            return []
        names = inspect(self._engine).get_table_names()
        return [table for table in TABLES if table.name in names]

    @cached_property
    def _engine(self) -> Engine:
        return open_database(self._url, existing=True)
