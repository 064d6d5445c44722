"""What a file holds inside, in words: labels instead of names, and what codes mean."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple, cast

from console.forms.fields import Field
from console.forms.leaf import Kind
from console.web.moments import Clock
from console.web.ports import Words
from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS
from contracts.personal import models_in
from contracts.shape import codes_of, core, inner
from contracts.text import Model


@dataclass(frozen=True)
class Item:
    """A label, and what stands behind it: a text, several, or labels again."""

    label: str
    value: str = ""
    values: tuple[str, ...] = ()
    items: tuple["Item", ...] = ()


class Saying(NamedTuple):
    """What values are called.

    Attributes:
        words: In the language of the person.
        name: What people call a value of a field that is a place or an agency.
        clock: For moments and days.
    """

    words: Words
    name: Callable[[str, str], str]
    clock: Clock


WRITTEN: Mapping[Kind, type] = {Kind.MOMENT: datetime, Kind.DAY: date}
"""Fields of which a person types what others read otherwise."""


def told(what: str, data: Mapping[str, Any], saying: Saying) -> tuple[Item, ...]:
    """A piece of content; what no model knows is shown by its name."""
    return tuple(_items(_models().get(what), data, saying))


def answers(fields: Sequence[Field], words: Words, clock: Clock) -> tuple[Item, ...]:
    """What was answered in a form."""
    return tuple(_answer(field, words, clock) for field in fields)


def _answer(field: Field, words: Words, clock: Clock) -> Item:
    if field.kind is Kind.GROUP:
        if field.options and field.value != "yes":
            return Item(field.label, _chosen(field))
        return Item(field.label, items=answers(field.fields, words, clock))
    if field.kind is Kind.BOXES:
        return Item(field.label, values=tuple(_ticked(box, words) for box in field.fields if box.value))
    if field.kind is Kind.SEVERAL:
        values = tuple(_chosen(entry) for entry in field.fields if entry.value)
        return Item(field.label, values=values or (words.page("form.nothing" if field.required else "form.all"),))
    if field.kind is Kind.CHECK:
        return Item(field.label, words.page("form.yes" if field.value == "yes" else "form.no"))
    moment = clock.read(field.value, WRITTEN[field.kind]) if field.kind in WRITTEN else ""
    return Item(field.label, moment or _chosen(field) or words.page("form.nothing"))


def _ticked(box: Field, words: Words) -> str:
    """What was ticked; of what cannot be chosen any more there is a number only."""
    return words.page("form.not_open", number=box.value) if box.label == box.value else box.label


def _chosen(field: Field) -> str:
    return next((option.label for option in field.options if option.value == field.value), field.value)


def _items(model: type[Model] | None, data: Mapping[str, Any], saying: Saying) -> Iterator[Item]:
    for name, value in data.items():
        field = model.model_fields.get(name) if model else None
        label = saying.words.field(model.__name__, name) if model and field else name.replace("_", " ")
        yield _item(label, Place(name, field.annotation if field else None), value, saying)


class Place(NamedTuple):
    """Where a value stands: the name of its field, and its type where that is known."""

    name: str
    annotation: Any


def _item(label: str, place: Place, value: Any, saying: Saying) -> Item:
    if isinstance(value, Mapping) and value:
        model = next(iter(models_in(place.annotation)), None)
        return Item(label, items=tuple(_items(model, cast("Mapping[str, Any]", value), saying)))
    if isinstance(value, (list, tuple)):
        entries, each = cast("Sequence[Any]", value), place._replace(annotation=inner(place.annotation))
        if any(isinstance(entry, Mapping) for entry in entries):
            return Item(label, items=tuple(_item(str(number), each, one, saying) for number, one in enumerate(entries, 1)))
        return Item(label, values=tuple(_said(entry, each, saying) for entry in entries))
    return Item(label, _said(value, place, saying))


def _said(value: Any, place: Place, saying: Saying) -> str:
    if isinstance(value, bool):
        return saying.words.page("form.yes" if value else "form.no")
    if value is None or value in ("", {}):
        return saying.words.page("form.nothing")
    if str(value) in codes_of(place.annotation):
        said = saying.words.value(core(place.annotation).__name__, str(value))
        return said[:1].upper() + said[1:]
    return saying.clock.read(str(value), core(place.annotation)) or saying.name(place.name, str(value))


@cache
def _models() -> dict[str, type[Model]]:
    """Commands, events and what is in them, by their names with underscores."""
    found: dict[str, type[Model]] = {}
    waiting: list[type[Model]] = [*COMMANDS.values(), *CATALOGUE.values()]
    while waiting:
        model = waiting.pop()
        if _snake(model.__name__) not in found:
            found[_snake(model.__name__)] = model
            waiting += [one for field in model.model_fields.values() for one in models_in(field.annotation)]
    return found


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
