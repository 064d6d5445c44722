"""All words: those of the pages as they stand, those of the field by their codes."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from console.web.spoken import page_words
from contracts.counted import filled
from contracts.texts import Language
from tests.console.forms.plain_words import PlainWords


class Spoken(PlainWords):
    """Words that the pages can be read with."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def page(self, key: str, **facts: object) -> str:
        return filled(page_words(self.language)[key], facts)

    def hint(self, model: str, name: str) -> str:
        return ""

    def kind(self, kind: str) -> str:
        return kind

    def title(self, table: str) -> str:
        return table

    def phase(self, table: str, phase: str) -> str:
        return f"{table} {phase}"

    def waits(self, table: str, phase: str) -> str:
        return f"why {phase}"

    def then(self, table: str, phase: str) -> str:
        return f"then after {phase}"

    def command(self, name: str) -> str:
        return name.replace("_", " ").capitalize()

    def explain(self, command: str) -> str:
        return f"what {command} does"

    def part(self, what: str) -> str:
        return f"part {what}"

    def story(self, what: str, facts: Mapping[str, str], who: str) -> str:
        return " ".join([who, what, *(f"{name}={value}" for name, value in facts.items())])

    def said(self, text: str) -> str:
        return f"said: {text}"

    def validation(self, error_type: str, ctx: Mapping[str, Any]) -> str:
        return f"must be otherwise ({error_type})"


@cache
def spoken(language: Language) -> Spoken:
    """The words of a language."""
    return Spoken(language)
