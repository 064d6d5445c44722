"""Erasing what is kept of a case, over all agencies that hold something: asked, answered with a signed receipt, or declined."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.bounds import Day
from contracts.entitlement import OnlyFor
from contracts.event import Event, File, Rule
from contracts.events.deliveries import EVERYBODY
from contracts.text import Line, Slug
from contracts.words import AgencyKind, ConsentTo, ErasureReason, Ground, NotErased

RETENTION = "retention"
TOLD_ON_CONSENT = (AgencyKind.AID_ORGANISATION, AgencyKind.CARE_COORDINATOR, AgencyKind.MUNICIPALITY, AgencyKind.REGISTRY)
"""To whom something can be told on a person's consent; all others are told on a legal task or a vital interest."""


def _answer(name: str, purpose: str) -> Rule:
    return Rule(
        type=f"nl.keten.erasures.{name}.v1",
        senders=EVERYBODY,
        recipients=EVERYBODY,
        file=None,
        late=True,
        evidence=True,
        partners=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose=purpose,
        retention=RETENTION,
    )


class FileEnded(Event):
    """A file has ended at this agency: from now on its term of retention runs."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.files.ended.v1",
        senders=EVERYBODY,
        recipients=EVERYBODY,
        file=File.RETENTION,
        opens=True,
        itself=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="keep a file no longer than its term (GDPR art. 5, paragraph 1 under e)",
        retention=RETENTION,
    )
    kind: File
    system: Line = Field(description="the kind of file, with a number where a case has several at one agency")


class ConsentWithdrawn(Event):
    """A person took consent back: what was shared on it is asked back from whoever was told."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.consents.withdrawn.v1",
        senders=EVERYBODY,
        recipients=EVERYBODY,
        file=File.RETENTION,
        opens=True,
        itself=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="recall what was shared on consent that was withdrawn (GDPR art. 7, paragraph 3, and art. 19)",
        retention=RETENTION,
    )
    consent: ConsentTo
    told: tuple[Slug, ...] = Field(min_length=1, max_length=500, description="who was told something on this consent")


class ErasureRequested(Event):
    """An agency that erases a case, or whose person withdrew consent, asks another who holds something of it to erase it too."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.erasures.requested.v1",
        senders=EVERYBODY,
        recipients=EVERYBODY,
        file=File.RETENTION,
        opens=True,
        partners=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="let whoever was told something of a case erase it too (GDPR art. 17, paragraph 2, and art. 19)",
        retention=RETENTION,
    )
    reason: ErasureReason
    consent: Annotated[ConsentTo | None, OnlyFor(*TOLD_ON_CONSENT)] = Field(
        default=None, description="which consent was withdrawn; for whoever is told something on consent at all"
    )


class ErasureCompleted(Event):
    """The receipt, signed as every event: the key of the case was destroyed, or nothing was held."""

    rule: ClassVar[Rule] = _answer("completed", "prove to whoever asked that nothing can be read any more")
    system: Line = Field(description="the file of whoever asked")
    held: bool = Field(description="whether anything was held")
    destroyed_on: Day | None = Field(default=None, description="the day on which the key of the case was destroyed")
    unreadable_from: Day | None = Field(
        default=None, description="from when on what waited on the bus cannot be read from a backup of the bus either"
    )


class ErasureDeclined(Event):
    """An agency keeps what it was asked to erase, and says on which exception."""

    rule: ClassVar[Rule] = _answer("declined", "tell whoever asked that something is kept, and why")
    system: Line = Field(description="the file of whoever asked")
    reason: NotErased
