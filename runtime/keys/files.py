"""Keys on disk: made once, readable by their owner only, never overwritten.

A worker and an operator have an nkey each: the seed stays in its file, the bus knows the public half. The identity key is
for keyed hashes: event ids that a retry keeps and nobody guesses. The wrapping key encrypts the keys of the agency's cases.
"""

import secrets
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import nkeys  # pyright: ignore[reportMissingTypeStubs]

from contracts.agencies import Directory
from runtime.private_files import KeyFileError, KeyUnavailable, read_private, write_once


class Role(StrEnum):
    """For whom a key is: the agency's running process, or a person who looks and repairs."""

    WORKER = "worker"
    OPERATOR = "operator"


class PublicKeys(NamedTuple):
    """The public halves of one agency's bus users."""

    worker: str
    operator: str


class KeyUnknown(KeyUnavailable):
    """The owner has no key of this name, and all of its keys could be read: whoever named it is at fault."""


class Keys:
    """The key directory of an installation, or of one agency."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, directory: Directory) -> None:
        """Make what is missing for every agency, for the server's own account and for the bus's storage."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        for agency in directory.agencies:
            for role in Role:
                write_once(self._seed_file(agency.slug, role), _new_seed())
            write_once(self.path / f"{agency.slug}.id.key", secrets.token_hex(32))
            if not self.wrapping_numbers(agency.slug):
                self.add_wrapping_key(agency.slug)
        write_once(self.path / "system.nk", _new_seed())
        write_once(self.store_file, f'key: "{secrets.token_hex(32)}"\n')

    def seed(self, slug: str, role: Role) -> str:
        """The nkey seed of an agency's bus user.

        Raises:
            KeyFileError: The file is missing or others can read it.
        """
        return read_private(self._seed_file(slug, role))

    def public_key(self, slug: str, role: Role) -> str:
        """The public half of an agency's bus user."""
        return _public(self.seed(slug, role))

    def public_keys(self, directory: Directory) -> dict[str, PublicKeys]:
        """The public halves of everybody's bus users, by slug."""
        return {
            agency.slug: PublicKeys(self.public_key(agency.slug, Role.WORKER), self.public_key(agency.slug, Role.OPERATOR))
            for agency in directory.agencies
        }

    def identity(self, slug: str) -> bytes:
        """The agency's key for keyed hashes, 32 bytes."""
        return _read_hex(self.path / f"{slug}.id.key")

    def wrapping_numbers(self, slug: str) -> list[int]:
        """The numbers of the agency's keys for its cases' keys; more than one only while one replaces another."""
        return sorted(int(path.name.split(".")[2]) for path in self.path.glob(f"{slug}.wrap.*.key"))

    def wrapping_key(self, slug: str, number: int) -> bytes:
        """The agency's key of a number, 32 bytes.

        Raises:
            KeyFileError: The file is missing or others can read it.
        """
        return _read_hex(self._wrapping_file(slug, number))

    def add_wrapping_key(self, slug: str) -> int:
        """Make the next key for an agency's cases' keys; gives its number."""
        number = max(self.wrapping_numbers(slug), default=0) + 1
        write_once(self._wrapping_file(slug, number), secrets.token_hex(32))
        return number

    def remove_older_wrapping_keys(self, slug: str) -> None:
        """Leave the newest only: nothing is encrypted with the others any more."""
        for number in self.wrapping_numbers(slug)[:-1]:
            self._wrapping_file(slug, number).unlink()

    def system_seed(self) -> str:
        """The nkey seed of the user that may ask the bus how it is set."""
        return read_private(self.path / "system.nk")

    def system_public_key(self) -> str:
        """The public half of the system user."""
        return _public(self.system_seed())

    @property
    def store_file(self) -> Path:
        """A piece of NATS configuration with the key that encrypts the streams on disk."""
        return self.path / "store.conf"

    def _wrapping_file(self, slug: str, number: int) -> Path:
        return self.path / f"{slug}.wrap.{number}.key"

    def _seed_file(self, slug: str, role: Role) -> Path:
        return self.path / f"{slug}.{role}.nk"


def _read_hex(path: Path) -> bytes:
    try:
        return bytes.fromhex(read_private(path))
    except ValueError:
        raise KeyFileError(f"{path} holds no key: put it there again, from where you keep a copy") from None


def _new_seed() -> str:
    return nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER).decode()  # pyright: ignore[reportUnknownMemberType]


def _public(seed: str) -> str:
    pair: Any = nkeys.from_seed(bytearray(seed.encode()))  # pyright: ignore[reportUnknownMemberType]
    return pair.public_key.decode()
