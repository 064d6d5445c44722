"""The pages, made once, and an event that the catalogue does not have."""

from typing import Annotated, Any, ClassVar, NamedTuple

import pytest
from pydantic import Field

from console.catalogue.about_event import Source
from console.catalogue.site import of_today, site
from console.catalogue.spoken import Spoken
from contracts.entitlement import OnlyFor
from contracts.event import Event, File, Rule
from contracts.text import Line, Model, Personal, Text
from contracts.texts import LANGUAGES, Language
from contracts.words import AgencyKind, Ground

HOSTILE = """</pre><script>alert("x")</script> EVENT\nEVENT; {{ 7 * 7 }} \\ \\u0041 ' \" \"\"\" `$(id)` &amp; <?php"""


class Inner(Model):
    """Within."""

    name: Line = "nobody"


class ThingInvented(Event):
    """Says <b>nothing</b> & "more"."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.things.invented.v1",
        senders=frozenset({AgencyKind.AID_ORGANISATION}),
        recipients=frozenset({AgencyKind.CARE_COORDINATOR, AgencyKind.REGISTRY}),
        file=File.CASE,
        late=True,
        grounds=(Ground.CONSENT, Ground.VITAL_INTEREST),
        purpose="try <i>what</i> a page does",
        retention="case",
    )
    words: Personal[Text] = Field(description="a <u>word</u>")
    inner: Personal[tuple[Inner, ...]] = Field(default=(), max_length=3)
    secret: Annotated[Line | None, OnlyFor(AgencyKind.REGISTRY)] = None


HEARD: dict[str, Any] = {
    "specversion": "1.0",
    "id": "5eed5eed",
    "source": "urn:nld:oin:00000099000000000006:systeem:case",
    "type": "nl.keten.things.invented.v1",
    "time": "2026-03-02T11:24:00Z",
    "datacontenttype": "application/json",
    "caseref": "k0123456789abcdefghjkmnpq",
    "data": {"words": HOSTILE, "inner": [{"name": "one"}], "secret": None},
}


class Made(NamedTuple):
    """Pages, and what had no words."""

    files: dict[str, str]
    missing: dict[Language, set[str]]


def made(source: Source, languages: tuple[Language, ...] = LANGUAGES) -> Made:
    spoken: dict[Language, Spoken] = {language: Spoken(language) for language in languages}
    files = site(source, spoken)
    return Made(files, {language: words.missing for language, words in spoken.items()})


@pytest.fixture(scope="session")
def today() -> Made:
    """The pages of this version."""
    return made(of_today())


@pytest.fixture(scope="session")
def invented() -> Made:
    """The pages of a catalogue with one event more, whose words nobody wrote."""
    source = of_today()
    catalogue = {**source.catalogue, ThingInvented.rule.type: ThingInvented}
    sender = next(agency for agency in source.directory.agencies if agency.kind is AgencyKind.AID_ORGANISATION)
    heard = {**HEARD, "source": f"urn:nld:oin:{sender.oin}:systeem:placement"}
    examples = source.examples

    def example(name: str) -> dict[str, Any] | None:
        return heard if name == ThingInvented.short_name() else examples(name)

    return made(source._replace(catalogue=catalogue, examples=example))
