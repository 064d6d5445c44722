"""Files with a mark in every personal field, made out of their models: a field that is added later bears one by itself."""

from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from contracts.agencies import Party
from contracts.personal import marks_of
from contracts.reference import new_reference
from contracts.text import PersonalMark
from tests.examples import BY_PATTERN
from tests.workflows.stage import party
from workflows.engine.process import Process
from workflows.engine.record import Progress, Record

NOW = datetime(2026, 3, 2, 11, tzinfo=UTC)


class Planted:
    """A file of a kind, and the marks in it by their paths."""

    def __init__(self, process: type[Process[Any]], slug: str) -> None:
        self.marks: dict[str, str] = {}
        self._numbers = count(1)
        start = Progress(phase=process.table.start, since=NOW, due=NOW)
        given: dict[str, Any] = {"reference": new_reference(), "me": party(slug), "system": process.system, "progress": start}
        own = {name: field for name, field in process.file_type.model_fields.items() if name not in Record.model_fields}
        filled = {name: self._value(field.annotation, name, _is_personal(field)) for name, field in own.items() if _asks(field)}
        self.file = process.file_type.model_validate(given | filled)

    def _value(self, annotation: Any, path: str, personal: bool) -> Any:
        if annotation is Party:
            return party("coordinator-zwolle")
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            fields = annotation.model_fields
            wanted = {name: field for name, field in fields.items() if field.is_required() or _asks(field)}
            return {name: self._field(field, f"{path}.{name}", personal) for name, field in wanted.items()}
        if get_origin(annotation) in {list, tuple}:
            return [self._value(get_args(annotation)[0], path, personal)]
        if get_origin(annotation) is dict:
            return {"1": self._value(get_args(annotation)[1], path, personal)}
        if get_origin(annotation) is Literal:
            return get_args(annotation)[0]
        if get_args(annotation):
            one: Any = next(one for one in get_args(annotation) if one is not type(None))
            return self._value(one, path, personal)
        return self._planted(annotation, path) if personal else _usual(annotation)

    def _field(self, field: Any, path: str, personal: bool) -> Any:
        marks = (*field.metadata, *marks_of(field), *_marks_within(field.annotation))
        pattern = next((mark.pattern for mark in marks if getattr(mark, "pattern", None)), None)
        return BY_PATTERN[pattern] if pattern else self._value(field.annotation, path, personal or _is_personal(field))

    def _planted(self, leaf: Any, path: str) -> Any:
        number = next(self._numbers)
        value: Any = {str: f"mark number {number}.", int: 1900 + number}.get(leaf, _usual(leaf))
        self.marks[path] = f"{path.rpartition('.')[2]}: true" if leaf is bool else str(value)
        return value


def _usual(leaf: Any) -> Any:
    if issubclass(leaf, StrEnum):
        return next(iter(leaf))
    return {str: "usual", int: 1, bool: True}.get(leaf, NOW)


def _marks_within(annotation: Any) -> list[Any]:
    """Marks of what a field may hold besides nothing: they stand inside of the union."""
    marks = [mark for one in get_args(annotation) for mark in getattr(one, "__metadata__", ())]
    return [one for mark in marks for one in (mark, *getattr(mark, "metadata", ()))]


def _is_personal(field: Any) -> bool:
    return any(isinstance(mark, PersonalMark) for mark in marks_of(field))


def _asks(field: Any) -> bool:
    """Whether there is something personal in it, or an agency."""
    return _is_personal(field) or any(
        model is Party or any(map(_asks, model.model_fields.values())) for model in _models(field.annotation)
    )


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]


def texts_of(model: type[BaseModel], path: str = "") -> list[str]:
    """Paths of texts without a form and without a mark, in models of a file that are none of the contracts."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        if model in Record.__mro__ or name in Record.model_fields or _is_personal(field):
            continue
        here = f"{path}{name}"
        found += [here] if str in _leaves(field.annotation) and not any(hasattr(one, "pattern") for one in field.metadata) else []
        for inner in _models(field.annotation):
            found += texts_of(inner, f"{here}.") if inner.__module__.startswith("workflows.") else []
    return found


def _leaves(annotation: Any) -> list[Any]:
    return [leaf for one in get_args(annotation) for leaf in _leaves(one)] if get_args(annotation) else [annotation]
