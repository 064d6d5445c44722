"""A test authority: what `keten provision --tls` makes, so that TLS can be tried without anybody else. Production brings its own.

Private keys are made once and never overwritten. A certificate is issued again, for the same key, when it is about to expire,
lacks a name that is wanted now, or was issued by another authority; so only one file is ever replaced, and that at once. The
authority's own certificate is issued again for its same key, so what believed the old one believes what is issued after it.
Whoever has read a certificate keeps it until the process is started anew.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from contracts.agencies import Directory
from runtime.tls.certificate import (
    Issuer,
    Key,
    Subject,
    Valid,
    called,
    certificates_at,
    is_issued_by,
    key_at,
    names_of,
    self_signed,
    signed,
    write,
)
from runtime.tls.certificates import AUTHORITY, BUS, DATABASE, GATE, SYSTEM, TEMPORAL

TITLE = "Keten test authority, not for production"
LIFETIME = timedelta(days=90)
"""DEFAULT, no source: long enough for a trial, short enough that renewing is tried in it."""
RENEW = timedelta(days=30)
"""DEFAULT: what has less left is issued again."""
AUTHORITY_LIFETIME = timedelta(days=365)
"""DEFAULT."""
CLOCK_SKEW = timedelta(minutes=5)
"""DEFAULT: by how much another machine's clock may lag behind."""

LOOPBACK = ("localhost", "127.0.0.1")
NAMES = {
    BUS: (*LOOPBACK, "bus"),
    TEMPORAL: (*LOOPBACK, "temporal"),
    GATE: (*LOOPBACK, "temporal-gate"),
    DATABASE: (*LOOPBACK, "temporal-db", "registry-db", "case-keys-db"),
}
"""Under which names servers are reached, here and in infra/compose.yaml; the bus also under those of its nodes."""


class NotOurAuthority(RuntimeError):  # noqa: N818 - named as what is the case
    """Somebody else's authority stands here, so nothing can be issued; the message says what to do."""


class Authority:
    """One folder with an authority and what it issued.

    Args:
        folder: Where the files stand; made with mode 0700.
        title: The authority's name in its certificate.
        now: The moment that counts as now.
    """

    def __init__(self, folder: Path, *, title: str = TITLE, now: datetime | None = None) -> None:
        self._folder = folder
        self._title = title
        self._now = now or datetime.now(UTC)

    @property
    def is_here(self) -> bool:
        """Whether this folder can issue certificates."""
        return self._path(AUTHORITY, "key").exists()

    def certify(self, directory: Directory, nodes: Sequence[str] = ()) -> list[str]:
        """Make what is missing, and issue again what is about to expire.

        Args:
            directory: Each of its agencies gets a client certificate whose name is its slug.
            nodes: Further names, or addresses, under which the bus is reached.

        Returns:
            Whose certificates were issued now.

        Raises:
            NotOurAuthority: There is an authority here without its private key.
        """
        if self._path(AUTHORITY, "crt").exists() and not self.is_here:
            raise NotOurAuthority(
                f"{self._folder} holds an authority without its private key, so it is somebody else's: ask them for "
                "certificates, or remove the folder and let a test authority be made"
            )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        names = {**NAMES, BUS: (*NAMES[BUS], *nodes)}
        servers = [Subject(name, names[name], server=True) for name in names]
        clients = [Subject(name, (name,), server=False) for name in (SYSTEM, *(agency.slug for agency in directory.agencies))]
        return [subject.name for subject in servers + clients if self._provide(subject)]

    def _provide(self, subject: Subject) -> bool:
        """Issue a certificate where there is none that will do; names that it had once stay in it."""
        path, key = self._path(subject.name, "crt"), key_at(self._path(subject.name, "key"))
        there = certificates_at(path)
        if there and self._will_do(there[0], key, subject.names):
            return False
        names = dict.fromkeys((*subject.names, *(names_of(there[0]) if there else ())))
        issuer = Issuer(self._own(), self._own_key)
        write(path, signed(subject._replace(names=tuple(names)), key, issuer, self._for(LIFETIME)))
        return True

    def _will_do(self, there: x509.Certificate, key: Key, names: Sequence[str]) -> bool:
        lasts = there.not_valid_after_utc - self._now > RENEW
        for_this_key = there.public_key() == key.public_key() and is_issued_by(there, self._own())
        return lasts and for_this_key and set(names) <= set(names_of(there))

    def _own(self) -> x509.Certificate:
        """The authority's certificate; issued again before it could end earlier than what is issued now."""
        path = self._path(AUTHORITY, "crt")
        there = certificates_at(path)
        if there and there[0].not_valid_after_utc - self._now > LIFETIME:
            return there[0]
        own = self_signed(self._title, self._own_key, self._for(AUTHORITY_LIFETIME))
        write(path, own)
        return own

    def _for(self, lifetime: timedelta) -> Valid:
        return Valid(self._now - CLOCK_SKEW, self._now + lifetime)

    @property
    def _own_key(self) -> Key:
        return key_at(self._path(AUTHORITY, "key"))

    def _path(self, name: str, suffix: str) -> Path:
        return self._folder / f"{name}.{suffix}"


def is_for_tests(path: Path) -> bool:
    """Whether a file of authorities holds one that Keten made."""
    return any(there.subject == called(TITLE) for there in certificates_at(path))
