"""Words that stand under a personal field and nowhere else in the world, and how they are found again."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

MARKED = (
    "account",
    "name",
    "language",
    "safe_contact",
    "needs",
    "nationality",
    "gender",
    "safety",
    "phenomenon",
    "suspect",
    "findings",
    "interventions",
    "threat",
    "whereabouts",
)
"""Personal fields of text; under each stands a mark."""

CODED = {"age", "because", "guardian_suspected", "birth_year", "under_16", "person", "guardian", "profile", "registrant"}
"""Personal fields that hold a number, an answer, or other fields: their names may not be written next to a value."""

STAYS_INSIDE = ("needs", "findings", "interventions")
"""Personal fields that no event carries."""

NAMED = ("birth_year", "under_16")

ROOT = "zzmark"
"""With this every mark begins; a screen may break a line behind it."""


def mark(field: str) -> str:
    return f"{ROOT}-{field.replace('_', '-')}-zz"


def marks(*fields: str) -> set[str]:
    return {mark(field) for field in fields}


Forms = Mapping[str, Sequence[bytes]]


def found_in(text: str | bytes, forms: Forms | None = None) -> set[str]:
    """The words that something holds: as text, or as base64 or hexadecimal digits of it.

    Args:
        text: In what is searched.
        forms: Of which words; None: of the marks, and the names of personal fields.
    """
    raw = text.encode() if isinstance(text, str) else text
    return {word for word, ways in (FORMS if forms is None else forms).items() if any(way in raw for way in ways)}


def forms_of(words: Iterable[str]) -> Forms:
    """In which forms these words would be found."""
    return {word: _forms(word) for word in words}


def _forms(word: str) -> list[bytes]:
    raw = word.encode()
    encoded = {form for shift, encode in product(range(3), ENCODERS) if (form := _within(encode(bytes(shift) + raw), shift))}
    return [raw, word.encode("utf-16-le"), raw.hex().encode(), *sorted(encoded)]


ENCODERS = (base64.b64encode, base64.urlsafe_b64encode)


def _within(encoded: bytes, shift: int) -> bytes:
    """The digits that depend on the word alone, wherever in the encoded text it stands."""
    digits = encoded.rstrip(b"=")
    return digits[(0, 2, 3)[shift] : len(digits) - (len(encoded) > len(digits))]


FORMS = forms_of((*NAMED, *map(mark, MARKED)))


def whole(text: str) -> str:
    """What was shown on a screen, with words that were broken at the end of a line in one piece."""
    return re.sub(r"[\s│]+", "", text)
