"""The story of a file in sentences."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, Protocol, get_args

from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS
from contracts.text import Model
from contracts.texts.reading import Texts, code_name

_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_NAMED = re.compile(r"\{([a-z_]+)\}")
_SAID_APART = frozenset({"who", "to", "late"})
"""What is said of every line in its own way, and in no brackets."""

WITHDRAWAL = "withdraw_consent"
"""Of this decision, what it does not say is not told either."""


class Vocabulary(Protocol):
    """The words that a story is told with."""

    def phase(self, table: str, phase: str) -> str:
        """A state."""
        ...

    def then(self, table: str, phase: str) -> str:
        """What happens when its clock ends."""
        ...

    def title(self, table: str) -> str:
        """What a track is called."""
        ...

    def event(self, name: str) -> str:
        """An event."""
        ...

    def field(self, model: str, name: str) -> str:
        """The label of a field."""
        ...

    def value(self, enum: str, value: str) -> str:
        """A member of an enum."""
        ...


@cache
def models() -> dict[str, type[Model]]:
    """Commands and events by what a line of the story calls them."""
    return {**COMMANDS, **{code_name(event.__name__): event for event in CATALOGUE.values()}}


def enum_in(annotation: Any) -> type[StrEnum] | None:
    """The enum of a field, also where it may be empty."""
    for one in get_args(annotation) if isinstance(annotation, UnionType) else (annotation,):
        if isinstance(one, type) and issubclass(one, StrEnum):
            return one
    return None


class Telling:
    """Tells lines of a story in one language.

    A line is a template: what stands in square brackets is left out where a fact in it is not known. Facts that the template does
    not name follow in brackets, each with the label of its field.
    """

    def __init__(self, texts: Texts, words: Vocabulary) -> None:
        self._texts = texts
        self._words = words

    def story(self, what: str, facts: Mapping[str, str], who: str) -> str:
        """A line as a sentence."""
        table, phase, clock = [*what.split("."), "", ""][:3]
        if clock == "clock":
            words = {"track": self._words.title(table), "phase": self._words.phase(table, phase)}
            return _filled(self._texts.story["clock"], {**words, "then": self._words.then(table, phase), "who": who})
        template = self._template(what)
        if what == WITHDRAWAL:
            facts = self._withdrawn(facts)
        shown = {name: self._fact(what, name, value) for name, value in facts.items()}
        sentence = _filled(template, {"what": self._words.event(what), **shown, "who": who})
        others = [name for name in shown if name not in {*_NAMED.findall(template), *_SAID_APART}]
        listed = "; ".join(f"{_small(self._words.field(what, name))}: {shown[name]}" for name in others)
        whole = f"{sentence.removesuffix('.')} ({listed})." if listed else sentence
        return f"{whole} {self._texts.story['late']}" if "late" in facts else whole

    def _withdrawn(self, facts: Mapping[str, str]) -> dict[str, str]:
        """What was taken back, and nothing of what was not."""
        purposes = [self._words.value("ConsentTo", name) for name, value in facts.items() if value == "true"]
        return {"withdrawn": ", ".join(purposes)}

    def _template(self, what: str) -> str:
        if what in self._texts.commands:
            return self._texts.commands[what].story
        if what in self._texts.events:
            return self._texts.events[what].story
        return self._texts.story.get(what, self._texts.story["other"])

    def _fact(self, what: str, name: str, value: str) -> str:
        if name == "what":
            return self._words.event(value)
        model = models().get(what)
        field = model.model_fields.get(name) if model else None
        enum = enum_in(field.annotation) if field else None
        if enum is not None:
            return self._words.value(enum.__name__, value)
        return self._texts.story.get(value, value) if value in {"true", "false"} else value


def _filled(template: str, facts: Mapping[str, str]) -> str:
    def kept(part: re.Match[str]) -> str:
        return part[1] if all(facts.get(name) for name in _NAMED.findall(part[1])) else ""

    known = _OPTIONAL.sub(kept, template)
    return _NAMED.sub(lambda place: facts.get(place[1], "?"), known)


def _small(label: str) -> str:
    """Within a sentence; a name such as RIEC stays as it is."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
