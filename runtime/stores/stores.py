"""Which stores an installation has, so that one that is gone or exchanged is noticed, and never made anew in silence.

The home keeps a list of the marks of its stores. A store that is on the list must be there and bear its mark.
"""

import fcntl
import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import structlog
from pydantic import Field, ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from contracts.text import Model
from runtime.stores.mark import Mark, Marked, MarkedDatabase, MarkedFolder, replace_private

log = structlog.get_logger()

RESTORE = "put it back from the backup, then start again (docs/how-to/operate.md, Backup and restore)"


TEMPORAL, NATS, KEYS = "temporal", "nats", "keys"
"""Names of what the servers write to, and of the directory with every key."""


class StoreLost(RuntimeError):  # noqa: N818 - named as what is the case
    """A store that this installation had is not there, or another one is in its place; the message says what to do."""


class _Listed(Model):
    installation: str = Field(default_factory=lambda: secrets.token_hex(16))
    stores: dict[str, Mark] = Field(default_factory=dict[str, Mark])


class Stores:
    """The stores of one home, by name."""

    def __init__(self, home: Path) -> None:
        self._file = home / "installation.json"
        self._lock = home / ".installation.lock"
        self._opened: dict[str, tuple[Path, tuple[int, int]]] = {}

    def database(self, name: str, url: str, prepare: Callable[[str], None]) -> None:
        """Open a SQL database: what is on the list must be there; else it is made, and put on the list.

        Args:
            name: As people call it, for instance ``case-keys/almere``.
            url: As for ``open_database``.
            prepare: Makes its tables, or brings them up to date.

        Raises:
            StoreLost: It is gone, empty, unreadable, or another one.
        """
        path = file_of(url)
        self.require(name, path)
        try:
            if path is None or path.exists():
                self._compare(name, path, MarkedDatabase(url).read())
            prepare(url)
            self.take(name, MarkedDatabase(url), path)
        except SQLAlchemyError as error:
            if path is None or name not in self.names:
                raise
            raise StoreLost(f"{path} cannot be read ({type(error).__name__}): {_remedy(name)}") from None
        if path:
            self.watch(name, path)

    def opened_before(self, name: str, url: str) -> None:
        """Use a SQL database that another process of this start has opened.

        Raises:
            StoreLost: It is gone, empty, unreadable, or another one.
        """
        path = file_of(url)
        self.inspect(name, path, MarkedDatabase(url))
        if path:
            self.watch(name, path)

    def folder(self, name: str, path: Path) -> None:
        """Open a directory: what is on the list must be there; else it is made, and put on the list.

        Raises:
            StoreLost: It is gone, or another one.
        """
        self.require(name, path)
        self.take(name, MarkedFolder(path), path)
        self.watch(name, path)

    def require(self, name: str, path: Path | None) -> None:
        """What is on the list must be there, before anything could make it anew.

        Raises:
            StoreLost: It is not.
        """
        if path is None or name not in self.names:
            return
        if not path.exists():
            raise StoreLost(f"{path} is gone, but this installation had it: {_remedy(name)}")
        if path.is_file() and not path.stat().st_size:
            raise StoreLost(f"{path} is empty, but this installation had written into it: {_remedy(name)}")

    def inspect(self, name: str, path: Path | None, store: Marked) -> None:
        """Look whether a store is there and the one that it was, and change nothing.

        Raises:
            StoreLost: It is gone, empty, unreadable, or another one.
        """
        self.require(name, path)
        try:
            self._compare(name, path, store.read())
        except (SQLAlchemyError, OSError) as error:
            raise StoreLost(f"{path or name} cannot be read ({type(error).__name__}): {_remedy(name)}") from None

    def take(self, name: str, store: Marked, path: Path | None = None) -> None:
        """Compare the mark of a store with the list, and count this opening in both.

        Raises:
            StoreLost: It is another store.
        """
        mark = self.next_mark(name, store.read(), path)
        store.write(mark)
        self.enlist(name, mark)

    def next_mark(self, name: str, found: Mark | None, path: Path | None = None) -> Mark:
        """What a store must bear from now on; it is written there first, and then put on the list.

        Raises:
            StoreLost: It is another store.
        """
        self._compare(name, path, found)
        known = self._read().stores.get(name)
        if known and found and found.turn < known.turn:
            log.error("store_restored", path=name, count=known.turn - found.turn)
        turns = (mark.turn for mark in (known, found) if mark)
        return Mark(mark=found.mark if found else secrets.token_hex(16), turn=max(turns, default=0) + 1)

    def enlist(self, name: str, mark: Mark) -> None:
        """Put a store on the list, which bears this mark."""
        with self._changing() as listed:
            listed.stores[name] = mark

    def forget(self, name: str) -> None:
        """Take a store off the list: the next start makes it anew, or takes what is there.

        Raises:
            LookupError: It is not on the list.
        """
        with self._changing() as listed:
            if listed.stores.pop(name, None) is None:
                raise LookupError(f"{name} is no store of this installation; there are: {', '.join(sorted(listed.stores))}")

    def watch(self, name: str, path: Path) -> None:
        """From now on this path must be the file that it is now."""
        self._opened[name] = (path, _identity(path))

    def gone(self) -> dict[str, Path]:
        """Stores that were opened and are not at their path any more."""
        return {name: path for name, (path, opened) in self._opened.items() if _identity(path) != opened}

    @property
    def names(self) -> frozenset[str]:
        """The stores on the list."""
        return frozenset(self._read().stores)

    def _compare(self, name: str, path: Path | None, found: Mark | None) -> None:
        known = self._read().stores.get(name)
        if known and (found is None or found.mark != known.mark):
            raise StoreLost(f"{path or name} is not the store that this installation had: {_remedy(name)}")

    def _read(self) -> _Listed:
        try:
            return _Listed.model_validate_json(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return _Listed()
        except ValidationError:
            raise StoreLost(f"{self._file} cannot be read: {RESTORE}, or remove it: what is there is taken as it is") from None

    @contextmanager
    def _changing(self) -> Generator[_Listed]:
        """One process at a time."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.touch(mode=0o600)
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            listed = self._read()
            yield listed
            replace_private(self._file, listed.model_dump_json(indent=1))


def lost_while_running(gone: dict[str, Path]) -> StoreLost:
    """In words, for a process that must end because of it."""
    paths = ", ".join(str(path) for path in gone.values())
    return StoreLost(f"{paths} was removed or exchanged while it was in use, so nothing more is taken: {RESTORE}")


def _remedy(name: str) -> str:
    return f"{RESTORE}. To begin anew and lose what was in it: `keten provision --accept-loss {name}`"


def _identity(path: Path) -> tuple[int, int]:
    """Which file a path is now; none: no file."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)


def file_of(url: str) -> Path | None:
    """The file of a SQL database, if it is one."""
    parsed = make_url(url)
    named = parsed.database if parsed.drivername == "sqlite" else None
    return Path(named) if named and named != ":memory:" else None
