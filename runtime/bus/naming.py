"""Which cases stand in bytes that may be anything, so that what nobody could take does not outlive the case that it names."""

import binascii
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from contracts.reference import ALPHABET

_REFERENCE = re.compile(rb"(?=(k[%b]{24}))" % ALPHABET.encode())
_ESCAPED = re.compile(rb"\\u00([0-9a-f]{2})")
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{32,}")
"""What may be base64: part of a JWS that somebody forgot to encrypt, or a whole message."""


def references_in(raw: bytes) -> frozenset[str]:
    """Every case reference that can be read in some bytes, also in capitals, in UTF-16, escaped, or in base64."""
    inside = (_decoded(run[0]) for run in _RUN.finditer(raw))
    found = (_REFERENCE.findall(text) for part in (raw, *inside) for text in _readings(part))
    return frozenset(reference.decode("ascii") for references in found for reference in references)


def _readings(raw: bytes) -> Iterator[bytes]:
    small = raw.lower().replace(b"\0", b"")
    yield small
    yield _ESCAPED.sub(lambda escape: bytes.fromhex(escape[1].decode("ascii")), small)
    yield unquote_to_bytes(small)


def _decoded(run: bytes) -> bytes:
    text = run.translate(bytes.maketrans(b"+/", b"-_"))
    try:
        return urlsafe_b64decode(text[: len(text) // 4 * 4])
    except binascii.Error:
        return b""
