"""Which fields are personal data."""

from functools import cache
from typing import Any, get_args

from pydantic.fields import FieldInfo

from contracts.text import Model, PersonalMark


@cache
def personal_fields(model: type[Model]) -> tuple[str, ...]:
    """Paths of the fields of a model that are marked personal, also in the models inside it."""
    return tuple(_personal(model))


def _personal(model: type[Model], path: str = "") -> list[str]:
    found: list[str] = []
    for name, field in model.model_fields.items():
        here = f"{path}{name}"
        if any(isinstance(mark, PersonalMark) for mark in marks_of(field)):
            found.append(here)
        for inner in models_in(field.annotation):
            found.extend(_personal(inner, f"{here}."))
    return found


def marks_of(field: FieldInfo) -> list[Any]:
    """Everything with which a field is annotated, also behind a further type."""
    marks: list[Any] = list(field.metadata)
    for argument in get_args(field.annotation):
        marks.extend(getattr(argument, "__metadata__", ()))
    return marks


def models_in(annotation: Any) -> list[type[Model]]:
    """The models that a field may hold."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return [annotation]
    return [model for argument in get_args(annotation) for model in models_in(argument)]
