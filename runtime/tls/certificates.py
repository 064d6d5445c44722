"""Who a process shows itself to be on a connection, and whom it believes: TLS with a certificate on both sides."""

import ssl
from pathlib import Path
from typing import NamedTuple, Self

from runtime.private_files import KeyFileError, read_private
from runtime.settings import Settings

AUTHORITY = "ca"
BUS, TEMPORAL, GATE, DATABASE = "bus.server", "temporal.server", "gate.server", "database.server"
SYSTEM = "system.client"
"""Whoever speaks for no agency. These names hold a dot, so no agency's slug can be one of them."""


class Tls(NamedTuple):
    """Three PEM files.

    Attributes:
        ca: Whom this side believes: one authority, or several one after another. Nobody else, not even those of the system.
        cert: What this side shows, followed by what stands between it and the authority, if anything does.
        key: The private key of ``cert``, not encrypted, of mode 0600.
    """

    ca: Path
    cert: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """For a client: TLS 1.2 at least, 1.3 where the other side can; the other side's name is checked.

        Raises:
            KeyFileError: A file is missing, open to others, or not what it should be.
        """
        self.check()
        context = ssl.create_default_context(cafile=self.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.cert, self.key)
        return context

    def check(self) -> None:
        """Say in words what is wrong with the files, before a library says it in its own.

        Raises:
            KeyFileError: A file is missing, open to others, or not what it should be.
        """
        missing = [str(path) for path in self if not path.is_file()]
        if missing:
            raise KeyFileError(
                f"missing for TLS: {', '.join(missing)}. Put the files there; for tests `keten provision --tls` makes them"
            )
        read_private(self.key)
        try:
            ssl.create_default_context(cafile=self.ca).load_cert_chain(self.cert, self.key)
        except ssl.SSLError as error:
            words = f"{self.cert} with {self.key}, or {self.ca}, is not what TLS needs ({error.reason or 'not PEM'})"
            raise KeyFileError(f"{words}: a certificate, the private key that belongs to it, and an authority") from None


class Certificates:
    """Which certificate each connection of a process shows.

    An agency's connection shows ``SLUG.crt`` of the folder where that is there, else what the settings name. What speaks for
    no agency (making namespaces, asking the bus how it is set) shows what the settings name, else ``system.client.crt``. Where
    there is neither an authority in the folder nor one in the settings, there is no TLS. Where there is, nothing is ever
    sent without: a certificate that is missing then is an error.
    """

    def __init__(self, folder: Path | None = None, named: Tls | None = None, *, embedded: bool = False) -> None:
        self._folder = folder
        self._named = named
        self._embedded = embedded

    @classmethod
    def of_settings(cls, settings: Settings) -> Self:
        """Those of an installation; what the settings name is for servers that the settings name, not for embedded ones."""
        embedded = not settings.servers_elsewhere
        return cls(settings.tls_dir, None if embedded else named_by(settings), embedded=embedded)

    @property
    def for_temporal(self) -> "Certificates":
        """The same, for Temporal; none for the embedded one, which knows no TLS and listens on loopback only."""
        return PLAINTEXT if self._embedded else self

    def of(self, slug: str) -> Tls | None:
        """What an agency shows; None: no TLS."""
        own = self._in_folder(slug)
        return own if own and own.cert.exists() else self._named or own

    @property
    def system(self) -> Tls | None:
        """What is shown where no agency speaks; None: no TLS."""
        return self._named or self._in_folder(SYSTEM)

    @property
    def bus(self) -> Tls | None:
        """What the embedded bus shows; None: no TLS."""
        return self._in_folder(BUS)

    @property
    def gate(self) -> Tls | None:
        """What the gate before Temporal shows, to agencies and to Temporal; None: there is nothing to show."""
        return self._named or self._in_folder(GATE)

    def _in_folder(self, name: str) -> Tls | None:
        if self._folder is None:
            return None
        own = Tls(*(self._folder / name for name in (f"{AUTHORITY}.crt", f"{name}.crt", f"{name}.key")))
        if self._named:
            return own._replace(ca=self._named.ca)
        return own if own.ca.exists() else None


PLAINTEXT = Certificates()
"""No TLS: for servers on loopback."""


def named_by(settings: Settings) -> Tls | None:
    """What the settings name; all three files or none, as ``Settings`` checks."""
    ca, cert, key = settings.tls_ca, settings.tls_cert, settings.tls_key
    return Tls(ca, cert, key) if ca and cert and key else None
