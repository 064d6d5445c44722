"""What a form knows of one field of a model: how it is asked for, and its bounds."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from pydantic.fields import FieldInfo

from contracts.by_hand import is_asked, not_by_hand
from contracts.commands import Order
from contracts.personal import marks_of
from contracts.shape import codes_of, core, inner, may_be_none, model_of
from contracts.text import Model

DEEPEST = 3
"""Models within models; nobody fills in a form with more."""

MANY = 100
"""Entries of a list at most."""

FEW = 5
"""Values that are shown all at once; more are a list to open."""

LONG = 200
"""Characters; what may be longer has room for lines."""


class Kind(StrEnum):
    """How a field is asked for."""

    RADIOS = "radios"
    SELECT = "select"
    CHECK = "check"
    LINE = "line"
    AREA = "area"
    ORDER = "order"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    GROUP = "group"
    SEVERAL = "several"
    BOXES = "boxes"


class Leaf(NamedTuple):
    """A field of a model.

    Attributes:
        model: The name of the class that has it.
        name: Its name there.
        kind: How it is asked for.
        of: Its type, without marks.
        required: It has no default.
        may_be_none: It may be not known.
        default: None where there is none.
        bounds: ``pattern``, ``max_length``, ``ge``, ``le`` and the like, as far as there are.
        barred: Those of its values that no person chooses.
    """

    model: str
    name: str
    kind: Kind
    of: Any
    required: bool
    may_be_none: bool
    default: Any
    bounds: Mapping[str, Any]
    barred: frozenset[str] = frozenset()

    @property
    def codes(self) -> Sequence[str]:
        """The values to choose from, where there are only a few."""
        return [code for code in codes_of(self.of) if code not in self.barred]

    @property
    def within(self) -> type[Model] | None:
        """The model that it holds."""
        return model_of(self.of)

    @property
    def is_chosen(self) -> bool:
        """Whether a person must first say that this part is filled in at all."""
        return self.kind is Kind.GROUP and self.may_be_none

    @property
    def most(self) -> int:
        """How many entries it has at most."""
        return min(int(self.bounds.get("max_length", MANY)), MANY)

    @property
    def entry(self) -> "Leaf":
        """What each entry of a list is."""
        kind = inner(self.of)
        return self._replace(
            kind=_kind(kind, {}, required=False), of=core(kind), required=False, default=None, bounds=_bounds(kind)
        )


def leaves(model: type[Model]) -> Iterator[Leaf]:
    """The fields of a model that are asked for, in its order."""
    for name, field in model.model_fields.items():
        if not is_asked(field):
            continue
        bounds, barred = {**_of_marks(marks_of(field))}, not_by_hand(marks_of(field))
        required = field.is_required()
        default = None if required else field.get_default(call_default_factory=True, validated_data={})
        yield Leaf(
            model.__name__,
            name,
            _kind(field.annotation, bounds, required=required, barred=barred),
            core(field.annotation),
            required,
            may_be_none(field.annotation),
            default,
            bounds,
            barred,
        )


def _kind(annotation: Any, bounds: Mapping[str, Any], *, required: bool, barred: frozenset[str] = frozenset()) -> Kind:
    kind, codes = core(annotation), codes_of(annotation)
    if model_of(annotation):
        return Kind.GROUP
    if inner(annotation) is not None:
        return Kind.SEVERAL
    if codes:
        return Kind.RADIOS if len(codes) - len(barred) + may_be_none(annotation) <= FEW else Kind.SELECT
    if kind is bool:
        return Kind.RADIOS if required or may_be_none(annotation) else Kind.CHECK
    found = {int: Kind.NUMBER, date: Kind.DAY, datetime: Kind.MOMENT}.get(kind)
    return found or _of_text(kind, bounds)


def _of_text(kind: Any, bounds: Mapping[str, Any]) -> Kind:
    if kind is not str:
        raise TypeError(f"no form asks for {kind}: add how, in console/forms/leaf.py")
    if bounds.get("pattern") == ORDER:
        return Kind.ORDER
    return Kind.AREA if int(bounds.get("max_length", 0)) > LONG else Kind.LINE


def _bounds(annotation: Any) -> Mapping[str, Any]:
    return _of_marks(get_args(annotation)[1:]) if get_origin(annotation) is Annotated else {}


def _of_marks(marks: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for mark in marks:
        if isinstance(mark, FieldInfo):
            found |= _of_marks(mark.metadata)
        named = {name: getattr(mark, name, None) for name in ("pattern", "min_length", "max_length", "ge", "le")}
        found |= {name: value for name, value in named.items() if value is not None}
    return found


ORDER = _bounds(Order)["pattern"]
"""By which a signed order is told from any other text."""
