"""Corrections of dead letters that wait for a second person. Each can be read with its dead letter alone.

The text lies under a key that is derived from the dead letter as it stands on the bus. Where that is removed, by hand or by an
erasure, nobody reads the correction any more, whatever of this database lies in a backup.
"""

import asyncio
import os
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, insert, select

from runtime.database import utc
from runtime.sessions.secrets import new_ticket
from runtime.sessions.stored import Stored
from runtime.sessions.tables import CORRECTION

LIVES = timedelta(days=3)
"""For so long a correction waits; a key of an agency for events lives longer."""
NONCE = 12


class Locked(ValueError):  # noqa: N818 - named as what is the case
    """It belongs to another dead letter, or was altered."""


class Correction(NamedTuple):
    """What one person wrote.

    Attributes:
        person: Who wrote it.
        sealed: What it says, locked.
        ticket: By which the bus knows it again.
    """

    person: str
    sealed: bytes
    ticket: str
    made_at: datetime


class Corrections(Stored):
    """The corrections in a database."""

    async def put(self, agency: str, letter: int, person: str, sealed: bytes) -> None:
        """Keep one, instead of any that is there."""
        await asyncio.to_thread(self._put, agency, letter, person, sealed)

    async def find(self, agency: str, letter: int) -> Correction | None:
        """That of a dead letter."""
        return await asyncio.to_thread(self._find, agency, letter)

    async def remove(self, agency: str, letter: int) -> None:
        """Nobody needs it any more."""
        await asyncio.to_thread(self._remove, agency, letter)

    async def sweep(self) -> int:
        """Remove what is older than it may be; how many that were."""
        return await asyncio.to_thread(self._sweep)

    def _put(self, agency: str, letter: int, person: str, sealed: bytes) -> None:
        row = {"agency": agency, "letter": letter, "person": person, "sealed": sealed}
        with self._engine.begin() as connection:
            connection.execute(delete(CORRECTION).where(*_of(agency, letter)))
            connection.execute(insert(CORRECTION).values(row | {"ticket": new_ticket(), "made_at": self._now()}))

    def _find(self, agency: str, letter: int) -> Correction | None:
        young = CORRECTION.c.made_at > self._now() - LIVES
        with self._engine.connect() as connection:
            row = connection.execute(select(CORRECTION).where(*_of(agency, letter), young)).first()
        return Correction(row.person, row.sealed, row.ticket, utc(row.made_at)) if row else None

    def _remove(self, agency: str, letter: int) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(CORRECTION).where(*_of(agency, letter)))

    def _sweep(self) -> int:
        with self._engine.begin() as connection:
            return connection.execute(delete(CORRECTION).where(CORRECTION.c.made_at <= self._now() - LIVES)).rowcount


def locked(text: bytes, letter: bytes, about: str) -> bytes:
    """A text that can be read with a dead letter alone.

    Args:
        text: What it says.
        letter: The dead letter as it stands on the bus.
        about: Which dead letter of which agency.
    """
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_key(letter)).encrypt(nonce, text, about.encode())


def unlocked(sealed: bytes, letter: bytes, about: str) -> bytes:
    """What it says.

    Raises:
        Locked: It belongs to another dead letter, or was altered.
    """
    try:
        return AESGCM(_key(letter)).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
    except (InvalidTag, ValueError):
        raise Locked("it belongs to another dead letter, or was altered") from None


def _key(letter: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"keten correction 1").derive(letter)


def _of(agency: str, letter: int) -> tuple[Any, ...]:
    return (CORRECTION.c.agency == agency, CORRECTION.c.letter == letter)
