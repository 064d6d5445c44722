"""Plain words, in Dutch and in English, for everything that the engine can say to a person.

The words stand in ``nl/`` and ``en/``, a file per room. The tests derive from the code what must have words, and say which lines
are missing and where. Nothing here is ever written into a file or sent: only what a person is shown.
"""

from functools import cache

from contracts.texts.reading import LANGUAGES, Language
from contracts.texts.speaking import Words

__all__ = ["LANGUAGES", "Language", "Words", "words"]


@cache
def words(language: Language) -> Words:
    """The words of a language."""
    return Words(language)
