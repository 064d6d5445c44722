"""Text as it may travel: normalised, printable, nothing hidden in it."""

import unicodedata
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_DECEIVING = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode categories: control, format (hidden direction marks, tags, soft hyphens), surrogate, private, separators of lines."""

_ALLOWED = {"\n", "\t", "\u200c", "\u200d"}
"""Line and tab, and the two joiners that several scripts are written with."""


def readable(text: str) -> str:
    """Normalise to NFC, with lines that end as on Unix, and refuse characters that deceive a reader or break a system.

    Raises:
        ValueError: The text holds a control character, a lone surrogate or a hidden direction mark.
    """
    text = text.replace("\r\n", "\n")
    for character in text:
        if unicodedata.category(character) in _DECEIVING and character not in _ALLOWED:
            raise ValueError(f"unicode_unsafe: the character U+{ord(character):04X} may not be in a text; leave it out")
    return unicodedata.normalize("NFC", text)


def on_one_line(text: str) -> str:
    """Refuse what would break a line in a table or a log.

    Raises:
        ValueError: There is a line break or a tab.
    """
    if "\n" in text or "\t" in text:
        raise ValueError("unicode_unsafe: write this on one line, without tabs")
    return text


def not_empty(text: str) -> str:
    """Refuse what says nothing.

    Raises:
        ValueError: It has no character.
    """
    if not text:
        raise ValueError("it is empty: write what it should say")
    return text


Line = Annotated[
    str, AfterValidator(readable), AfterValidator(on_one_line), AfterValidator(not_empty), Field(min_length=1, max_length=200)
]
Text = Annotated[str, AfterValidator(readable), AfterValidator(not_empty), Field(min_length=1, max_length=8_000)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
Oin = Annotated[str, Field(pattern=r"^[0-9]{20}$")]
MunicipalityCode = Annotated[str, Field(pattern=r"^GM[0-9]{4}$")]


class PersonalMark:
    """Marks a field as personal data: it never leaves the payload (subjects, ids, logs and attributes stay free of it)."""


_T = TypeVar("_T")
Personal = Annotated[_T, PersonalMark()]


class Model(BaseModel):
    """A value: it does not change after it was made; fields of a later version are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)
