"""Fields that nobody would read: whoever sends is told, at every depth, and what was probably meant."""

from collections.abc import Iterator
from typing import Any, cast

from console.faults import near
from contracts.personal import models_in
from contracts.text import Model


def unknown_fields(model: type[Model], given: Any, place: str = "") -> list[str]:
    """What a recipient would ignore in silence, each in words.

    Args:
        model: What is expected.
        given: What was written, out of JSON; where it is not an object, checking its form says so.
        place: Where it stands.
    """
    return list(_unknown(model, cast("dict[str, Any]", given), place)) if isinstance(given, dict) else []


def _unknown(model: type[Model], given: dict[str, Any], place: str) -> Iterator[str]:
    for name, value in given.items():
        field = model.model_fields.get(name)
        if field is None:
            yield _said(f"{place}{name}", near(name, model.model_fields), ", ".join(model.model_fields) or "none")
            continue
        inner = models_in(field.annotation)
        if inner:
            for where, part in _parts(f"{place}{name}", value):
                yield from min((list(_unknown(one, part, f"{where}.")) for one in inner), key=len)


def _said(where: str, meant: str | None, known: str) -> str:
    if meant:
        return f"{where} is not a field here: did you mean {meant}? (known here: {known})"
    return f"{where} is not a field here; known here: {known}"


def _parts(place: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects in a value that is one, or a row of them."""
    if isinstance(value, dict):
        yield place, cast("dict[str, Any]", value)
    elif isinstance(value, list):
        for number, part in enumerate(cast("list[Any]", value)):
            yield from _parts(f"{place}.{number}", part)
