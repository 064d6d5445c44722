"""Attributes beyond those of this profile: kept as they are and read by nobody, as CloudEvents 1.0 says.

They travel in the clear, as every attribute. So whoever writes one sees to it that it says nothing of a person; what can be told
by its form alone, a citizen service number, is refused.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from contracts.refusals import RefusalCode, Refused

_NAME = re.compile(r"[a-z0-9]+")
_INTEGER = range(-(2**31), 2**31)
_BSN = re.compile(r"[0-9]{9}")


def refuse_names(names: set[str]) -> None:
    """Refuse names that CloudEvents forbids, and a second way to say what `data` says.

    Raises:
        Refused: Says the rule, never the name.
    """
    if "data_base64" in names:
        raise Refused(RefusalCode.ENVELOPE_INVALID, "`data_base64` is not taken: the content of every event is JSON, in `data`")
    if any(not _NAME.fullmatch(name) for name in names):
        words = "a name of an attribute is of a-z and 0-9 only (CloudEvents 1.0, naming conventions)"
        raise Refused(RefusalCode.ENVELOPE_INVALID, words)


def refuse_values(extensions: dict[str, Any]) -> None:
    """Refuse values of no kind that CloudEvents knows, and a number by which the state knows a person.

    Raises:
        Refused: Says the rule, never name or value.
    """
    for words in (rule for value in extensions.values() for rule in _broken(value)):
        raise Refused(RefusalCode.ENVELOPE_INVALID, words)
    if any(_is_bsn(str(value)) for value in extensions.values()):
        words = "an attribute is readable on the way, and this looks like a citizen service number: leave it out"
        raise Refused(RefusalCode.ENVELOPE_INVALID, words)


def _broken(value: Any) -> Iterator[str]:
    if isinstance(value, float | list | dict):
        yield "an attribute is a text, a whole number, true or false (CloudEvents 1.0, type system)"
    elif isinstance(value, str) and (not value or any(unicodedata.category(letter) in {"Cc", "Cn"} for letter in value)):
        yield "a text in an attribute is not empty and has no control characters (CloudEvents 1.0, type system)"
    elif isinstance(value, int) and value not in _INTEGER:
        yield "a number in an attribute has 32 bits (CloudEvents 1.0, type system)"


def _is_bsn(value: str) -> bool:
    """The test of eleven, which the numbers of one random text in eleven pass, too."""
    if not _BSN.fullmatch(value) or not int(value):
        return False
    weights = (*range(9, 1, -1), -1)
    return sum(int(digit) * weight for digit, weight in zip(value, weights, strict=True)) % 11 == 0
