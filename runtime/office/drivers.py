"""What every process of an agency shares: settings read once, and drivers, each made once.

A driver is loaded when it is made: a command of a person needs few of them, and would wait for all. None of these needs Temporal;
what the workers of workflows need beside them stands in ``workers/wiring.py``.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from contracts.agencies import Agency, Directory, read_directory
from runtime.keys.files import Keys, Role
from runtime.tls.certificates import Certificates, named_by

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from contracts.places import Atlas
    from runtime.audit.log import AuditLog, Signer
    from runtime.bus import Access, Seal
    from runtime.keys.case_keys import CaseKeys
    from runtime.keys.ended_files import EndedFiles
    from runtime.keys.event_keys import EventKeys
    from runtime.keys.links import Links
    from runtime.keys.wrapping import Wrapping
    from runtime.migrations import Tables
    from runtime.office.pager import LogPager
    from runtime.people.people import People
    from runtime.processing.deliveries import SqlDeliveries
    from runtime.processing.log import SqlProcessingLog
    from runtime.settings import Settings
    from runtime.stores.stores import Stores

T = TypeVar("T")


def read_file(read: Callable[[Path], T], path: Path) -> T:
    """Read a file that a setting names.

    Raises:
        ValueError: It cannot be read; the message names the file, the place in it and the fault.
    """
    try:
        return read(path)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        words = "; ".join(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in faults)
    except OSError as error:
        words = error.strerror or type(error).__name__
    except ValueError as error:
        words = str(error).removeprefix(f"{path}: ")
        if str(path) in words:
            raise
    raise ValueError(f"{path}: {words}")


class Drivers:
    """Drivers and tables, each made once."""

    def __init__(self, settings: Settings, nats_url: str) -> None:
        self.settings = settings
        self.nats_url = nats_url
        self.prepared = False
        """Whether another process has made and marked the stores already, and this one only looks that they are the same."""
        self._case_keys: dict[str, CaseKeys] = {}
        self._logs: dict[str, SqlProcessingLog] = {}
        self._audit_logs: dict[str, AuditLog] = {}

    @cached_property
    def directory(self) -> Directory:
        """Who takes part."""
        return read_file(read_directory, self.settings.directory)

    @cached_property
    def atlas(self) -> Atlas:
        """The routing tables."""
        from contracts.places import Atlas

        return Atlas(self.directory)

    @cached_property
    def keys(self) -> Keys:
        """The key files."""
        return Keys(self.settings.keys)

    @cached_property
    def event_keys(self) -> EventKeys:
        """The keys with which events are signed and sealed."""
        from runtime.keys.event_keys import EventKeys

        return EventKeys(self.settings.keys, self.settings.public_keys)

    def seal(self, agency: Agency) -> Seal:
        """What signs, seals and opens an agency's events."""
        from runtime.bus import Seal

        return Seal(agency, self.event_keys)

    @cached_property
    def certificates(self) -> Certificates:
        """Which certificate each connection shows."""
        return Certificates.of_settings(self.settings)

    def case_keys(self, slug: str) -> CaseKeys:
        """The keys of an agency's cases; one for this process, so that what is destroyed is forgotten at once."""
        from runtime.keys.case_keys import CaseKeys

        if slug not in self._case_keys:
            self._case_keys[slug] = CaseKeys(self.settings.case_keys(slug), self._wrapping(slug))
        return self._case_keys[slug]

    def ended_files(self, slug: str) -> EndedFiles:
        """Which files of an agency have ended, and how long they are kept: beside the keys of their cases."""
        from runtime.keys.ended_files import EndedFiles

        return EndedFiles(self.settings.case_keys(slug))

    def links(self, slug: str) -> Links:
        """Which observation is of which case of an agency: beside the keys of its cases."""
        from runtime.keys.links import Links

        return Links(self.settings.case_keys(slug))

    def prepare_case_keys(self, slug: str) -> None:
        """Make the database of an agency's case keys, or bring it up to date."""
        from runtime.migrations import Tables

        self._open(f"case-keys/{slug}", self.settings.case_keys(slug), Tables.CASE_KEYS)

    def processing_log(self, slug: str) -> SqlProcessingLog:
        """The processing log of an agency."""
        from runtime.processing.log import SqlProcessingLog

        if slug not in self._logs:
            self._logs[slug] = SqlProcessingLog(self.settings.processing_log(slug))
        return self._logs[slug]

    def prepare_processing_log(self, slug: str) -> None:
        """Make the database of an agency's processing log, or bring it up to date."""
        from runtime.migrations import Tables

        self._open(f"processing-log/{slug}", self.settings.processing_log(slug), Tables.PROCESSING_LOG)

    def deliveries(self, slug: str) -> SqlDeliveries:
        """What an agency sent that nobody has confirmed yet, beside its processing log."""
        from runtime.processing.deliveries import SqlDeliveries

        return SqlDeliveries(self.processing_log(slug))

    @asynccontextmanager
    async def exported(self, slug: str) -> AsyncGenerator[None]:
        """While inside, the processing log of an agency is exported, if a setting says where to."""
        if self.settings.otlp_endpoint is None:
            yield
            return
        from runtime.processing.otlp import exporting

        with exporting(slug, self.settings.processing_log(slug), self.settings.otlp_endpoint):
            yield

    @cached_property
    def people(self) -> People:
        """The people whose keys lie here, and the lists of those who work at agencies."""
        from runtime.people.people import People

        return People(self.settings.people)

    def audit(self, slug: str) -> AuditLog:
        """The audit log of an agency."""
        from runtime.audit.head import HeadFile
        from runtime.audit.log import AuditLog
        from runtime.audit.store import AuditStore

        if slug not in self._audit_logs:
            head = HeadFile(self.settings.audit_dir / f"{slug}.head")
            self._audit_logs[slug] = AuditLog(AuditStore(slug, self.settings.audit(slug)), head)
        return self._audit_logs[slug]

    def prepare_audit(self, slug: str) -> None:
        """Make the database of an agency's audit log, or bring it up to date."""
        from runtime.migrations import Tables

        self._open(f"audit/{slug}", self.settings.audit(slug), Tables.AUDIT)

    def audit_signer(self, slug: str) -> Signer:
        """What signs the head of an agency's audit log."""
        from runtime.keys.signatures import KeyFileSigner

        return KeyFileSigner(self.settings.keys / f"{slug}.audit.jwk", f"{slug}.audit")

    def _wrapping(self, slug: str) -> Wrapping:
        """The agency's key: at the key service if the settings name one, else in its file."""
        service, token = self.settings.key_service_url, self.settings.key_service_token
        if service is None:
            from runtime.keys.wrapping import KeyFiles

            return KeyFiles(self.keys, slug)
        if token is None:
            raise ValueError("KETEN_KEY_SERVICE_URL is set: name the file with the token, too, in KETEN_KEY_SERVICE_TOKEN")
        from runtime.keys.key_service import KeyService

        return KeyService(service, token, slug, named_by(self.settings))

    @cached_property
    def pager(self) -> LogPager:
        """How a person is reached."""
        from runtime.office.pager import LogPager

        return LogPager(self.directory)

    def prepare_post_office(self, slug: str) -> None:
        """Make the database of the book of an agency's post office, or bring it up to date."""
        from runtime.migrations import Tables

        self._open(f"post-office/{slug}", self.settings.post_office(slug), Tables.POST_OFFICE)

    def prepare_stores(self, slug: str) -> None:
        """Make the databases of an agency, or bring them up to date."""
        self.prepare_case_keys(slug)
        self.prepare_processing_log(slug)
        self.prepare_audit(slug)

    @cached_property
    def stores(self) -> Stores:
        """Which stores this home has; one for this process, so that what it opened is watched."""
        from runtime.stores.stores import Stores

        return Stores(self.settings.home)

    def operator(self, agency: Agency) -> Access:
        """What gets an operator of the agency onto the bus.

        Raises:
            KeyFileError: The operator's key does not lie here.
        """
        from runtime.bus import Access

        return Access(self.nats_url, self.keys.seed(agency.slug, Role.OPERATOR), self.certificates.of(agency.slug))

    def _open(self, name: str, url: str, tables: Tables) -> None:
        if self.prepared:
            self.stores.opened_before(name, url)
            return
        from runtime.migrations import upgrade

        self.stores.database(name, url, lambda url: upgrade(url, tables))
