"""Text from outside on a screen: words only, never an order to the terminal, and nothing hidden in it."""

import json
import unicodedata
from typing import Any

_HIDING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories: control, format (direction marks), surrogate, private, not assigned, separators of lines."""

_JOINERS = "\u200c\u200d"
"""Several scripts are written with them."""

INSTEAD = "\N{REPLACEMENT CHARACTER}"


def plain(text: object) -> str:
    """What somebody else wrote, on one line; what would hide or command something is shown as one odd character."""
    words = str(text)
    if words.isprintable():
        return words
    return "".join(_shown(character) for character in words)


def without_orders(text: str) -> str:
    """What is about to be drawn, line ends kept, with everything taken out that a terminal would obey."""
    if text.isprintable() or text == "\n":
        return text
    return "".join(character for character in text if character == "\n" or not _hides(character))


def as_json(value: Any) -> str:
    """JSON to read and to edit: letters as they are, whatever a terminal would obey escaped as JSON does."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return "".join(_escaped(character) if character != "\n" and _hides(character) else character for character in text)


def _hides(character: str) -> bool:
    return character not in _JOINERS and unicodedata.category(character) in _HIDING


def _shown(character: str) -> str:
    if character in "\n\t\r":
        return " "
    return INSTEAD if _hides(character) else character


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]
