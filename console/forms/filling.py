"""A form with what was typed in it, also where that cannot be chosen any more."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from console.forms.fields import Field, Option
from console.forms.leaf import MANY, Kind

PLACE = re.compile("[0-9]{1,2}")
"""The number of an entry in a list; what was posted may hold anything."""


def filled(fields: Sequence[Field], pairs: Sequence[tuple[str, str]], faults: Mapping[str, str] | None = None) -> list[Field]:
    """The same fields with what was typed, and what is wrong with it."""
    given = dict(pairs)
    return [_filled(field, given, faults or {}) for field in fields]


def _ticked(field: Field, given: Mapping[str, str], here: Sequence[str]) -> tuple[Field, ...]:
    """The boxes as they were ticked; also of what cannot be chosen any more, with its number as its label."""
    ticked = {given[name] for name in here}
    boxes = tuple(replace(box, value=box.value if box.value in ticked else "") for box in field.fields)
    known, names = {box.options[0].value for box in boxes}, {box.path for box in boxes}
    lost = sorted({given[name]: name for name in here if given[name] not in known}.items())
    free = (path for path in (f"{field.path}.{place}" for place in range(MANY)) if path not in names)
    gone = (
        Field(path, Kind.CHECK, value, value=value, options=(Option(value, value),))
        for (value, _), path in zip(lost, free, strict=False)
    )
    return (*boxes, *gone)


def _filled(field: Field, given: Mapping[str, str], faults: Mapping[str, str]) -> Field:
    here = [name for name in given if name.startswith(f"{field.path}.")]
    fields = field.fields
    if field.kind is Kind.SEVERAL and fields:
        numbers = (name.rpartition(".")[2] for name in here)
        number = max([len(fields), *(int(number) + 1 for number in numbers if PLACE.fullmatch(number))])
        fields = (*fields, *(_further(fields[0], field, place) for place in range(len(fields), number)))
    if field.kind is Kind.BOXES:
        return replace(field, fields=_ticked(field, given, here), fault=faults.get(field.path, ""))
    value = given.get(field.path, "")
    return replace(
        field,
        value=value,
        options=_with(field, value),
        fields=tuple(_filled(part, given, faults) for part in fields),
        fault=faults.get(field.path, ""),
    )


def _further(first: Field, whole: Field, place: int) -> Field:
    """One more entry than is shown at first: the label of the first ends with its number."""
    return replace(first, path=f"{whole.path}.{place}", label=f"{first.label.removesuffix('1')}{place + 1}")


def _with(field: Field, value: str) -> tuple[Option, ...]:
    """What was chosen stays to be seen, also where it cannot be chosen any more."""
    there = not value or not field.options or value in {option.value for option in field.options}
    return field.options if there else (*field.options, Option(value, value))
