"""The agency's key, which encrypts the keys of its cases. It never encrypts anything else."""

import os
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from runtime.keys.files import Keys

NONCE = 12
"""Bytes of a nonce for AES-GCM (NIST SP 800-38D, 8.2: 96 bits), random."""


class Wrapped(NamedTuple):
    """A key that only the agency can read.

    Attributes:
        by: Number of the agency's key.
        text: Nonce and ciphertext.
    """

    by: int
    text: bytes


class WrappedAltered(ValueError):  # noqa: N818 - named as what is the case
    """An encrypted key of a case that is not what was once encrypted for it."""


class Wrapping(Protocol):
    """The port to the agency's key. A key service may stand behind it, so that the key itself never comes here."""

    def wrap(self, key: bytes, case: str) -> Wrapped:
        """Encrypt a case's key with the agency's newest key, for this case only."""
        ...

    def unwrap(self, wrapped: Wrapped, case: str) -> bytes:
        """Read a case's key back.

        Raises:
            KeyUnavailable: The agency's key of that number cannot be used.
            WrappedAltered: It was altered, or it is another case's.
        """
        ...

    def add_key(self) -> None:
        """Give the agency its next key, which is the newest from then on."""
        ...

    def remove_older_keys(self) -> None:
        """Leave the newest only; what the others have encrypted can never be read again."""
        ...


class KeyFiles:
    """The agency's key in a file that only its owner can read; AES-256-GCM. Read at every use, so a new one is used at once."""

    def __init__(self, keys: Keys, slug: str) -> None:
        self._keys = keys
        self._slug = slug

    def wrap(self, key: bytes, case: str) -> Wrapped:
        """See ``Wrapping``."""
        newest = max(self._keys.wrapping_numbers(self._slug), default=1)
        nonce = os.urandom(NONCE)
        return Wrapped(newest, nonce + self._cipher(newest).encrypt(nonce, key, bound_to(case)))

    def unwrap(self, wrapped: Wrapped, case: str) -> bytes:
        """See ``Wrapping``."""
        nonce, text = wrapped.text[:NONCE], wrapped.text[NONCE:]
        cipher = self._cipher(wrapped.by)
        try:
            return cipher.decrypt(nonce, text, bound_to(case))
        except InvalidTag:
            raise WrappedAltered(altered(case)) from None

    def add_key(self) -> None:
        """See ``Wrapping``."""
        self._keys.add_wrapping_key(self._slug)

    def remove_older_keys(self) -> None:
        """See ``Wrapping``."""
        self._keys.remove_older_wrapping_keys(self._slug)

    def _cipher(self, number: int) -> AESGCM:
        return AESGCM(self._keys.wrapping_key(self._slug, number))


def bound_to(case: str) -> bytes:
    """Associated data: a key that was encrypted for one case is of no use to another."""
    return f"keten case key {case}".encode()


def altered(case: str) -> str:
    """What is said of a key that cannot be decrypted."""
    return f"the key of case {case} was altered, or is another case's: restore the database of case keys"
