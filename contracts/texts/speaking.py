"""What the engine's code words are called by people, in one language."""

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

from contracts.counted import filled
from contracts.said import Sentences
from contracts.texts.reading import ANY, Language, StateWords, Texts, code_name, texts
from contracts.texts.telling import Telling
from contracts.texts.within import Within

HELP = "aid_referral"
BY_KIND = {"signal": "signal_routing", "privacy": "privacy_check", "coverage": "coverage_gap"}
"""Tables that are named otherwise than the kind of file that walks them."""
_NO_STATE = StateWords(phase="")


def _table(name: str) -> str:
    """A table as the texts name it, also by the kind of its file."""
    code = code_name(name)
    return BY_KIND.get(code, code)


def plain(code: str) -> str:
    """A code word that has no words yet, as it can be read at least."""
    return code_name(code).replace("_", " ")


class Words:
    """The words of one language. What is not known is shown as it is, so that no page fails for want of a word."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._texts: Texts = texts(language)

    def kind(self, kind: str) -> str:
        """A kind of file: ``case`` as *zaak*."""
        return self.value("File", kind)

    def agency_kind(self, kind: str) -> str:
        """What an agency is for: ``care_coordinator`` as *zorgcoördinator*."""
        return self.value("AgencyKind", kind)

    def table(self, title: str) -> str:
        """The table of a track by its title in English, where an office of an earlier version does not name it."""
        titles = {english: table for table, english in texts("en").titles.items()}
        return titles.get(title, HELP)  # only kinds of help have titles that are not their table's

    def title(self, table: str) -> str:
        """What a track is called."""
        return self._texts.titles.get(_table(table), plain(table))

    def phase(self, table: str, phase: str) -> str:
        """A state as a short phrase."""
        return self._state(table, phase).phase or plain(phase)

    def waits(self, table: str, phase: str) -> str:
        """Why it waits: one sentence of what must be done now, and by whom; empty at an end."""
        return self._state(table, phase).waits

    def then(self, table: str, phase: str) -> str:
        """What happens when the clock ends, without a capital; empty at an end."""
        return self._state(table, phase).then

    def command(self, name: str) -> str:
        """A decision as a button."""
        found = self._texts.commands.get(code_name(name))
        return found.command if found else plain(name).capitalize()

    def explain(self, command: str) -> str:
        """One sentence: what a decision does, and who hears of it."""
        found = self._texts.commands.get(code_name(command))
        return found.explain if found else ""

    def event(self, name: str) -> str:
        """An event as a name without a capital: ``referral_offered`` as *aanmelding*."""
        found = self._texts.events.get(code_name(name))
        return found.event if found else plain(name)

    def part(self, what: str) -> str:
        """The heading of a piece of content: a decision, an event, or a model within one."""
        name = code_name(what)
        if name in self._texts.commands:
            return self.command(name)
        found = self._texts.models.get(name) or self.event(name)
        return found[:1].upper() + found[1:]

    def field(self, model: str, name: str) -> str:
        """The label of a field of a command, an event, or a model within one."""
        found = self._field(model, name)
        return found[0] if found else plain(name).capitalize()

    def hint(self, model: str, name: str) -> str:
        """What helps to fill a field in, or nothing."""
        found = self._field(model, name)
        return found[1] if found else ""

    def value(self, enum: str, value: str) -> str:
        """A member of an enum, without a capital unless it is a name."""
        return self._texts.values.get(code_name(enum), {}).get(value, plain(value))

    def story(self, what: str, facts: Mapping[str, str], who: str) -> str:
        """A line of the story as a sentence.

        Args:
            what: What happened, as the line says it.
            facts: Its facts. An agency among them (``to``) is shown as it is given.
            who: The agency that did it, as it is to be shown.
        """
        return self._telling.story(what, facts, who)

    def validation(self, error_type: str, ctx: Mapping[str, Any]) -> str:
        """What is wrong with a field, by pydantic's type of error and what that says besides."""
        if error_type in {"value_error", "assertion_error"}:
            return self.said(str(ctx.get("error", "")).removeprefix("Value error, "))
        found = self._texts.validation.get(error_type, self._texts.validation["other"])
        try:
            return filled(found, {name: str(value) for name, value in ctx.items()})
        except KeyError:  # another version of the library says less
            return self._texts.validation["other"]

    def said(self, text: str) -> str:
        """A sentence that the engine says in English: a refusal, an alarm, a reason. One that is not known stays as it is."""
        return text if self.language == "en" else sentences().said(text)

    def knows(self, text: str) -> bool:
        """Whether a sentence is known as a whole; another one is shown in English, and a page may say that it is."""
        return sentences().knows(text)

    # How it works

    def _state(self, table: str, phase: str) -> StateWords:
        states = self._texts.states
        return states.get(_table(table), {}).get(phase) or states[ANY].get(phase, _NO_STATE)

    def _field(self, model: str, name: str) -> tuple[str, str] | None:
        fields = self._texts.fields
        found = fields.get(code_name(model), {}).get(name) or fields[ANY].get(name)
        return (found.label, found.hint) if found else None

    @cached_property
    def _telling(self) -> Telling:
        return Telling(self._texts, self)


@cache
def sentences() -> Sentences:
    """What the engine says in English, as it is in Dutch."""
    return Sentences(spoken(), Within(texts("nl"), Words("nl")))


def spoken() -> dict[str, str]:
    """Every template in English and in Dutch: what the tables say of a state is written once, with the state."""
    nl, en = texts("nl"), texts("en")
    titles = {english: nl.titles[table] for table, english in en.titles.items() if table in nl.titles}
    then = {
        row.then: nl.states[table][phase].then
        for table, rows in en.states.items()
        for phase, row in rows.items()
        if row.then and phase in nl.states.get(table, {})
    }
    return {**titles, **then, **nl.said}
