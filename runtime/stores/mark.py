"""What a store bears, so that it can be told from another one and from an older copy of itself.

A table that no revision of a database makes: it is about the database, as Alembic's own is.
"""

from pathlib import Path
from typing import Protocol

from pydantic import ValidationError
from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert, inspect, select

from contracts.text import Model
from runtime.database import open_database

NAME = "store_mark"
MARK = Table(NAME, MetaData(), Column("mark", String(64), nullable=False), Column("turn", Integer, nullable=False))


class Mark(Model):
    """Which store it is, and how often it was opened: a copy from before was opened less often."""

    mark: str
    turn: int


class Marked(Protocol):
    """A store that bears a mark."""

    def read(self) -> Mark | None:
        """The mark, if it bears one."""
        ...

    def write(self, mark: Mark) -> None:
        """Put the mark in place of the one before."""
        ...


class MarkedDatabase:
    """A SQL database; the mark is its only row of a table of its own."""

    def __init__(self, url: str) -> None:
        self._url = url

    def read(self) -> Mark | None:  # noqa: D102 - as the port says
        engine = open_database(self._url, existing=True)
        try:
            if not inspect(engine).has_table(NAME):
                return None
            with engine.connect() as connection:
                row = connection.execute(select(MARK)).mappings().first()
                return Mark.model_validate(dict(row)) if row else None
        finally:
            engine.dispose()

    def write(self, mark: Mark) -> None:  # noqa: D102 - as the port says
        engine = open_database(self._url, existing=True)
        try:
            with engine.begin() as connection:
                MARK.create(connection, checkfirst=True)
                connection.execute(delete(MARK))
                connection.execute(insert(MARK).values(**mark.model_dump()))
        finally:
            engine.dispose()


class MarkedFolder:
    """A directory; the mark is a file in it, which goes where the directory goes."""

    def __init__(self, path: Path) -> None:
        self._file = path / f"{NAME}.json"

    def read(self) -> Mark | None:  # noqa: D102 - as the port says
        try:
            return Mark.model_validate_json(self._file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValidationError):
            return None

    def write(self, mark: Mark) -> None:  # noqa: D102 - as the port says
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_private(self._file, mark.model_dump_json())


def replace_private(path: Path, text: str) -> None:
    """Replace a file of ours at once, readable by its owner only."""
    draft = path.with_name(f".{path.name}.new")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
