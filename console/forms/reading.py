"""What was posted, as the content of a decision. Nothing is trusted: names, number, size and depth are bounded."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from console.forms.leaf import DEEPEST, Kind, Leaf, leaves
from console.forms.writing import pairs_of
from contracts.text import Model

MOST_PAIRS = 200
LONGEST_NAME = 100
LONGEST_VALUE = 20_000
"""Characters; longer than any text of a command, so that what is too long can be shown and shortened."""

LARGEST = 300_000
"""Bytes of a body: two texts as long as they may be, of letters that take twelve bytes each as forms are sent."""

Pairs = Sequence[tuple[str, str]]
TYPED_TWICE = "this was answered twice: send the form again"


class Unreadable(ValueError):  # noqa: N818 - named as what is the case
    """What was posted is not what the form asks.

    Attributes:
        path: Of the field, where it is about one.
    """

    def __init__(self, words: str, path: str = "") -> None:
        super().__init__(words)
        self.path = path


class Fault(NamedTuple):
    """What is wrong with an answer, and where; an empty path: with all of them together."""

    path: str
    details: Mapping[str, Any]


def posted(body: bytes, most: int = MOST_PAIRS) -> list[tuple[str, str]]:
    """The pairs of a form as a browser sends them.

    Args:
        body: What was sent.
        most: How many pairs it may have.

    Raises:
        Unreadable: It is no form, or larger than any of ours.
    """
    if len(body) > LARGEST:
        raise Unreadable("this is more than the form can hold: write less")
    try:
        return parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), errors="strict", max_num_fields=most
        )
    except ValueError:  # no UTF-8, no pairs, or too many of them
        raise Unreadable("this is no form of ours: open the page again") from None


def read(pairs: Pairs, model: type[BaseModel]) -> dict[str, Any]:
    """What was posted, as ``model_validate`` takes it; what cannot be stays as it was typed, and validation says so.

    Raises:
        Unreadable: It is not what the form asks.
    """
    assert issubclass(model, Model)
    if len(pairs) > MOST_PAIRS:
        raise Unreadable("these are more answers than the form has: open the page again")
    given: dict[str, str] = {}
    names = _Names(model)
    for name, value in pairs:
        _bounded(name, value, names)
        if name in given:
            raise Unreadable(TYPED_TWICE, name)
        given[name] = value
    return _read(model, given, "")


def faults(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """What is wrong with a content, each at the field that a person can change, or at none."""
    assert issubclass(model, Model)
    names = _Names(model)
    found = error.errors(include_url=False, include_input=False)
    return [Fault(names.nearest([str(part) for part in fault["loc"]]), dict(fault)) for fault in found]


class _Names:
    """Which names a form has."""

    def __init__(self, model: type[Model]) -> None:
        self._leaves = dict(_named(model, "", DEEPEST))

    def has(self, name: str) -> bool:
        leaf = self._leaves.get(name)
        if leaf:
            return leaf.kind is not Kind.SEVERAL and (leaf.kind is not Kind.GROUP or leaf.is_chosen)
        return self._is_entry(name)

    def nearest(self, place: list[str]) -> str:
        """The field itself, the entry of a list, or what it stands in."""
        while place and not (".".join(place) in self._leaves or self._is_entry(".".join(place))):
            place = place[:-1]
        return ".".join(place)

    def _is_entry(self, name: str) -> bool:
        whole, _, number = name.rpartition(".")
        leaf = self._leaves.get(whole)
        return bool(leaf and leaf.kind is Kind.SEVERAL and re.fullmatch("0|[1-9][0-9]?", number) and int(number) < leaf.most)


def _named(model: type[Model], before: str, deeper: int) -> Iterator[tuple[str, Leaf]]:
    for leaf in leaves(model):
        yield f"{before}{leaf.name}", leaf
        if leaf.within and deeper > 1:
            yield from _named(leaf.within, f"{before}{leaf.name}.", deeper - 1)


def _bounded(name: str, value: str, names: _Names) -> None:
    if len(name) > LONGEST_NAME or not names.has(name):
        raise Unreadable("there is an answer to something that was not asked: open the page again")
    if len(value) > LONGEST_VALUE:
        raise Unreadable(f"this is far too long: at most {LONGEST_VALUE} characters are looked at", name)


def _read(model: type[Model], given: Mapping[str, str], before: str) -> dict[str, Any]:
    read = ((leaf.name, _value(leaf, given, f"{before}{leaf.name}")) for leaf in leaves(model))
    return {name: value for name, value in read if value is not _NOTHING}


_NOTHING: Any = object()
"""Of a field that was not answered: its default holds, or it is missing."""


def _value(leaf: Leaf, given: Mapping[str, str], path: str) -> Any:
    if leaf.within:
        return _part(leaf, leaf.within, given, path)
    if leaf.kind is Kind.SEVERAL:
        numbered = (given.get(f"{path}.{place}", "") for place in range(leaf.most))
        entries = [_one(leaf.entry, text) for text in numbered if text.strip()]
        return entries if entries or not leaf.required else _NOTHING
    if leaf.kind is Kind.CHECK:
        return _one(leaf, given.get(path, "no"))
    text = given.get(path, "")
    if text == "":
        return None if leaf.may_be_none else _NOTHING
    return _one(leaf, text)


def _part(leaf: Leaf, within: type[Model], given: Mapping[str, str], path: str) -> Any:
    read = _read(within, given, f"{path}.")
    if leaf.is_chosen and given.get(path) != "yes":
        if pairs_of(read, within) != pairs_of({}, within):
            raise Unreadable("you wrote something here, and said that it is left out: choose one of the two", path)
        return None
    return read


def _one(leaf: Leaf, text: str) -> Any:
    if leaf.of is bool:
        return {"yes": True, "no": False}.get(text, text)
    if leaf.of is str and leaf.kind in {Kind.LINE, Kind.AREA} and "pattern" not in leaf.bounds:
        return text
    written = text.strip()
    if leaf.kind is Kind.NUMBER and written.isascii() and written.isdecimal() and len(written) < LONGEST_NAME:
        return int(written)
    return written
