"""Every page of one language, out of the catalogue."""

from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from console.catalogue import chain, entries, fields
from console.catalogue.about_event import Source, about
from console.catalogue.documents import asyncapi_file
from console.catalogue.search_index import index_text
from console.catalogue.spoken import NAMES, Spoken, capital, ticked
from contracts.envelope import CloudEvent
from contracts.event import Event
from contracts.refusals import RefusalCode
from contracts.texts.reading import Language
from contracts.words import AgencyKind
from post_office.ports import Draft

OURS_ONLY = ("recipient", "subject")
"""Attributes that an agency's own system gives its post office, and that go no further."""


class Attribute(NamedTuple):
    """An attribute around the content of an event."""

    name: str
    form: str
    yours: bool
    travels: bool
    required: bool


class Frame(NamedTuple):
    """What stands around every page.

    Attributes:
        root: From a page to the root of all pages.
        home: From a page to the first page of its language.
        path: Of the page, from the first page of its language.
        languages: In which there is this page, with what each is called.
    """

    root: str
    home: str
    path: str
    languages: dict[Language, str]


def pages(source: Source, spoken: Spoken, languages: tuple[Language, ...]) -> dict[str, str]:
    """Every page of a language, by its path from the first one of that language."""
    environment = _environment()
    made: dict[str, str] = {}

    def page(path: str, template: str, **given: Any) -> None:
        deep = path.count("/")
        frame = Frame("../" * (deep + 1), "../" * deep, path, {one: NAMES[one] for one in languages})
        text = environment.get_template(template).render(words=spoken, frame=frame, source=source, e=entries, **given)
        made[path] = f"{text}\n"

    told = entries.told(source.catalogue)
    page("index.html", "start.html", **_start(source, spoken))
    page("attributes.html", "attributes.html", attributes=attributes(spoken))
    own, shared = entries.at_the_door()
    page("refusals.html", "refusals.html", codes=list(RefusalCode), own=own, shared=shared)
    for event in told:
        page(event_page(event), "event.html", about=about(event, source, spoken))
    for kind in AgencyKind:
        page(kind_page(kind), "kind.html", kind=kind, asyncapi=asyncapi_file(kind), **_kind(kind, source, spoken))
    made["index.js"] = index_text(source.catalogue, spoken)
    return made


def event_page(event: type[Event]) -> str:
    """Where the page of an event is."""
    return f"events/{event.short_name()}.html"


def kind_page(kind: AgencyKind) -> str:
    """Where the page of a kind of agency is."""
    return f"kinds/{kind}.html"


def attributes(spoken: Spoken) -> list[Attribute]:
    """Every attribute of an event, and the two that only a post office reads."""
    rows = [row for row in fields.rows(CloudEvent) if "." not in row.path]
    found = [
        Attribute(
            row.name,
            fields.type_words(row, spoken),
            row.name in Draft._fields,
            travels=True,
            required=row.required or row.name == "specversion",
        )
        for row in rows
    ]
    return [
        *found,
        *(Attribute(name, spoken.page("type.string"), yours=True, travels=False, required=False) for name in OURS_ONLY),
    ]


def _start(source: Source, spoken: Spoken) -> dict[str, Any]:
    base = entries.between(source.catalogue)
    events = entries.told(source.catalogue)
    ways = [
        (
            one,
            other,
            [event for event in events if (one, other) in entries.pairs_of(event, source.catalogue) if not event.rule.partners],
        )
        for one in AgencyKind
        for other in AgencyKind
        if (one, other) in base
    ]
    return {
        "processes": entries.by_process(source.catalogue),
        "drawn": chain.drawing(base, (), (), spoken.kind, spoken.page("start.drawn")),
        "ways": ways,
        "kinds": [(kind, *_counts(kind, source)) for kind in AgencyKind],
        "attributes": attributes(spoken),
    }


def _counts(kind: AgencyKind, source: Source) -> tuple[int, int]:
    events = [event for event in source.catalogue.values() if not entries.sent_alone(event)]
    return sum(kind in event.rule.senders for event in events), sum(kind in event.rule.recipients for event in events)


def _kind(kind: AgencyKind, source: Source, spoken: Spoken) -> dict[str, Any]:
    events = sorted(entries.told(source.catalogue), key=lambda event: event.rule.partners)  # what goes for all comes last
    handed = [event for event in events if not entries.sent_alone(event)]
    bold = frozenset(pair for pair in entries.between(source.catalogue) if kind in pair)
    return {
        "sends": [event for event in handed if kind in event.rule.senders],
        "hears": [event for event in handed if kind in event.rule.recipients],
        "alone": [event for event in events if entries.sent_alone(event) if kind in event.rule.senders | event.rule.recipients],
        "drawn": chain.drawing(
            entries.between(source.catalogue), bold, (kind,), spoken.kind, spoken.page("kind.drawn", kind=spoken.kind(kind))
        ),
    }


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("console.catalogue"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"ticked": ticked, "capital": capital}
    given: dict[str, Any] = {"event_page": event_page, "kind_page": kind_page, "everybody": len(AgencyKind)}
    environment.globals.update(given)
    return environment
