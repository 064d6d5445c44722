"""What the pages say: the words of the field (``contracts/texts``), those of the pages, and what is told in English only."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, cast

from markupsafe import Markup, escape

from contracts.event import Event
from contracts.text import Model
from contracts.texts.reading import ANY, Language, RefusedWords, Texts, code_name, texts

WORDS = Path(__file__).parent / "words"
NAMES: dict[Language, str] = {"nl": "Nederlands", "en": "English"}
"""Each language in its own words."""

_TICKS = re.compile(r"`([^`]+)`")


def ticked(text: str) -> Markup:
    """Text of ours as HTML: everything in it is escaped, and names between backticks stand as code."""
    parts = _TICKS.split(text)
    return Markup().join(
        Markup('<code class="code">{}</code>').format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def capital(text: str) -> str:
    """As at the beginning of a sentence."""
    return text[:1].upper() + text[1:]


class Spoken:
    """Words of one language. What has none is told in English and marked as English; ``missing`` names it.

    Args:
        language: Which.
        known: The words of the field; None: those of ``contracts/texts``.

    Attributes:
        missing: What was asked for and had no words, as a developer finds it.
    """

    def __init__(self, language: Language, known: Texts | None = None) -> None:
        self.language: Language = language
        self.missing: set[str] = set()
        self._texts = known or texts(language)

    def page(self, key: str, **facts: object) -> str:
        """Words of the pages themselves.

        Raises:
            LookupError: There are none.
        """
        found = page_words(self.language).get(key)
        if found is None:
            raise LookupError(f"no words for {key!r} in console/catalogue/words/{self.language}.toml")
        return found.format_map(facts)

    def told(self, english: str, *, sentence: bool = True) -> Markup:
        """What stands in English in the catalogue: what an event says, its purpose, what a field means."""
        said = " ".join(english.split())
        if self.language == "en":
            return ticked(capital(said) if sentence else said)
        known = self._texts.catalogue.get(said)
        if known is None:
            self.missing.add(f'[catalogue] "{said}"')
            return Markup('<span lang="en">{}</span>').format(ticked(said))
        return ticked(capital(known) if sentence else known)

    def event(self, event: type[Event]) -> str:
        """An event as a name, with a capital; from its second version on with the version."""
        found = self._texts.events.get(code_name(event.__name__))
        name = capital(self._found(found.event if found else None, f"[events.{code_name(event.__name__)}]", event.__name__))
        version = event.rule.type.rpartition(".")[2]
        return name if version == "v1" else f"{name} ({version})"

    def kind(self, kind: str) -> str:
        """A kind of agency."""
        return self.value("AgencyKind", kind)

    def value(self, enum: str, value: str) -> str:
        """A member of an enum."""
        return self._found(self._texts.values.get(code_name(enum), {}).get(value), f"[values.{enum}] {value}", value)

    def label(self, model: type[Model], name: str) -> str:
        """A field."""
        rows = self._texts.fields
        found = rows.get(code_name(model.__name__), {}).get(name) or rows.get(ANY, {}).get(name)
        return self._found(found.label if found else None, f"[fields.{model.__name__}] {name}", name)

    def attribute(self, name: str) -> Markup:
        """An attribute of the envelope."""
        return ticked(self._found(self._texts.attributes.get(name), f"[attributes] {name}", name))

    def retention(self, term: str) -> str:
        """A term of retention."""
        return self._found(self._texts.retention.get(term), f"[retention] {term}", term)

    def means(self, code: str) -> Markup:
        """What a refusal means."""
        found = self._refusal(code)
        return ticked(self._found(found.means if found else None, f"[refused.{code}]", code))

    def remedy(self, code: str) -> Markup:
        """What can be done about a refusal."""
        found = self._refusal(code)
        return ticked(self._found(found.do if found else None, f"[refused.{code}]", code))

    def _refusal(self, code: str) -> RefusedWords | None:
        """Of a recipient, or of the door of a post office."""
        return self._texts.refused.get(code) or self._texts.post_office.get(code)

    def _found(self, words: str | None, where: str, instead: str) -> str:
        if words:
            return words
        self.missing.add(where)
        return instead


@cache
def page_words(language: Language) -> dict[str, str]:
    """Words of the pages by key, as ``section.key``."""
    sections = cast("dict[str, dict[str, Any]]", tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8")))
    return {f"{section}.{key}": str(words) for section, rows in sections.items() for key, words in rows.items()}
