"""The database of one agency's audit log: reading it, and adding to it alone."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, Select, func, inspect, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from runtime.audit.entry import Entry, Head, first_hash, written
from runtime.audit.tables import ENTRY, GUARDS, HEAD
from runtime.database import open_database
from runtime.migrations import Tables, upgrade

T = TypeVar("T")

ALONE = {
    "sqlite": ("BEGIN IMMEDIATE",),
    "postgresql": (
        "SET LOCAL synchronous_commit = on",
        "SET LOCAL lock_timeout = '10s'",
        "SELECT pg_advisory_xact_lock(7513)",  # unlike a lock on the table it needs no right to change or remove rows
    ),
}
"""Two processes that saw the same newest entry would each write the next one. Readers go on."""

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}
TRIES, PAUSE = 20, 0.1
"""How often tables are made that another process makes at the same time, and seconds between two tries."""

AT_ONCE = 1000
"""Entries that are in memory while a log is read."""


class AuditUnavailable(RuntimeError):  # noqa: N818 - named as what is the case
    """The log cannot be written or read now, so what should stand in it is not done."""


class SignedHead(NamedTuple):
    """A row of the table of heads; nothing of it is verified."""

    day: str
    seq: int
    token: str


class Wanted(NamedTuple):
    """Which entries of a log; None: whatever it is.

    Attributes:
        case: Of which case.
        person: Of whom.
        action: What was done.
        since: From which moment on.
        until: Up to which moment, which is not in it.
    """

    case: str | None = None
    person: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditStore:
    """Entries and signed heads. A file that was removed or put elsewhere is neither written to nor made anew in silence."""

    def __init__(self, agency: str, url: str) -> None:
        self.agency = agency
        self._url = url

    @property
    def is_missing(self) -> bool:
        """Whether nothing was ever made there, or all of it is gone: the file, or the tables."""
        url = make_url(self._url)
        if url.get_backend_name() == "sqlite":
            return not Path(url.database or "").exists()
        return "_engine" not in vars(self) and not inspect(open_database(self._url)).has_table(ENTRY.name)

    def prepare(self) -> None:
        """Make the tables, or bring them up to date; where it is a file, that too.

        Raises:
            AuditUnavailable: The database cannot be used now.
        """
        self.guarded(self._prepare)

    def guarded(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do something with the database.

        Raises:
            AuditUnavailable: It cannot be used now.
        """
        try:
            return work(*arguments)
        except (SQLAlchemyError, OSError) as error:
            reason = type(getattr(error, "orig", None) or error).__name__
            raise AuditUnavailable(
                f"the audit log of {self.agency} cannot be used now ({reason}), and what is not written down first is not done: "
                "look whether its database answers, then try again"
            ) from None

    def begin(self) -> AbstractContextManager[Connection]:
        """A transaction."""
        return self._engine.begin()

    def newest_alone(self, connection: Connection) -> Head:
        """The newest entry; nobody adds another before this transaction ends."""
        for statement in ALONE[connection.dialect.name]:
            connection.exec_driver_sql(statement)
        newest = connection.execute(select(ENTRY.c.seq, ENTRY.c.hash).order_by(ENTRY.c.seq.desc()).limit(1)).first()
        return Head(*newest) if newest else Head(0, first_hash(self.agency))

    def entries(self, *, case: str | None = None, person: str | None = None, since: datetime | None = None) -> Iterator[Entry]:
        """Entries in order, a part at a time; only those of a case, of a person, or since a moment, if told.

        Raises:
            AuditUnavailable: They cannot be read.
        """
        return self.wanted(Wanted(case=case, person=person, since=since))

    def wanted(self, wanted: Wanted) -> Iterator[Entry]:
        """The entries that are wanted, in order, a part at a time.

        Raises:
            AuditUnavailable: They cannot be read.
        """
        in_order = _only(wanted).order_by(ENTRY.c.seq).limit(AT_ONCE)
        part = self._read(lambda connection: connection.execute(in_order).all())
        while part:
            yield from (Entry(*row) for row in part)
            following = in_order.where(ENTRY.c.seq > part[-1][0])
            part = self._read(lambda connection, following=following: connection.execute(following).all())

    def newest_first(self, wanted: Wanted, before: int | None, most: int) -> list[Entry]:
        """Some of the entries that are wanted, the newest first.

        Args:
            wanted: Which.
            before: Only those with a lower number; None: from the newest on.
            most: How many at most.

        Raises:
            AuditUnavailable: They cannot be read.
        """
        some = _only(wanted).order_by(ENTRY.c.seq.desc()).limit(most)
        some = some.where(ENTRY.c.seq < before) if before is not None else some
        return [Entry(*row) for row in self._read(lambda connection: connection.execute(some).all())]

    def count(self) -> int:
        """How many entries there are."""
        return self._read(lambda connection: connection.scalar(select(func.count()).select_from(ENTRY))) or 0

    def hash_of(self, seq: int) -> str | None:
        """The hash of an entry; None where there is none of this number."""
        return self._read(lambda connection: connection.scalar(select(ENTRY.c.hash).where(ENTRY.c.seq == seq)))

    def heads(self) -> list[SignedHead]:
        """Every signed head, the oldest first."""
        wanted = select(HEAD).order_by(HEAD.c.day)
        return [SignedHead(*row) for row in self._read(lambda connection: connection.execute(wanted).all())]

    def missing_guards(self) -> frozenset[str]:
        """Triggers that should refuse changes and are not there."""

        def found(connection: Connection) -> frozenset[str]:
            name = connection.dialect.name
            return GUARDS[name] - set(connection.scalars(text(TRIGGERS[name])))

        return self._read(found)

    def _read(self, read: Callable[[Connection], T]) -> T:
        def reading() -> T:
            with self._engine.connect() as connection:
                return read(connection)

        return self.guarded(reading)

    def _prepare(self) -> None:
        """Another process may be making the tables at this moment: then they are there soon."""
        for tries_left in reversed(range(TRIES)):
            try:
                upgrade(self._url, Tables.AUDIT)
            except SQLAlchemyError:
                if not inspect(open_database(self._url)).has_table(ENTRY.name) and not tries_left:
                    raise
            if inspect(open_database(self._url)).has_table(ENTRY.name):
                return
            time.sleep(PAUSE)

    @cached_property
    def _engine(self) -> Engine:
        if self.is_missing:
            raise FileNotFoundError
        if not inspect(open_database(self._url)).has_table(ENTRY.name):
            self._prepare()
        return open_database(self._url, existing=True)


def _only(wanted: Wanted) -> Select[Any]:
    some = select(ENTRY)
    some = some.where(ENTRY.c.case_reference == wanted.case) if wanted.case else some
    some = some.where(ENTRY.c.person == wanted.person) if wanted.person else some
    some = some.where(ENTRY.c.action == wanted.action) if wanted.action else some
    some = some.where(ENTRY.c.at >= written(wanted.since)) if wanted.since else some
    return some.where(ENTRY.c.at < written(wanted.until)) if wanted.until else some
