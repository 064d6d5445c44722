"""Making and changing the tables of the register, in numbered steps under ``versions``.

A change to ``runtime.register_tables`` needs a further step there, written by hand; a test tells when the two differ.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.database import open_database

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database to the tables of this version; one that is there already stays as it is.

    Args:
        url: As for ``open_database``.
        revision: How far; the newest unless told.
    """
    _run(url, "upgrade", revision)


def downgrade(url: str, revision: str) -> None:
    """Undo steps, with what stands in their tables."""
    _run(url, "downgrade", revision)


def check(url: str) -> None:
    """Compare a database with the tables in the code.

    Raises:
        alembic.util.exc.CommandError: They differ; the message says where.
    """
    _run(url, "check")


def _run(url: str, command: str, *arguments: str) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it announces itself when it is imported
    from alembic import command as commands  # noqa: PLC0415

    engine = open_database(url)
    try:
        with engine.connect() as connection:
            getattr(commands, command)(_config(connection), *arguments)
    finally:
        engine.dispose()


def _config(connection: "Connection") -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
