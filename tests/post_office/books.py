"""A book of a test, without a bus, on SQLite or PostgreSQL."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from contracts.agencies import Agency, read_directory
from contracts.envelope import CloudEvent, source
from contracts.event import Event
from contracts.lines import Said
from contracts.places import Atlas
from contracts.processing import Processing
from post_office.book import SqlBook
from post_office.checks import check
from post_office.generation import PublishedFile
from post_office.hearing import Came
from post_office.store import Bounds, Store
from runtime.database import open_database
from runtime.keys.case_keys import CaseKeys
from runtime.keys.files import Keys
from runtime.keys.wrapping import KeyFiles
from runtime.migrations import Tables, upgrade
from runtime.processing.log import NotLogged
from tests.bus_server import DESK, POLICE

DIRECTORY = read_directory()
ATLAS = Atlas(DIRECTORY)
ROOMY = Bounds(1_000_000, 10**9)


def _fits(message: CloudEvent, recipient: str) -> None:
    """Nothing here is too large."""


class Lines:
    """A processing log that can be full."""

    def __init__(self) -> None:
        self.written = list[Processing]()
        self.full = False

    async def write(self, records: Sequence[Processing]) -> None:
        if self.full:
            raise NotLogged
        self.written += records


@dataclass
class Shelf:
    """Where a book stands: it can be opened again and again."""

    folder: Path
    slug: str = POLICE
    bounds: Bounds = ROOMY
    url: str = ""
    log: Lines = field(default_factory=Lines)

    @property
    def file(self) -> Path:
        return self.folder / "book.db"

    @property
    def agency(self) -> Agency:
        return DIRECTORY.get(self.slug)

    def book(self) -> SqlBook:
        url, keys_url = self.url or f"sqlite:///{self.file}", f"sqlite:///{self.folder}/keys.db"
        upgrade(url, Tables.POST_OFFICE)
        upgrade(keys_url, Tables.CASE_KEYS)
        keys = Keys(self.folder / "keys")
        keys.create(DIRECTORY)
        engine = open_database(url, existing=True)
        store = Store(self.agency, engine, CaseKeys(keys_url, KeyFiles(keys, self.slug)), keys.identity(self.slug), self.bounds)
        checked = partial(check, me=self.agency, directory=DIRECTORY, atlas=ATLAS)
        return SqlBook(store, checked, _fits, self.log)

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[SqlBook]:
        book = self.book()
        try:
            async with book.open(PublishedFile(self.folder / "keys" / f"{self.slug}.post.json")):
                yield book
        finally:
            book.store.engine.dispose()


class Writing:
    """What another agency's system writes about one case: numbered and chained."""

    def __init__(self, sender: str, caseref: str, system: str = "signal") -> None:
        self._sender = DIRECTORY.get(sender)
        self._caseref = caseref
        self._system = system
        self._said = Said()
        self._count = 0

    def next(self, event: Event, *, counted: bool = True, **fields: Any) -> Came:
        """The next event, as whoever checked it hands it on."""
        self._count += 1
        end = self._said if counted else None
        message = CloudEvent.model_validate(
            {
                "id": f"{self._count:08x}{self._caseref.encode().hex()[:20]}",
                "source": source(self._sender.oin, self._system),
                "type": event.rule.type,
                "time": f"2026-01-01T12:00:{self._count % 60:02d}Z",
                "caseref": self._caseref,
                "sequence": str(end.next if end else 0),
                "previous": end.previous if end else None,
                "ground": event.grounds()[0],
                "data": event.model_dump(mode="json"),
                **fields,
            }
        )
        if end:
            self._said = end.then(message.fingerprint)
        return Came(self._sender, message, event)


__all__ = ["DESK", "DIRECTORY", "POLICE", "Shelf", "Writing"]
