"""Making and changing tables, in numbered steps under ``versions``, a folder for each database.

A change to the tables in the code needs a further step there, written by hand; a test tells when the two differ.
"""

import logging
import sys
import threading
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.database import open_database

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, MetaData


HERE = Path(__file__).parent
ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps what it works on in its modules, so two threads would change each other's database."""


class Tables(StrEnum):
    """Which database: each has its own tables and steps."""

    REGISTER = "register"
    CASE_KEYS = "case_keys"
    PROCESSING_LOG = "processing_log"
    AUDIT = "audit"
    SESSIONS = "sessions"
    POST_OFFICE = "post_office"


def upgrade(url: str, tables: Tables = Tables.REGISTER, revision: str = "head") -> None:
    """Bring a database to the tables of this version; one that is there already stays as it is.

    Args:
        url: As for ``open_database``.
        tables: What the database is for.
        revision: How far; the newest unless told.
    """
    _run(url, tables, "upgrade", revision)


def downgrade(url: str, revision: str, tables: Tables) -> None:
    """Undo steps, with what stands in their tables."""
    _run(url, tables, "downgrade", revision)


def compare(url: str, tables: Tables, metadata: "MetaData") -> None:
    """Compare a database with tables in the code.

    Raises:
        alembic.util.exc.CommandError: They differ; the message says where.
    """
    _run(url, tables, "check", metadata=metadata)


def _run(url: str, tables: Tables, command: str, *arguments: str, metadata: "MetaData | None" = None) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it announces itself when it is imported
    from alembic import command as commands  # noqa: PLC0415

    engine = open_database(url)
    try:
        with ONE_AT_A_TIME, engine.connect() as connection:
            getattr(commands, command)(_config(connection, tables, metadata), *arguments)
    finally:
        engine.dispose()


def _config(connection: "Connection", tables: Tables, metadata: "MetaData | None") -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config(stdout=sys.stdout)  # its own default is what was there when it was imported
    config.set_main_option("script_location", _escaped(HERE))
    config.set_main_option("version_locations", _escaped(HERE / "versions" / tables))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
