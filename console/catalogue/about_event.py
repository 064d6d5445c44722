"""What the page of an event says, put together out of the catalogue."""

from typing import NamedTuple

from markupsafe import Markup

from console.catalogue import chain, entries
from console.catalogue.calls import Call, calls, reading
from console.catalogue.documents import schema_file
from console.catalogue.entries import Catalogue
from console.catalogue.examples import Examples, as_text, handed_in
from console.catalogue.fields import Row, codes, left_out_kinds, rows, type_words
from console.catalogue.spoken import Spoken, ticked
from console.generate.releases import Decided
from console.generate.schemas import Schema, data_schema
from contracts.agencies import Directory
from contracts.event import Event
from contracts.processing import activity_of
from contracts.refusals import RefusalCode
from contracts.words import AgencyKind


class Source(NamedTuple):
    """Out of what the pages are made.

    Attributes:
        catalogue: Every event by its type.
        examples: An example of each.
        directory: The agencies in the examples.
        released: The schemas that agencies have, by short name.
        decided: Changes of released schemas that break no agency.
        version: Of what is described.
    """

    catalogue: Catalogue
    examples: Examples
    directory: Directory
    released: dict[str, Schema]
    decided: list[Decided]
    version: str


class Field(NamedTuple):
    """A row of the table of fields."""

    path: str
    label: str
    meaning: Markup
    type: Markup
    required: bool
    default: str | None
    personal: bool
    values: list[tuple[str, str]]
    left_out: list[AgencyKind]


class Example(NamedTuple):
    """An example of an event, as it is heard, and as it is handed in."""

    heard: str
    sent: str
    calls: list[Call]
    reading: str


class Version(NamedTuple):
    """A version of an event.

    Attributes:
        event: That version.
        here: It is the one of this page.
        released: Agencies have its schema.
        same: And it is the one of today.
        changes: What was changed in the released schema, and why.
    """

    event: type[Event]
    here: bool
    released: bool
    same: bool
    changes: list[tuple[Markup, list[Markup]]]


class About(NamedTuple):
    """The page of an event."""

    event: type[Event]
    senders: list[AgencyKind]
    recipients: list[AgencyKind]
    never: list[AgencyKind]
    alone: bool
    activity: str
    schema: str
    fields: list[Field]
    personal: list[Field]
    answers: list[type[Event]]
    drawn: Markup
    example: Example | None
    refusals: list[RefusalCode]
    versions: list[Version]


def about(event: type[Event], source: Source, spoken: Spoken) -> About:
    """All that the page of an event says."""
    listed = [_field(event, row, spoken) for row in rows(event)]
    senders, recipients = entries.in_order(event.rule.senders), entries.in_order(event.rule.recipients)
    return About(
        event=event,
        senders=senders,
        recipients=recipients,
        never=[kind for kind in AgencyKind if kind not in event.rule.senders | event.rule.recipients],
        alone=entries.sent_alone(event),
        activity=activity_of(event),
        schema=schema_file(event),
        fields=listed,
        personal=[field for field in listed if field.personal],
        answers=entries.answers(event, source.catalogue),
        drawn=chain.drawing(
            entries.between(source.catalogue),
            entries.pairs_of(event, source.catalogue),
            senders if event.rule.itself else (),
            spoken.kind,
            spoken.page("event.drawn", event=spoken.event(event)),
        ),
        example=_example(event, source),
        refusals=entries.refusals(event),
        versions=[_version(other, event, source, spoken) for other in entries.versions(event, source.catalogue)],
    )


def _field(event: type[Event], row: Row, spoken: Spoken) -> Field:
    return Field(
        path=row.path,
        label=spoken.label(row.model, row.name),
        meaning=spoken.told(row.meaning, sentence=False) if row.meaning else Markup(),
        type=ticked(type_words(row, spoken)),
        required=row.required,
        default=row.default,
        personal=row.personal,
        values=[
            (code, spoken.value(row.enum.__name__, code) if row.enum else spoken.told(code, sentence=False))
            for code in codes(row)
        ],
        left_out=left_out_kinds(event, row),
    )


def _example(event: type[Event], source: Source) -> Example | None:
    heard = source.examples(event.short_name())
    if heard is None:
        return None
    sent = handed_in(event, heard, source.directory)
    ways = [] if entries.sent_alone(event) else calls(sent)
    return Example(as_text(heard), as_text(sent), ways, reading(event.rule.type))


def _version(version: type[Event], here: type[Event], source: Source, spoken: Spoken) -> Version:
    name = version.short_name()
    was = source.released.get(name)
    changes = [
        (
            spoken.told(decided.why),
            [
                spoken.told(change.removeprefix(f"{name}: "), sentence=False)
                for change in decided.changes
                if change.startswith(f"{name}: ")
            ],
        )
        for decided in source.decided
    ]
    return Version(version, version is here, was is not None, was == data_schema(version), [one for one in changes if one[1]])
