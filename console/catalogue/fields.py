"""The fields of an event, each a row: what it is, whether it must be there, what it may hold, who is told."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from console.catalogue.spoken import Spoken
from console.generate.schemas import Schema
from contracts.entitlement import OnlyFor
from contracts.event import Event
from contracts.personal import marks_of, models_in
from contracts.schemas import model_schema
from contracts.shape import core, inner
from contracts.text import Model, PersonalMark
from contracts.words import AgencyKind

KNOWN_FORMS = ("date-time", "date")


class Row(NamedTuple):
    """A field.

    Attributes:
        path: From the root of the data; ``[]`` stands behind a list.
        model: In which model it stands.
        name: Its name there.
        schema: Its JSON Schema, references resolved.
        required: Whether it must be there.
        meaning: What the contracts say of it, in English; empty where its label says it.
        personal: Whether it is personal data.
        only_for: The kinds that are told; None: all that hear the event.
        enum: Where it holds one of a list of codes.
        default: What it is when it is left out, where that is a simple value.
    """

    path: str
    model: type[Model]
    name: str
    schema: Schema
    required: bool
    meaning: str
    personal: bool
    only_for: frozenset[AgencyKind] | None
    enum: type[StrEnum] | None
    default: str | None


def rows(model: type[Model]) -> list[Row]:
    """Every field of a model, and those of the models within it, in order."""
    whole = model_schema(model)
    return list(_rows(model, whole, whole.get("$defs", {}), "", personal=False))


def left_out_kinds(event: type[Event], row: Row) -> list[AgencyKind]:
    """Who hears the event, and not this field."""
    return [
        kind for kind in AgencyKind if kind in event.rule.recipients and row.only_for is not None and kind not in row.only_for
    ]


def type_words(row: Row, spoken: Spoken) -> str:
    """What a field holds, in words."""
    return _type(row.schema, row, spoken)


def codes(row: Row) -> list[str]:
    """The values that a field may have, where they are listed."""
    schema = row.schema.get("items", row.schema)
    return [str(value) for value in schema.get("enum", ())]


def _rows(model: type[Model], schema: Schema, definitions: Schema, above: str, *, personal: bool) -> Iterator[Row]:
    for name, info in model.model_fields.items():
        node = _resolved(schema["properties"][name], definitions)
        if "items" in node:
            node = {**node, "items": _resolved(node["items"], definitions)}
        marks = marks_of(info)
        ours = personal or any(isinstance(mark, PersonalMark) for mark in marks)
        told = next((mark.kinds for mark in marks if isinstance(mark, OnlyFor)), None)
        kind = core(inner(info.annotation) or info.annotation)
        enum = kind if isinstance(kind, type) and issubclass(kind, StrEnum) else None
        simple = info.default if isinstance(info.default, str | int | bool) else None
        default = (
            None if info.is_required() or simple is None else str(simple).lower() if isinstance(simple, bool) else str(simple)
        )
        path = f"{above}{name}{'[]' if 'items' in node else ''}"
        yield Row(path, model, name, node, info.is_required(), info.description or "", ours, told, enum, default)
        for within in models_in(info.annotation):
            yield from _rows(within, _object(node), definitions, f"{path}.", personal=ours)


def _resolved(node: Schema, definitions: Schema) -> Schema:
    """A node without references at its top, and without null beside it."""
    if "anyOf" in node:
        options: list[Schema] = [option for option in node["anyOf"] if option.get("type") != "null"]
        node = {**node, **options[0]} if len(options) == 1 else node
    if "$ref" in node:
        node = {
            **_resolved(definitions[node["$ref"].rpartition("/")[2]], definitions),
            "description": node.get("description", ""),
        }
    return node


def _object(node: Schema) -> Schema:
    return node.get("items", node)


def _type(schema: Schema, row: Row, spoken: Spoken) -> str:
    if "items" in schema:
        inside = spoken.page("type.list", of=_type(schema["items"], row, spoken))
        return ", ".join([inside, *_limits(schema, spoken, (("minItems", "type.least"), ("maxItems", "type.most")))])
    if "const" in schema:
        return spoken.page("type.const", value=schema["const"])
    if "enum" in schema:
        return spoken.page("type.code")
    name = str(schema["format"] if schema.get("format") in KNOWN_FORMS else schema.get("type", "object"))
    words = spoken.page(f"type.{name.replace('-', '_')}")
    if name == "string" and "pattern" in schema:
        return f"{words}, {spoken.page('type.form')} `{schema['pattern']}`"
    between = (("minimum", "type.from"), ("maximum", "type.to")) if name == "integer" else (("maxLength", "type.long"),)
    return ", ".join([words, *_limits(schema, spoken, between)])


def _limits(schema: Schema, spoken: Spoken, keys: tuple[tuple[str, str], ...]) -> list[str]:
    return [spoken.page(words, limit=schema[key]) for key, words in keys if key in schema]
