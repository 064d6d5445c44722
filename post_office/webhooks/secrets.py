"""Secrets of endpoints and where these are: made here, kept encrypted, bound to their endpoint (AES-256-GCM)."""

import base64
import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "whsec_"
BYTES = 32
"""Random bytes of a secret; Standard Webhooks wants 24 to 64."""

NONCE = 12
KEY = "webhooks"
"""Under which name the key stands beside those of cases, and changes hands with them; it is destroyed with no case."""


class Altered(ValueError):  # noqa: N818 - named as what is the case
    """It is another endpoint's, or was changed."""


class Keys(Protocol):
    """Where the key is kept that encrypts them: ``runtime.keys.case_keys.CaseKeys``."""

    async def make_or_get(self, case: str) -> bytes:
        """The key of this name, made when it is first asked for; 32 bytes."""
        ...


def new_secret() -> str:
    """A secret as the libraries of Standard Webhooks read it."""
    return PREFIX + base64.b64encode(os.urandom(BYTES)).decode("ascii")


class Sealing:
    """Encrypts what the database must not show."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def seal(self, text: str, endpoint: str, what: str) -> bytes:
        """Encrypt, for this endpoint and this use only."""
        nonce = os.urandom(NONCE)
        return nonce + (await self._cipher()).encrypt(nonce, text.encode(), _bound_to(endpoint, what))

    async def unseal(self, sealed: bytes, endpoint: str, what: str) -> str:
        """Decrypt.

        Raises:
            Altered: It is another's, or was changed.
        """
        try:
            return (await self._cipher()).decrypt(sealed[:NONCE], sealed[NONCE:], _bound_to(endpoint, what)).decode()
        except (InvalidTag, ValueError):
            raise Altered(
                "what is kept of an endpoint was altered, or is another's: restore the post office's database"
            ) from None

    async def _cipher(self) -> AESGCM:
        return AESGCM(await self._keys.make_or_get(KEY))


def _bound_to(endpoint: str, what: str) -> bytes:
    return b"\0".join((b"keten webhook", endpoint.encode(), what.encode()))
