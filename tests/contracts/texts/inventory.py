"""What must have words, found in the code."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, get_args

from pydantic import BaseModel

from activities.disclosing import Kept
from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS
from contracts.event import File
from contracts.hours import OpeningHours
from contracts.texts.reading import ANY, Texts, code_name
from contracts.words import AgencyKind
from tests.workflows.tables_found import TABLES
from workflows.engine.table import CLOSED, OPENING, VOID

SHARED = {OPENING, VOID, CLOSED}
"""States of every file: their words stand once, under ``any``."""


def inside(annotation: Any) -> Iterator[type]:
    """The classes that an annotation holds, however deep."""
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for one in get_args(annotation):
        yield from inside(one)


def reached(models: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    """These models and all that stand within them."""
    found: dict[type[BaseModel], None] = {}
    waiting = list(models)
    while waiting:
        model = waiting.pop(0)
        if model in found or model is OpeningHours:  # which is written as a text
            continue
        found[model] = None
        fields = (field.annotation for field in model.model_fields.values())
        waiting += [one for field in fields for one in inside(field) if issubclass(one, BaseModel)]
    return list(found)


MODELS = reached([*COMMANDS.values(), *CATALOGUE.values(), Kept])
"""Whatever a person fills in or reads as content."""

NESTED = [model for model in MODELS if model not in {*COMMANDS.values(), *CATALOGUE.values()}]

_IN_FIELDS = [
    one
    for model in MODELS
    for field in model.model_fields.values()
    for one in inside(field.annotation)
    if issubclass(one, StrEnum)
]
ENUMS: list[type[StrEnum]] = list(dict.fromkeys([*_IN_FIELDS, File, AgencyKind]))
"""Whatever code may stand in a field, and the kinds of files and agencies."""


def wanted() -> set[str]:
    """Each row that must stand in the files of a language, as a developer writes it."""
    states = {
        f"[states.{ANY if name in SHARED else table.name}.{name}]"
        for table in TABLES.values()
        for name in {*table.states, *table.ends}
    }
    return {
        *states,
        *(f"[titles] {name}" for name in TABLES),
        *(f"[commands.{name}]" for name in COMMANDS),
        *(f"[events.{code_name(event.__name__)}]" for event in CATALOGUE.values()),
        *(f"[models] {model.__name__}" for model in NESTED),
        *(f"[values.{enum.__name__}] {member.value}" for enum in ENUMS for member in enum),
    }


def written(texts: Texts) -> set[str]:
    """Each row that stands there, by the same names."""
    names = {code_name(one.__name__): one.__name__ for one in (*MODELS, *ENUMS)}
    tables = {code_name(name): name for name in TABLES}
    return {
        *(f"[states.{tables.get(table, table)}.{name}]" for table, rows in texts.states.items() for name in rows),
        *(f"[titles] {tables.get(name, name)}" for name in texts.titles),
        *(f"[commands.{name}]" for name in texts.commands),
        *(f"[events.{name}]" for name in texts.events),
        *(f"[models] {names.get(name, name)}" for name in texts.models),
        *(f"[values.{names.get(enum, enum)}] {value}" for enum, rows in texts.values.items() for value in rows),
    }


def wanted_fields() -> set[tuple[str, str]]:
    """Each field of each model."""
    return {(model.__name__, name) for model in MODELS for name in model.model_fields}
