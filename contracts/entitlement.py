"""Which fields of an event are for some kinds of recipients only; for all others they are left out before it is sealed."""

from functools import cache
from typing import Any, get_args, get_origin

from contracts.personal import marks_of, models_in
from contracts.text import Model
from contracts.words import AgencyKind


class OnlyFor:
    """Marks a field: who is of another kind is not told. It needs a default, which is what they hear instead.

    Args:
        kinds: Who is told.
    """

    def __init__(self, *kinds: AgencyKind) -> None:
        self.kinds = frozenset(kinds)


@cache
def left_out_for(model: type[Model], kind: AgencyKind) -> Any:
    """What ``model_dump`` must exclude for a recipient of this kind; nested as the model is, empty where nothing."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if any(isinstance(mark, OnlyFor) and kind not in mark.kinds for mark in marks_of(field)):
            found[name] = True
            continue
        within = _merged(left_out_for(inner, kind) for inner in models_in(field.annotation))
        if within:
            found[name] = {"__all__": within} if _is_several(field.annotation) else within
    return found


def paths_left_out(model: type[Model], kind: AgencyKind) -> tuple[str, ...]:
    """The same as paths of fields, in alphabetical order."""
    return tuple(sorted(_paths(left_out_for(model, kind))))


def _merged(parts: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for part in parts:
        whole |= part
    return whole


def _is_several(annotation: Any) -> bool:
    """Whether a field holds a row of models."""
    return get_origin(annotation) in {tuple, list} or any(_is_several(one) for one in get_args(annotation))


def _paths(excluded: Any, path: str = "") -> list[str]:
    if excluded is True:
        return [path]
    return [found for name, inner in excluded.items() for found in _paths(inner, _joined(path, name))]


def _joined(path: str, name: str) -> str:
    """A path does not say that there are several."""
    return path if name == "__all__" else f"{path}.{name}".removeprefix(".")
