"""What is wrong with an input, in the words of whoever typed it, with an example of what would be right."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

EXAMPLES = {
    "^GM": "GM0995",
    "^[a-z][a-z0-9-]": "coordinator-almere",
    "^[0-9]{20}": "00000099000000000001",
    "^k[": "k0123456789abcdefghjkmnpq",
    "^urn:nld:oin": "urn:nld:oin:00000099000000000001:systeem:report",
    "^[0-9a-f][0-9a-f-]": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "^[0-9]{1,9}": "1",
}
"""What fits a pattern of the contracts, by how the pattern begins."""

WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field here",
    "enum": "must be one of: {expected}",
    "literal_error": "must be {expected}",
    "string_type": 'must be a text, like "an example"',
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number, like 3",
    "int_parsing": "must be a whole number, like 3",
    "int_from_float": "must be a whole number, like 3",
    "float_type": "must be a number, like 0.5",
    "float_parsing": "must be a number, like 0.5",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "string_too_short": "must have at least {min_length} character(s)",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "tuple_type": 'must be a list, like ["an-example"]',
    "list_type": 'must be a list, like ["an-example"]',
    "dict_type": 'must be an object, like {{"field": "value"}}',
    "model_type": 'must be an object, like {{"field": "value"}}',
    "model_attributes_type": 'must be an object, like {{"field": "value"}}',
    "date_type": "must be a date, like 2026-01-31",
    "date_parsing": "must be a date, like 2026-01-31",
    "date_from_datetime_parsing": "must be a date, like 2026-01-31",
    "datetime_type": "must be a moment, like 2026-01-31T12:00:00Z",
    "datetime_parsing": "must be a moment, like 2026-01-31T12:00:00Z",
    "datetime_from_date_parsing": "must be a moment, like 2026-01-31T12:00:00Z",
    "timezone_aware": "must be a moment with its zone, like 2026-01-31T12:00:00Z",
}
"""By the kinds of fault that the checking library knows."""

SAID_AT_MOST = 5


def explain(error: ValidationError, prefix: str = "") -> str:
    """Everything that is wrong as one sentence: which field, and what it must be."""
    faults = error.errors(include_url=False, include_input=False)
    said = [_sentence(prefix, fault) for fault in faults[:SAID_AT_MOST]]
    more = len(faults) - len(said)
    return "; ".join(said) + (f"; and {more} more" if more else "")


def guess(name: str, known: Iterable[str]) -> str:
    """What was probably meant by a name that is not known, and what is known."""
    names = list(known)
    meant = near(name, names)
    known_here = f"known here: {', '.join(names) or 'none'}"
    return f": did you mean {meant}? ({known_here})" if meant else f"; {known_here}"


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that is nearly this one."""
    return next(iter(difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.75)), None)


def _sentence(prefix: str, fault: Mapping[str, Any]) -> str:
    place = (prefix + ".".join(str(part) for part in fault["loc"])).rstrip(".")
    if fault["type"] == "value_error":  # words of our own
        words = str(fault["msg"]).removeprefix("Value error, ")
        return f"{place}: {words}" if place else words
    return f"{place or 'the content'} {_words(fault)}"


def _words(fault: Mapping[str, Any]) -> str:
    context: dict[str, Any] = fault.get("ctx", {})
    if fault["type"] == "string_pattern_mismatch":
        return f"must look like {_example(str(context['pattern']))}"
    if fault["type"] == "enum":
        context = {"expected": ", ".join(re.findall(r"'([^']*)'", str(context["expected"])))}
    words = WORDS.get(fault["type"])
    if words:
        return words.format(**context)
    return f"cannot be: {fault['msg']}"


def _example(pattern: str) -> str:
    return next((example for begin, example in EXAMPLES.items() if pattern.startswith(begin)), pattern)
