"""Opening a SQL database, SQLite or PostgreSQL, so that what was acknowledged is on disk."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
"""WAL lets readers go on beside a writer; without FULL a power cut takes the last commits; what is deleted is overwritten."""

INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def open_database(url: str) -> Engine:
    """An engine for a database; nothing connects before it is used.

    Args:
        url: A SQLAlchemy URL: ``sqlite:///path`` or ``postgresql+psycopg://user@host/name``.

    Raises:
        ValueError: The URL is of another kind of database.
    """
    parsed = make_url(url)
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise ValueError(f"{parsed.drivername} is not served: use sqlite:///path or postgresql+psycopg://user@host/name")
    if parsed.drivername == "sqlite":
        return _open_file(parsed)
    return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)


def insert_once(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert, or leave the row that has this key; whether it was inserted."""
    insert = INSERTS[connection.dialect.name]
    statement = insert(table).values(**row).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return connection.execute(statement).first() is not None


def _open_file(url: URL) -> Engine:
    """SQLite gives its journal files the mode of the database file, so that must exist before the first connection."""
    if url.database and url.database != ":memory:":
        path = Path(url.database)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.chmod(0o600)
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
