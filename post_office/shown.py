"""What is answered, as JSON: names in camelCase, what is not known left out."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from contracts.awaited import Awaited
from post_office.health import Does
from post_office.ports import CaseListed, CasePage, CaseSeen, Heard, Kept, Stage


class Shown(BaseModel):
    """An answer."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Step(Shown):
    """A stage that an event reached."""

    stage: Stage
    at: datetime
    code: str | None = Field(default=None, description="why it was refused, for software")
    words: str | None = Field(default=None, description="the same for people")


class Status(Shown):
    """How far an event came that was sent."""

    id: str = Field(description="as the agency's own system gave it")
    type: str
    caseref: str = Field(description="of which case: give it with whatever is sent about the same case")
    recipient: str = Field(description="slug of who gets it")
    subject: str | None = Field(default=None, description="the agency's own number of the case; it never leaves")
    stage: Stage = Field(description="the last one that was reached")
    steps: list[Step] = Field(description="in the order of time", min_length=1)


class Consumer(Shown):
    """A reader of the feed with a mark of its own."""

    name: str
    last_event_id: str | None = Field(default=None, description="up to which event it has acknowledged; left out: none")
    position: int = Field(description="of that event in the feed; 0: none", ge=0)
    at: datetime | None = Field(default=None, description="when it acknowledged last")
    waiting: int = Field(description="how many events it has not acknowledged", ge=0)


class Entry(Shown):
    """An event of the feed, without its content."""

    id: str
    position: int
    type: str
    sender: str
    at: datetime


class AwaitedShown(Shown):
    """An event after which an agency must speak, and has not."""

    by: str = Field(description="slug of who must speak; your own agency is one of them")
    to: str = Field(description="slug of who waits for it")
    id: str | None = Field(default=None, description="of the event after which it is awaited; left out: it cannot be read")
    type: str = Field(description="of that event")
    since: datetime = Field(description="when the post office kept or took that event")
    answers: list[str] = Field(description="types of events of which one is awaited", min_length=1)


class CaseEntry(Shown):
    """A case in the list of all."""

    caseref: str
    subject: str | None = Field(default=None, description="the agency's own number of it")
    begun: datetime = Field(description="when the post office first heard of it")
    erased: Literal[True] | None = Field(default=None, description="its content is gone, here and in every copy")
    sent_count: int
    heard_count: int
    awaits: list[AwaitedShown] = Field(description="the oldest first, a hundred at most")
    awaits_count: int


class Cases(Shown):
    """A part of the list of all cases, in the order in which they began."""

    cases: list[CaseEntry]
    next: str | None = Field(default=None, description="give it as `after` for the next part; left out: there is none")


class Case(Shown):
    """What is known of a case; of each list the newest."""

    caseref: str
    subject: str | None = Field(default=None, description="the agency's own number of it")
    sent: list[Status]
    sent_count: int
    heard: list[Entry]
    heard_count: int
    awaits: list[AwaitedShown] = Field(description="whose word it waits for, the oldest first, a hundred at most")
    awaits_count: int


class PartShown(Shown):
    """A part and how it does."""

    name: str
    status: Does
    words: str | None = Field(default=None, description="what is the matter and what to do")
    since: datetime | None = None


class HealthShown(Shown):
    """How the post office does: as its worst part."""

    status: Does
    parts: list[PartShown]
    under_way: dict[str, int] = Field(description="answers that are held open, by kind")


class AgencyShown(Shown):
    """Who takes part."""

    slug: str
    name: str
    kind: str
    oin: str
    municipality: str | None = None
    care_region: str | None = None
    police_unit: str | None = None
    province: str | None = None
    care_regions: list[str] = []
    services: list[str] = []
    itself: bool = Field(description="whether this post office is of that agency")


class VersionShown(Shown):
    """A version of an event."""

    type: str
    version: str
    ends: datetime | None = Field(default=None, description="when it ends; left out: nobody has said so")


class EventShown(Shown):
    """An event that this agency may send, or hears."""

    type: str
    title: str
    description: str
    purpose: str
    agencies: list[str] = Field(description="slugs of who may get it, or of who may send it")
    grounds: list[str] = Field(description="on which it may be shared; with more than one the sender says on which")
    consent_to: str | None = Field(default=None, description="to what the person consents, where consent is the ground")
    retention: str = Field(description="which term of retention applies")
    by_post_office: bool = Field(description="the post office sends or answers it by itself")
    begins_case: bool = Field(description="it may begin a case")
    personal_fields: list[str] = Field(description="paths of the fields that are personal data")
    left_out: list[str] = Field(description="paths of the fields that its recipient is not told")
    data_schema: dict[str, Any] = Field(description="JSON Schema of its content", alias="schema")
    example: dict[str, Any] | None = None
    versions: list[VersionShown]


class CatalogueShown(Shown):
    """What this agency may send, and what it hears."""

    agency: str
    kind: str
    sends: list[EventShown]
    hears: list[EventShown]


STATUSES = TypeAdapter(list[Status])
CONSUMERS = TypeAdapter(list[Consumer])
AGENCIES = TypeAdapter(list[AgencyShown])


def status(kept: Kept) -> Status:
    """How far an event came."""
    steps = [Step(stage=rung.stage, at=rung.at, code=rung.code, words=rung.words) for rung in kept.rungs]
    return Status(
        id=kept.id,
        type=kept.type,
        caseref=kept.caseref,
        recipient=kept.recipient,
        subject=kept.subject,
        stage=steps[-1].stage,
        steps=steps,
    )


def case(seen: CaseSeen, heard: Iterable[Heard], most: int) -> Case:
    """What is known of a case.

    Args:
        seen: By the book.
        heard: The newest of what was heard.
        most: How many of each are shown.
    """
    return Case(
        caseref=seen.caseref,
        subject=seen.subject,
        sent=[status(kept) for kept in seen.sent[-most:]],
        sent_count=len(seen.sent),
        heard=[Entry(id=one.id, position=one.position, type=one.type, sender=one.sender, at=one.at) for one in heard],
        heard_count=len(seen.heard),
        awaits=_awaits(seen.awaits, most),
        awaits_count=len(seen.awaits),
    )


def cases(page: CasePage, most: int) -> Cases:
    """A part of the list of all.

    Args:
        page: By the book.
        most: How much that is awaited is shown of each.
    """
    return Cases(cases=[_entry(one, most) for one in page.cases], next=page.next)


def _entry(one: CaseListed, most: int) -> CaseEntry:
    return CaseEntry(
        caseref=one.caseref,
        subject=one.subject,
        begun=one.begun,
        erased=True if one.erased else None,
        sent_count=one.sent,
        heard_count=one.heard,
        awaits=_awaits(one.awaits, most),
        awaits_count=len(one.awaits),
    )


def _awaits(found: Sequence[Awaited], most: int) -> list[AwaitedShown]:
    return [
        AwaitedShown(
            by=one.by, to=one.to, id=one.after.id or None, type=one.after.type, since=one.after.at, answers=list(one.answers)
        )
        for one in found[:most]
    ]


def answer(shown: Shown, code: int = 200, headers: dict[str, str] | None = None) -> Response:
    """As it leaves."""
    return Response(shown.model_dump_json(by_alias=True, exclude_none=True), code, headers, "application/json")


def answers(adapter: TypeAdapter[Any], shown: list[Any], code: int = 200) -> Response:
    """Several, as they leave."""
    return Response(adapter.dump_json(shown, by_alias=True, exclude_none=True), code, None, "application/json")
