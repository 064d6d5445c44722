"""An example of a model, made out of its schema: whatever a field must be, with invented content and nobody in it."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError

from contracts.text import Model

Schema = dict[str, Any]
M = TypeVar("M", bound=Model)

BY_PATTERN = {
    r"^[a-z][a-z0-9-]{1,39}$": "coordinator-zwolle",
    r"^GM[0-9]{4}$": "GM0995",
    r"^[0-9a-f][0-9a-f-]{7,63}$": "5eed5eed",
}
MOMENTS = {"date": "2026-03-02", "date-time": "2026-03-02T11:00:00Z"}


def example(model: type[M], *, whole: bool = False) -> M:
    """With what must be said; ``whole``: with all that may be said.

    Raises:
        AssertionError: No example follows from the schema; the message says what to do.
    """
    schema = model.model_json_schema()
    try:
        return model.model_validate(_object(schema, schema, whole))
    except (ValidationError, KeyError) as error:
        remedy = f"write one by hand, in tests/workflows/samples.py: {model.__name__}(...)"
        raise AssertionError(f"no example of {model.__name__} follows from its fields ({error}): {remedy}") from error


def _value(schema: Schema, root: Schema, whole: bool) -> Any:
    if "$ref" in schema:
        return _value(root["$defs"][schema["$ref"].rpartition("/")[2]], root, whole)
    if "anyOf" in schema:
        return _value(next(option for option in schema["anyOf"] if option.get("type") != "null"), root, whole)
    if "enum" in schema or "const" in schema:
        return (schema.get("enum") or [schema["const"]])[0]
    return _TYPES[schema["type"]](schema, root, whole)


def _object(schema: Schema, root: Schema, whole: bool) -> Any:
    names = schema.get("properties", {}) if whole else schema.get("required", ())
    return {name: _value(schema["properties"][name], root, whole) for name in names}


def _text(schema: Schema, _: Schema, __: bool) -> str:
    if "format" in schema:
        return MOMENTS[schema["format"]]
    return BY_PATTERN[schema["pattern"]] if "pattern" in schema else "an example"


_TYPES: dict[str, Callable[[Schema, Schema, bool], Any]] = {
    "object": _object,
    "array": lambda schema, root, whole: [_value(schema["items"], root, whole)] if whole or schema.get("minItems") else [],
    "string": _text,
    "integer": lambda schema, _root, _whole: max(schema.get("minimum", 1), 1),
    "boolean": lambda _schema, _root, whole: whole,
}
