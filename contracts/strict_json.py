"""JSON as it may arrive: nothing ambiguous in it, and nothing that could be read but not written again."""

import json
from typing import Any, cast

from pydantic_core import PydanticSerializationError, to_json

from contracts.refusals import RefusalCode, Refused

MAX_DEPTH = 32
GREATEST = 2**53 - 1
WRONG = frozenset(
    {
        "Expecting value",
        "Expecting property name enclosed in double quotes",
        "Expecting ':' delimiter",
        "Expecting ',' delimiter",
        "Extra data",
        "Unterminated string starting at",
        "Invalid control character at",
        "Invalid \\escape",
        "Invalid \\uXXXX escape",
    }
)
"""What Python's reader says of a text that is no JSON; these have words in every language."""


def parse(raw: bytes) -> dict[str, Any]:
    """JSON with nothing ambiguous in it: UTF-8, one object, no key twice, no NaN, no lone surrogate, not nested deeply.

    Raises:
        Refused: With the code and the words for the sender.
    """
    return _object(_value(raw))


def parse_list(raw: bytes) -> list[Any]:
    """The same of one list, such as a batch of CloudEvents.

    Raises:
        Refused: With the code and the words for the sender.
    """
    fields = _value(raw)
    if not isinstance(fields, list):
        raise Refused(RefusalCode.MALFORMED_JSON, "a batch is a JSON list")
    _refuse_halves(fields)
    return cast("list[Any]", fields)


def _value(raw: bytes) -> Any:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(RefusalCode.NOT_UTF8, f"byte {error.start} is not UTF-8") from None
    try:
        fields = json.loads(text, object_pairs_hook=_once, parse_int=_whole, parse_float=_finite, parse_constant=_no_constant)
        _shallow(fields, MAX_DEPTH)
    except json.JSONDecodeError as error:
        what = next((words for words in WRONG if error.msg.startswith(words)), "it cannot be read here")
        raise Refused(RefusalCode.MALFORMED_JSON, f"not JSON at line {error.lineno}, column {error.colno}: {what}") from None
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else f"nested deeper than {MAX_DEPTH} levels"
        raise Refused(RefusalCode.MALFORMED_JSON, reason) from None
    return fields


def _object(fields: Any) -> dict[str, Any]:
    if not isinstance(fields, dict):
        raise Refused(RefusalCode.MALFORMED_JSON, "a CloudEvent is a JSON object")
    _refuse_halves(cast("Any", fields))
    return cast("dict[str, Any]", fields)


def _refuse_halves(fields: Any) -> None:
    try:
        to_json(fields)
    except PydanticSerializationError:
        raise Refused(RefusalCode.UNICODE_UNSAFE, "a text holds half a character (a lone surrogate); leave it out") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number in JSON")


def _whole(written: str) -> int | float:
    """Beyond what a double keeps whole (RFC 7493) it is read as most languages read it: one number for all agencies."""
    exact = len(written) <= len(str(-GREATEST)) and abs(int(written)) <= GREATEST
    return int(written) if exact else _finite(written)


def _finite(written: str) -> float:
    number = float(written)
    if number in {float("inf"), float("-inf")}:
        raise ValueError("a number is too large")
    return number


def _shallow(value: Any, levels: int) -> None:
    inside = cast("Any", value.values() if isinstance(value, dict) else value if isinstance(value, list) else None)
    if inside is None:
        return
    if levels == 0:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    for inner in inside:
        _shallow(inner, levels - 1)
