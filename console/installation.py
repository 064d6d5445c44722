"""The installation that this console can reach: its directory, its keys, its servers."""

from __future__ import annotations

import asyncio
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.agencies import Agency
from runtime.keys.files import Role
from runtime.private_files import KeyFileError
from runtime.servers.running import Running, read_running
from runtime.settings import Mode, Settings, load_settings
from runtime.tls.certificates import Tls
from workers.wiring import Wiring

if TYPE_CHECKING:
    from temporalio.client import Client

    from console.witness import Witness
    from runtime.bus import DeadLetters, Mailbox


OPERATOR = "operator"
"""The person of an embedded installation in which nobody has a name yet."""


class NotRunning(RuntimeError):  # noqa: N818 - named as what is the case
    """No servers to talk to; the message says how to start them."""


class OtherDirectory(RuntimeError):  # noqa: N818 - named as what is the case
    """What runs here was started with another directory; the message says which."""


class Installation(Wiring):
    """What one console sees. Which agencies it may act for follows from the keys that lie here, and from who works at it."""

    def __init__(self, settings: Settings, nats_url: str, temporal_address: str, ui_url: str | None) -> None:
        super().__init__(settings, nats_url, temporal_address)
        self.ui_url = ui_url
        self._connecting: dict[Tls | None, asyncio.Task[Client]] = {}

    @classmethod
    def reach(cls, slug: str | None = None) -> Installation:
        """The installation of this home, or the one that the settings name.

        Args:
            slug: The agency that this process works for; None: a console, for those whose keys lie here.

        Raises:
            NotForProduction: The settings say production, and something is not fit for it.
            NotRunning: Nobody runs it.
            OtherDirectory: It runs with another directory than the settings name.
        """
        settings = load_settings()
        if settings.mode is Mode.PRODUCTION:
            from runtime.servers.production import refuse_defaults

            refuse_defaults(settings, slug)
        if settings.nats_url and settings.temporal_address:
            return cls(settings, settings.nats_url, settings.temporal_address, None)
        running = read_running(settings)
        if running is None:
            raise NotRunning(
                f"Keten does not run in {settings.home}: start it with `keten up`, or point KETEN_HOME, or KETEN_NATS_URL and "
                "KETEN_TEMPORAL_ADDRESS, to where it runs"
            )
        return cls.of(with_directory_of(running, settings), running)

    @classmethod
    def of(cls, settings: Settings, running: Running) -> Installation:
        """The installation with embedded servers, which are the ones that are meant, whatever the settings name."""
        settings = settings.model_copy(update={"nats_url": None, "temporal_address": None})
        return cls(settings, running.nats_url, running.temporal_address, running.ui_url)

    @classmethod
    def at_rest(cls) -> Installation:
        """The installation of this home for what needs no servers: people and audit logs."""
        settings = load_settings()
        running = read_running(settings)
        return cls(with_directory_of(running, settings) if running else settings, "", "", None)

    @property
    def ours(self) -> list[Agency]:
        """The agencies for which this console may act: their operator key lies here, and the person at it works there.

        Raises:
            PersonUnknown: It is not known who works at this console, or they work nowhere.
        """
        ours = [agency for agency in self.with_key if self.witness.works_at(agency)]
        if self.with_key and not ours:
            name = self.witness.person
            from runtime.people.people import PersonUnknown

            raise PersonUnknown(f"{name} works at no agency of this installation: `keten people add {name} --at AGENCY`")
        return ours

    @cached_property
    def witness(self) -> Witness:
        """The person at this console: what they read or do is written down first.

        Raises:
            PersonUnknown: It is not known who works at this console.
        """
        settings = self.settings
        if settings.person_key:
            return self._witness(settings.person_key)
        if settings.person is None and settings.nats_url is None:
            return self.played_by(OPERATOR)
        return self._witness(self.people.key_file(settings.person or OPERATOR))

    def played_by(self, name: str) -> Witness:
        """Somebody who works at every agency of an embedded installation, and is added where they never were."""
        for agency in self.with_key:
            if not any(person.name == name for person in self.people.lists.ever(agency.slug)):
                self.people.add(name, agency.slug)
        return self._witness(self.people.key_file(name))

    def _witness(self, key_file: Path) -> Witness:
        from console.witness import KeyHolder, Witness

        return Witness(KeyHolder(self.people, key_file), self.audit)

    @property
    def with_key(self) -> list[Agency]:
        """The agencies whose operator key lies here."""
        return [agency for agency in self.directory.agencies if self._has_key(agency)]

    def operator_seed(self, agency: Agency) -> str:
        """The key with which an operator of the agency speaks on the bus."""
        return self.keys.seed(agency.slug, Role.OPERATOR)

    async def mailbox(self, agency: Agency) -> Mailbox:
        """The agency at the bus, to send by hand."""
        from runtime.bus import Mailbox

        return await Mailbox.open(self.operator(agency), self.seal(agency))

    async def dead_letters(self, agency: Agency) -> DeadLetters:
        """What the agency could not take."""
        from runtime.bus import DeadLetters

        return await DeadLetters.open(self.operator(agency), agency, self.seal(agency))

    async def client(self, agency: Agency) -> Client:
        """A client in the agency's namespace. Who shows the same certificate shares a connection; without TLS that is everybody.

        Nobody leaves a connection in the middle of connecting. One that failed is forgotten: whoever asks next tries anew.
        """
        from runtime.temporal.client import PATIENCE, beside, connect

        codec, tls = self.codec(agency.slug), self.certificates.for_temporal.of(agency.slug)
        if tls not in self._connecting:
            connecting = connect(self.temporal_address, agency.namespace, codec, tls, patience=PATIENCE)
            self._connecting[tls] = asyncio.create_task(connecting)
            self._connecting[tls].add_done_callback(partial(self._connected, tls))  # before anybody hears how it ended
        first = await asyncio.shield(self._connecting[tls])
        return beside(first, agency.namespace, codec)

    def _connected(self, tls: Tls | None, connecting: asyncio.Task[Client]) -> None:
        if connecting.cancelled() or connecting.exception():
            self._connecting.pop(tls, None)

    def _has_key(self, agency: Agency) -> bool:
        try:
            self.operator_seed(agency)
        except KeyFileError:
            return False
        return True


def with_directory_of(running: Running, settings: Settings) -> Settings:
    """The settings with the directory of what runs, unless they name one themselves.

    Raises:
        OtherDirectory: They name another one.
    """
    used = running.directory
    if used is None or settings.directory.absolute() == used:
        return settings
    if "directory" in settings.model_fields_set:
        named = settings.directory.absolute()
        raise OtherDirectory(
            f"Keten runs in {settings.home} with the directory {used}, and KETEN_DIRECTORY names {named}: leave KETEN_DIRECTORY "
            "out, or start Keten again with it"
        )
    return settings.model_copy(update={"directory": used})
