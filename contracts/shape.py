"""What the type of a field is, without the marks on it: how a page or a prompt asks for it follows from that."""

from collections.abc import Sequence
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from contracts.text import Model


def core(annotation: Any) -> Any:
    """A type without the marks on it, and without None beside it."""
    if get_origin(annotation) is Annotated:
        return core(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        others = [one for one in get_args(annotation) if one is not NoneType]
        return core(others[0]) if len(others) == 1 else annotation
    return annotation


def may_be_none(annotation: Any) -> bool:
    """Whether a value may be absent."""
    if get_origin(annotation) is Annotated:
        return may_be_none(get_args(annotation)[0])
    return get_origin(annotation) in {Union, UnionType} and NoneType in get_args(annotation)


def inner(annotation: Any) -> Any:
    """The type of the entries, where a type is a list; else None."""
    kind = core(annotation)
    return get_args(kind)[0] if get_origin(kind) in {tuple, list} else None


def model_of(annotation: Any) -> type[Model] | None:
    """The model that a type is, if it is one."""
    kind = core(annotation)
    return kind if isinstance(kind, type) and issubclass(kind, Model) else None


def codes_of(annotation: Any) -> Sequence[str]:
    """The values of a type that has only a few."""
    kind = core(annotation)
    return [str(code.value) for code in kind] if isinstance(kind, type) and issubclass(kind, StrEnum) else []
