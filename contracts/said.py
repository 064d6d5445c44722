"""Sentences that the engine says in English, recognised by their templates and said in another language.

Refusals, alarms and reasons are English sentences, and open files hold them as text. So they stay as they are, and a reader of
another language is shown the translation of the template that they fit. The templates are the keys of ``[said]`` in
``contracts/texts/nl/``: ``"{who:slug} misses {what:gaps} that we sent"`` has two places, each of a kind (``KINDS``, or the name
of an enum of ``contracts/words.py``). A sentence that no template fits is shown as it is.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple, Protocol

from contracts.counted import filled

LONGEST = 2_000
"""Characters that are looked at; nothing that the engine says is longer."""

DEEPEST = 3
"""How many sentences stand within each other."""

_SLUG = r"[a-z][a-z0-9-]{1,39}"
_TRIGGER = r"[A-Za-z][A-Za-z_]{0,59}"
_SPAN = r"[0-9]{1,9}(?: to [0-9]{1,9})?"

KINDS: dict[str, str] = {
    "slug": _SLUG,
    "slugs": rf"{_SLUG}(?:, {_SLUG}){{0,99}}",
    "number": r"[0-9]{1,19}",
    "trigger": _TRIGGER,
    "triggers": rf"{_TRIGGER}(?:, {_TRIGGER}){{0,49}}",
    "numbers": r"[0-9]{1,9}(?:, [0-9]{1,9}){0,99}",
    "grounds": rf"{_TRIGGER}(?:, {_TRIGGER}){{0,9}}",
    "phase": r"[a-z][a-z_]{0,39}",
    "event": r"nl\.keten\.[a-z]{1,40}\.[a-z-]{1,40}\.v[1-9][0-9]{0,3}|an event of a type that is not in the catalogue",
    "gaps": rf"events? number {_SPAN}(?:, {_SPAN}){{0,3}}(?:, and [0-9]{{1,9}} more gaps)?",
    "moment": r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}",
    "names": r"[\w.`-]{1,80}(?:(?:, | and )[\w.`-]{1,80}){0,49}(?:, )?…?",
    "s": r"s?",
    "text": r".{1,600}",
    "sentence": r".{1,600}",
}
"""What may stand in a place. Loose ones (text, sentence) stand at most twice in a template, so that no text takes long."""

LOOSE = frozenset({"text", "sentence"})

_PLACE = re.compile(r"\{(?P<name>[a-z_]+):(?P<kind>[A-Za-z]+)\}")


class Vocabulary(Protocol):
    """The words of a language, as a sentence asks for them."""

    def members(self, enum: str) -> tuple[str, ...]:
        """The values of an enum; empty where there is no such enum."""
        ...

    def in_place(self, kind: str, value: str, others: Mapping[str, str]) -> str:
        """What stands in a place, in this language; ``others`` are what stands in the other places."""
        ...


class Fitting(NamedTuple):
    """A sentence with the template that it fits."""

    template: "Template"
    values: dict[str, str]


class Template:
    """A sentence in English with places in it.

    Args:
        english: The sentence, each place as ``{name:kind}``.
        members: The values of an enum.

    Attributes:
        kinds: The kind of each place.
        weight: How many letters stand outside of places: of two templates that fit, the one with more says more exactly what
            it is.
    """

    def __init__(self, english: str, members: Callable[[str], Iterable[str]]) -> None:
        self.english = english
        self.kinds = {place["name"]: place["kind"] for place in _PLACE.finditer(english)}
        self.weight = len(_PLACE.sub("", english))
        self._members = members

    @cached_property
    def skeleton(self) -> str:
        """The sentence with every place empty."""
        return _PLACE.sub("{}", self.english)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What fits it.

        Raises:
            ValueError: A place is of no kind that there is.
        """
        parts: list[str] = []
        end = 0
        for place in _PLACE.finditer(self.english):
            parts += [re.escape(self.english[end : place.start()]), f"(?P<{place['name']}>{self._form(place['kind'])})"]
            end = place.end()
        return re.compile("".join([*parts, re.escape(self.english[end:])]))

    def fit(self, text: str) -> dict[str, str] | None:
        """What stands in its places, or None."""
        found = self.pattern.fullmatch(text)
        return found.groupdict() if found else None

    def _form(self, kind: str) -> str:
        if kind in KINDS:
            return KINDS[kind]
        values = sorted(self._members(kind), key=len, reverse=True)
        if not values:
            raise ValueError(
                f"{self.english!r}: {kind} is no kind of place; there are: {', '.join(KINDS)}, and the names of enums"
            )
        return "|".join(map(re.escape, values))


class Sentences:
    """The sentences of the engine in one language.

    Args:
        spoken: Each template in English, and what it is in this language, with the same places as ``{name}``.
        words: The words of this language, for what stands in the places.
    """

    def __init__(self, spoken: Mapping[str, str], words: Vocabulary) -> None:
        self._spoken = spoken
        self._words = words

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """Those that say most exactly what they are come first."""
        found = (Template(english, self._words.members) for english in self._spoken)
        return tuple(sorted(found, key=lambda template: (-template.weight, len(template.kinds), template.english)))

    def fitting(self, text: str) -> Fitting | None:
        """The template that a sentence fits; None where there is none, or it is longer than anything that the engine says."""
        if len(text) > LONGEST:
            return None
        if text in self._whole:
            return Fitting(self._whole[text], {})
        fits = ((template, template.fit(text)) for template in self.templates if template.kinds)
        return next((Fitting(template, values) for template, values in fits if values is not None), None)

    def said(self, text: str, depth: int = 0) -> str:
        """A sentence in this language; as it is where nothing fits it."""
        found = self.fitting(text) if depth < DEEPEST else None
        if found is None:
            return text
        values = found.values
        shown = {name: self._shown(kind, values, name, depth) for name, kind in found.template.kinds.items()}
        return filled(self._spoken[found.template.english], shown)

    def knows(self, text: str, depth: int = 0) -> bool:
        """Whether a sentence, and each that stands in it, fits a template."""
        found = self.fitting(text) if depth < DEEPEST else None
        if found is None:
            return False
        inside = (found.values[name] for name, kind in found.template.kinds.items() if kind == "sentence")
        return all(self.knows(one, depth + 1) for one in inside)

    def _shown(self, kind: str, values: Mapping[str, str], name: str, depth: int) -> str:
        if kind == "sentence":
            return self.said(values[name], depth + 1)
        return self._words.in_place(kind, values[name], values)

    @cached_property
    def _whole(self) -> dict[str, Template]:
        return {template.english: template for template in self.templates if not template.kinds}
