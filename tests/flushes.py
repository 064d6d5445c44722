"""How often Keten's own stores wait for the disk: counted, never timed."""

import os
import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event


@contextmanager
def counted(home: Path) -> Generator[Counter[str]]:
    """While inside: commits in SQLite that changed something, and files that were flushed by name, by the folder they stand in.

    Args:
        home: What stands elsewhere is not counted.
    """
    found, alone = Counter[str](), threading.Lock()

    def add(path: str) -> None:
        place = Path(path.removeprefix("file:"))
        if place.is_relative_to(home):
            with alone:
                found[place.relative_to(home).parts[0]] += 1

    def begin(connection: Connection) -> None:
        connection.info["changes"] = _changes(connection)

    def commit(connection: Connection) -> None:
        if _changes(connection) != connection.info["changes"]:
            add(str(connection.engine.url.database))

    def flush(descriptor: int) -> None:
        add(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    fsync = os.fsync
    event.listen(Engine, "begin", begin)
    event.listen(Engine, "commit", commit)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", flush)
            yield found
    finally:
        event.remove(Engine, "begin", begin)
        event.remove(Engine, "commit", commit)


def _changes(connection: Connection) -> int:
    return int(getattr(connection.connection.dbapi_connection, "total_changes", 0))
