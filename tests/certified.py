"""Certificates for tests: those that a server believes, and three kinds that it must not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy

from contracts.agencies import Directory
from runtime.tls.authority import LIFETIME, Authority
from runtime.tls.certificates import Certificates, Tls


class Certified:
    """A folder with an authority, what it issued, what it issued too long ago, and what another one issued."""

    def __init__(self, home: Path, directory: Directory) -> None:
        self.folder = home / "tls"
        self._strange = home / "strange"
        self._expired = home / "expired"
        too_long_ago = datetime.now(UTC) - LIFETIME - timedelta(days=1)
        Authority(self.folder, now=too_long_ago).certify(directory)
        self._keep_expired()
        Authority(self.folder).certify(directory)
        Authority(self._strange).certify(directory)

    @property
    def certificates(self) -> Certificates:
        return Certificates(self.folder)

    def of(self, slug: str) -> Tls:
        return self._in(self.folder, slug)

    def strange(self, slug: str) -> Tls:
        """Of another authority, by somebody who knows whom to believe."""
        return self._in(self._strange, slug)

    def expired(self, slug: str) -> Tls:
        """Of the same authority, and no longer valid."""
        return self._in(self._expired, slug)

    @property
    def other_authority(self) -> Path:
        return self._strange / "ca.crt"

    def _in(self, folder: Path, name: str) -> Tls:
        return Tls(self.folder / "ca.crt", folder / f"{name}.crt", folder / f"{name}.key")

    def _keep_expired(self) -> None:
        self._expired.mkdir()
        for path in self.folder.iterdir():
            copy(path, self._expired)
