"""Values that only a clock, or another decision, says. They stay readable wherever they stand; no person chooses one."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic.fields import FieldInfo

from contracts.personal import marks_of
from contracts.text import Model

FOLLOWS = "this follows from a clock or another decision, and nobody chooses it: choose another answer"


class NotByHand:
    """Marks the field of a command: these of its values are not chosen by a person."""

    def __init__(self, *values: StrEnum) -> None:
        self.values = frozenset(values)


class NotAskedNow:
    """Marks the field of a command in whose place another one stands: decisions of before hold it, and no form asks it."""


def is_asked(field: FieldInfo) -> bool:
    """Whether a form asks for a field."""
    return not any(isinstance(mark, NotAskedNow) for mark in marks_of(field))


class Unchoosable(NamedTuple):
    """What no person may decide, whatever the file says.

    Attributes:
        path: Of the field: ``need.adults``.
        words: Why, for whoever decides.
    """

    path: str
    words: str


def not_by_hand(marks: Iterable[Any]) -> frozenset[str]:
    """The values that the marks of a field keep from people."""
    return frozenset(str(value) for mark in marks if isinstance(mark, NotByHand) for value in mark.values)


def kept_from_people(order: Model) -> Unchoosable | None:
    """The first field of a command with such a value."""
    fields = type(order).model_fields.items()
    wrong = (name for name, field in fields if str(getattr(order, name)) in not_by_hand(marks_of(field)))
    return next((Unchoosable(name, FOLLOWS) for name in wrong), None)
