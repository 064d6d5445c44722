"""What stands in the places of a sentence, in Dutch."""

from collections.abc import Callable, Mapping
from typing import Protocol

from contracts.catalogue import CATALOGUE
from contracts.texts.reading import Texts, code_name

GAPS = ("bericht nummer ", " tot en met ", ", en nog {} reeksen")
"""How numbers that are missing are named; in English the engine has named them."""


class Vocabulary(Protocol):
    """The words of the language."""

    def table(self, title: str) -> str:
        """The table of a track, by its title in English."""
        ...

    def phase(self, table: str, phase: str) -> str:
        """A state."""
        ...

    def command(self, name: str) -> str:
        """A decision."""
        ...

    def event(self, name: str) -> str:
        """An event."""
        ...

    def value(self, enum: str, value: str) -> str:
        """A member of an enum."""
        ...


class Within:
    """Translates what stands in a place, by the kind of the place."""

    def __init__(self, texts: Texts, words: Vocabulary) -> None:
        self._texts = texts
        self._words = words

    def members(self, enum: str) -> tuple[str, ...]:
        """The values of an enum; empty where there is no such enum."""
        return tuple(self._texts.values.get(code_name(enum), {}))

    def in_place(self, kind: str, value: str, others: Mapping[str, str]) -> str:
        """What stands in a place of a sentence."""
        places: dict[str, Callable[[], str]] = {
            "trigger": lambda: self._trigger(value),
            "triggers": lambda: _each(value, self._trigger),
            "grounds": lambda: _each(value, lambda one: self._words.value("Ground", one)),
            "phase": lambda: self._words.phase(self._words.table(others.get("title", "")), value),
            "event": lambda: self._event(value),
            "gaps": lambda: _gaps(value),
            "slugs": lambda: self._texts.said.get(value, value),
        }
        if kind in places:
            return places[kind]()
        return self._words.value(kind, value) if self.members(kind) else value

    def _trigger(self, name: str) -> str:
        return self._words.command(name) if code_name(name) in self._texts.commands else self._words.event(name)

    def _event(self, written: str) -> str:
        found = CATALOGUE.get(written)
        return self._words.event(found.__name__) if found else self._texts.said.get(written, written)


def _each(listed: str, say: Callable[[str], str]) -> str:
    return ", ".join(say(one) for one in listed.split(", "))


def _gaps(english: str) -> str:
    events, to, more = GAPS
    numbers, _, left = english.split(" number ", 1)[1].partition(", and ")
    rest = more.format(left.split(" ", 1)[0]) if left else ""
    return f"{events}{numbers.replace(' to ', to)}{rest}"
