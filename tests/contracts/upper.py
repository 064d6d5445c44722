"""Events with every field at its upper bound, made out of their schemas."""

from collections.abc import Callable
from typing import Any

from contracts.event import Event
from contracts.schemas import data_schema

Schema = dict[str, Any]

WIDE = "\U00020000"
"""A letter that takes four bytes: a text of these is the longest that its bound allows."""

BY_PATTERN = {
    r"^[a-z][a-z0-9-]{1,39}$": "z" * 40,
    r"^GM[0-9]{4}$": "GM0995",
    r"^[0-9a-f][0-9a-f-]{7,63}$": "f" * 64,
}


def at_upper_bound(event: type[Event]) -> dict[str, Any]:
    """Its data; every field is there, and none can be longer or greater."""
    schema = data_schema(event)
    return _of(schema, schema)


def _of(schema: Schema, root: Schema) -> Any:
    if "$ref" in schema:
        return _of(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema:
        return _of(next(option for option in schema["anyOf"] if option.get("type") != "null"), root)
    if "enum" in schema or "const" in schema:
        return max(schema.get("enum") or [schema["const"]], key=len)
    return _TYPES[schema["type"]](schema, root)


def _text(schema: Schema, _: Schema) -> str:
    if "format" in schema:
        return str(schema["formatMaximum"])
    if "pattern" in schema:
        pattern = schema["pattern"]
        assert pattern in BY_PATTERN, f"add the longest text of the form {pattern} to BY_PATTERN in tests/contracts/upper.py"
        return BY_PATTERN[pattern]
    return WIDE * schema["maxLength"]


_TYPES: dict[str, Callable[[Schema, Schema], Any]] = {
    "object": lambda schema, root: {name: _of(field, root) for name, field in schema.get("properties", {}).items()},
    "array": lambda schema, root: [_of(schema["items"], root)] * schema["maxItems"],
    "string": _text,
    "integer": lambda schema, _: schema["maximum"],
    "boolean": lambda _schema, _root: True,
}
