"""Hypothesis strategies for what a generated schema allows: so the schemas are tested against the code that reads messages."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from contracts.strict_json import GREATEST

Schema = dict[str, Any]

LETTERS = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def values(schema: Schema, root: Schema) -> st.SearchStrategy[Any]:
    """What fits a schema."""
    if "$ref" in schema:
        return values(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema:
        return st.one_of([values(option, root) for option in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    return _OF_TYPE[schema["type"]](schema, root)


def _objects(schema: Schema, root: Schema) -> st.SearchStrategy[dict[str, Any]]:
    fields = {name: values(field, root) for name, field in schema.get("properties", {}).items()}
    required = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: field for name, field in fields.items() if name in required},
        optional={name: field for name, field in fields.items() if name not in required},
    )


def _texts(schema: Schema, _: Schema) -> st.SearchStrategy[str]:
    if schema.get("format") == "date-time":
        return st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 31), timezones=ZONES).map(datetime.isoformat)  # noqa: DTZ001
    if schema.get("format") == "date":
        return st.dates(date(2000, 1, 1), date(2100, 1, 1)).map(date.isoformat)
    if "pattern" in schema:
        pattern: str = schema["pattern"].removesuffix("$")
        return st.from_regex(rf"{pattern}\Z")
    return st.text(LETTERS, min_size=schema["minLength"], max_size=min(schema["maxLength"], 60))


def _arrays(schema: Schema, root: Schema) -> st.SearchStrategy[list[Any]]:
    return st.lists(values(schema["items"], root), min_size=schema.get("minItems", 0), max_size=min(schema.get("maxItems", 5), 5))


def _integers(schema: Schema, _: Schema) -> st.SearchStrategy[int]:
    return st.integers(schema.get("minimum", -GREATEST), schema.get("maximum", GREATEST))


_OF_TYPE: dict[str, Callable[[Schema, Schema], st.SearchStrategy[Any]]] = {
    "object": _objects,
    "array": _arrays,
    "string": _texts,
    "integer": _integers,
    "boolean": lambda _schema, _root: st.booleans(),
    "null": lambda _schema, _root: st.none(),
}

TIMES = st.datetimes(datetime(2020, 1, 2), datetime(2026, 3, 1), timezones=st.just(UTC) | ZONES)  # noqa: DTZ001
