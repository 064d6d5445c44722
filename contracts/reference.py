"""The pseudonym under which agencies speak of one case."""

import secrets
from typing import Annotated

from pydantic import Field

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no letters that are misread for a digit."""

Reference = Annotated[str, Field(pattern=rf"^k[{ALPHABET}]{{24}}$")]
"""``k`` and 24 characters: 120 random bits, so nobody guesses one."""


def new_reference() -> str:
    """A new case reference: random, says nothing, can be read aloud."""
    return from_bytes(secrets.token_bytes(15))


def from_bytes(digest: bytes) -> str:
    """A reference from the first 15 bytes of a random or keyed digest."""
    number = int.from_bytes(digest[:15], "big")
    return "k" + "".join(ALPHABET[(number >> shift) & 31] for shift in range(115, -1, -5))
