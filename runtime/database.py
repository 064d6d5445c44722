"""Opening a SQL database, SQLite or PostgreSQL, so that what was acknowledged is on disk."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
"""WAL lets readers go on beside a writer; without FULL a power cut takes the last commits; what is deleted is overwritten."""

OVERWRITE = {"sqlite": "PRAGMA wal_checkpoint(TRUNCATE)", "postgresql": "VACUUM {table}"}


def open_database(url: str, *, existing: bool = False) -> Engine:
    """An engine for a database; nothing connects before it is used.

    Args:
        url: A SQLAlchemy URL: ``sqlite:///path`` or ``postgresql+psycopg://user@host/name``.
        existing: A SQLite file that is not there is not made, and one that was put elsewhere is not written to.

    Raises:
        ValueError: The URL is of another kind of database.
    """
    parsed = make_url(url)
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise ValueError(f"{parsed.drivername} is not served: use sqlite:///path or postgresql+psycopg://user@host/name")
    if parsed.drivername == "sqlite":
        return _open_existing(parsed) if existing else _open_file(parsed)
    return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)


def inserting(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An insert of the database's own kind, which may do nothing, or write over, where a row has its key already."""
    return import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert(table)


def insert_once(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert, or leave the row that has this key; whether it was inserted."""
    statement = inserting(connection, table).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return connection.execute(statement, dict(row)).first() is not None


def utc(moment: datetime) -> datetime:
    """A time as it is written, or as it was read: SQLite does not keep that its times are UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def overwrite(engine: Engine, table: Table) -> None:
    """See to it that what was removed from a table does not go on standing in the journal, or in a row that nobody sees any more.

    Raises:
        TimeoutError: Others read it just now; it can be done again.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        left = connection.execute(text(OVERWRITE[connection.dialect.name].format(table=table.name)))
        if left.returns_rows and left.scalar_one():
            raise TimeoutError("it was removed, but stands in the database's journal while others read it: try again")


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


def _open_existing(url: URL) -> Engine:
    """A file that was moved or removed can still be written by who has it open, and nobody would ever find that again."""
    path = Path(url.database or "").absolute()
    address = url.set(database=f"file:{quote(str(path))}", query={"mode": "rw", "uri": "true"})
    engine = create_engine(address, hide_parameters=True)

    def note_file(_: Any, record: Any) -> None:
        record.info["file"] = path.stat().st_ino

    def compare_file(_: Any, record: Any, __: Any) -> None:
        if not path.exists() or record.info["file"] != path.stat().st_ino:
            raise DisconnectionError(f"{path} is not the file that was opened")

    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "connect", note_file)
    event.listen(engine, "checkout", compare_file)
    return engine


def _set_pragmas(connection: Any, _: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
