"""The national register in SQL: the driver of the port ``activities.register.Register``, on SQLite and PostgreSQL alike.

The engine is synchronous and runs in threads, so that one driver serves both.
"""

import asyncio
from datetime import date
from functools import cached_property

from sqlalchemy import Engine, update

from contracts.events.registrations import Registrant
from contracts.register import Amendment, Report
from runtime.database import insert_once, open_database, overwrite
from runtime.migrations import upgrade
from runtime.register.counts import Cell, Counts, count
from runtime.register.tables import AMENDMENT, PERSON, REPORT

__all__ = ["Cell", "Counts", "SqlRegister", "upgrade"]


class SqlRegister:
    """Keeps each report and each amendment once; ``upgrade`` must have made the tables."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def add_report(self, report: Report) -> None:
        """Keep a report; the same reference, file and number again changes nothing."""
        await asyncio.to_thread(self._add_report, report)

    async def add_amendment(self, amendment: Amendment) -> None:
        """Keep a later fact; the same reference, file and number again changes nothing."""
        await asyncio.to_thread(self._add_amendment, amendment)

    async def forget(self, case: str) -> None:
        """Leave the reports of a case as they count, without anything about the person."""
        await asyncio.to_thread(self._forget, case)

    async def counts(self) -> Counts:
        """Figures for the registry's own eyes: small cells are not suppressed, so they go no further."""
        return await asyncio.to_thread(self._count)

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.to_thread(self._engine.dispose)

    @cached_property
    def _engine(self) -> Engine:
        return open_database(self._url, existing=True)

    def _add_report(self, report: Report) -> None:
        row = report.model_dump(exclude={"registrant"}) | {"reported_on": date.fromisoformat(report.reported_on)}
        if report.registrant is not None:
            row |= report.registrant.model_dump()
        with self._engine.begin() as connection:
            insert_once(connection, PERSON, {"reference": report.reference})
            insert_once(connection, REPORT, row)

    def _add_amendment(self, amendment: Amendment) -> None:
        row = amendment.model_dump() | {"recorded_on": date.fromisoformat(amendment.recorded_on)}
        with self._engine.begin() as connection:
            insert_once(connection, AMENDMENT, row)

    def _forget(self, case: str) -> None:
        nobody = dict.fromkeys(Registrant.model_fields)
        with self._engine.begin() as connection:
            connection.execute(update(REPORT).where(REPORT.c.reference == case).values(**nobody))
        overwrite(self._engine, REPORT)

    def _count(self) -> Counts:
        with self._engine.begin() as connection:
            return count(connection)
