"""What lies in the book is encrypted with the key of its case, and bound to its place: AES-256-GCM."""

import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.catalogue import CATALOGUE
from contracts.event import OUTLIVING
from contracts.events.disclosures import DisclosureMade, DisclosureRefused
from contracts.events.erasures import ErasureCompleted, ErasureDeclined
from runtime.keys.names import outliving
from runtime.keys.wrapping import NONCE

Place = tuple[str, ...]
"""Where something stands: the table and its row."""

_OUTLIVES = (ErasureCompleted, ErasureDeclined, DisclosureMade, DisclosureRefused)


class Altered(ValueError):  # noqa: N818 - named as what is the case
    """It is not what was once encrypted for this place."""


def key_name(reference: str, event_type: str) -> str:
    """The name of the key for an event: of its case, or the one that outlives it, for what is said about erasing it."""
    event = CATALOGUE.get(event_type)
    outlives = event is not None and (event.rule.file in OUTLIVING or issubclass(event, _OUTLIVES))
    return outliving(reference) if outlives else reference


def seal(key: bytes, place: Place, value: Any) -> bytes:
    """Encrypt a value of JSON."""
    nonce = os.urandom(NONCE)
    clear = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return nonce + AESGCM(key).encrypt(nonce, clear, _bound_to(place))


def unseal(key: bytes, place: Place, sealed: bytes) -> Any:
    """Decrypt it.

    Raises:
        Altered: It stood elsewhere, or was changed.
    """
    try:
        return json.loads(AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], _bound_to(place)))
    except (InvalidTag, ValueError):  # a nonce that is cut off is a ValueError
        raise Altered("what lies in the book of this post office was altered, or put elsewhere") from None


def opened(key: bytes | None, place: Place, sealed: bytes | None) -> Any:
    """What lies somewhere; None: nothing does, or its key was destroyed."""
    return None if key is None or sealed is None else unseal(key, place, sealed)


def mark(key: bytes, *parts: str) -> str:
    """A keyed hash; 64 hexadecimal digits."""
    return hmac.new(key, "\0".join(("keten post office", *parts)).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _bound_to(place: Place) -> bytes:
    """Associated data; it begins otherwise than that of what else the same key encrypts."""
    return b"\0".join((b"keten post office", *(part.encode() for part in place)))
