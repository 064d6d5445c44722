"""Words that agree with a number, and the places of a text filled in.

In a text that people read, ``{number|file|files}`` is *file* where ``number`` is 1, and *files* else.
"""

import re
from collections.abc import Mapping

FORMS = re.compile(r"\{(?P<name>[a-z_]+)\|(?P<one>[^{}|]*)\|(?P<others>[^{}|]*)\}")
"""Two forms of words, and the number with which they agree."""


def filled(text: str, facts: Mapping[str, object]) -> str:
    """A text with what stands in its places.

    Raises:
        KeyError: A fact is missing.
    """

    def agreed(forms: re.Match[str]) -> str:
        return forms["one" if str(facts[forms["name"]]) == "1" else "others"]

    return FORMS.sub(agreed, text).format_map(facts)


def counted(number: int, one: str, others: str = "") -> str:
    """A number with its word in English: ``counted(2, "file")`` is *2 files*.

    Args:
        number: How many.
        one: The word for one.
        others: The word for more, or none; empty: the same with an s.
    """
    return f"{number} {one if number == 1 else others or f'{one}s'}"
