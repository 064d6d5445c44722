"""Everything that a page says: the words of the field, and those of the pages themselves."""

import tomllib
from functools import cache
from pathlib import Path
from typing import cast

from contracts.counted import filled
from contracts.texts import Language, Words

WORDS = Path(__file__).parent / "words"
"""Where the words of the pages lie: a folder for each language, a file for each section."""


class Spoken(Words):
    """Words of one language."""

    def page(self, key: str, **facts: object) -> str:
        """Words of the pages themselves.

        Args:
            key: The key with its sections, for instance ``inbox.title``.
            facts: What stands in their places.

        Raises:
            LookupError: There are none.
        """
        found = page_words(self.language).get(key)
        if found is None:
            raise LookupError(f"no words for {key!r} in console/web/words/{self.language}/")
        return filled(found, facts)


@cache
def spoken(language: Language) -> Spoken:
    """All words of a language."""
    return Spoken(language)


@cache
def page_words(language: Language) -> dict[str, str]:
    """Words of the pages by key; a key within a section is ``section.key``."""
    found: dict[str, str] = {}
    for path in sorted((WORDS / language).glob("*.toml")):
        found |= _flat(tomllib.loads(path.read_text(encoding="utf-8")))
    return found


def _flat(section: dict[str, object], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in section.items():
        inner = (
            _flat(cast("dict[str, object]", value), f"{above}{key}.")
            if isinstance(value, dict)
            else {f"{above}{key}": str(value)}
        )
        found |= inner
    return found
