"""What was typed is encrypted with the key of its case, and bound to who typed it and where: AES-256-GCM."""

import json
import os
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from runtime.keys.case_keys import CaseKeys
from runtime.keys.wrapping import NONCE
from runtime.temporal.codec import key_of

LARGEST = 600_000
"""Bytes in clear: as much as the body of a form can become."""


class TooLarge(ValueError):  # noqa: N818 - named as what is the case
    """It is more than a form can hold."""


class Altered(ValueError):  # noqa: N818 - named as what is the case
    """It is not what was once encrypted for this person and this form."""


class Place(NamedTuple):
    """Whose it is, and which form.

    Attributes:
        agency: The slug of their agency.
        person: Their pseudonym.
        file: The name of the file.
        command: What the form decides.
    """

    agency: str
    person: str
    file: str
    command: str


class Typed(NamedTuple):
    """What stands in a form; nothing of it was checked.

    Attributes:
        pairs: Names and what was typed.
        seen: The file as it was when the form was opened.
    """

    pairs: Sequence[tuple[str, str]]
    seen: str


async def seal(keys: CaseKeys, place: Place, typed: Typed) -> bytes:
    """Encrypt. No key is made for it: where there is none there is no file.

    Raises:
        TooLarge: It is more than a form can hold.
        CaseErased: The key of the case was destroyed.
        CaseKeyMissing: There never was one.
    """
    clear = json.dumps([list(typed.pairs), typed.seen], ensure_ascii=False).encode()
    if len(clear) > LARGEST:
        raise TooLarge(f"at most {LARGEST} bytes are kept of a form")
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(await keys.get(key_of(place.file))).encrypt(nonce, clear, _bound_to(place))


async def unseal(keys: CaseKeys, place: Place, sealed: bytes) -> Typed:
    """Decrypt.

    Raises:
        Altered: It is another's, another form's, or was changed.
        CaseErased: The key of the case was destroyed.
        CaseKeyMissing: There never was one.
    """
    cipher = AESGCM(await keys.get(key_of(place.file)))
    try:
        clear = cipher.decrypt(sealed[:NONCE], sealed[NONCE:], _bound_to(place))
    except (InvalidTag, ValueError):  # a nonce that is cut off is a ValueError
        raise Altered("what was kept of a form was altered, or is another's") from None
    pairs, seen = json.loads(clear)
    return Typed([(name, value) for name, value in pairs], seen)


def _bound_to(place: Place) -> bytes:
    """Associated data; it begins otherwise than that of what Temporal stores, which the same key encrypts."""
    return b"\0".join((b"keten draft", *(part.encode() for part in place)))
