"""A log to write into, and somebody who has its database and wants to be forgotten."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, insert, select, text

from contracts.reference import new_reference
from runtime.audit.entry import Act, Action, Entry
from runtime.audit.head import HeadFile
from runtime.audit.log import AuditLog
from runtime.audit.store import AuditStore
from runtime.audit.tables import ENTRY, HEAD
from runtime.database import open_database

AGENCY = "almere"
TABLES = (ENTRY.name, HEAD.name)


def opened(url: str, folder: Path) -> AuditLog:
    """The log as another process sees it."""
    return AuditLog(AuditStore(AGENCY, url), HeadFile(folder / f"{AGENCY}.head"))


def act(person: str = "c-17") -> Act:
    return Act(person=person, action=Action.READ, case=new_reference(), object="case")


@contextmanager
def unguarded(url: str) -> Generator[Connection]:
    """The database without its guards, which stand there again afterwards as if nothing had been."""
    with open_database(url).begin() as connection:
        if connection.dialect.name == "sqlite":
            triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            before, after = [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]
        else:
            before = [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES]
            after = [f"ALTER TABLE {table} ENABLE TRIGGER ALL" for table in TABLES]
        for statement in before:
            connection.exec_driver_sql(statement)
        yield connection
        for statement in after:
            connection.exec_driver_sql(statement)


def rewritten(url: str, change: Callable[[list[Entry]], list[Entry]]) -> None:
    """Put other entries in the place of those that stand there."""
    with unguarded(url) as connection:
        entries = [Entry(*row) for row in connection.execute(select(ENTRY).order_by(ENTRY.c.seq))]
        connection.execute(ENTRY.delete())
        changed = change(entries)
        if changed:
            connection.execute(insert(ENTRY), [entry._asdict() for entry in changed])
