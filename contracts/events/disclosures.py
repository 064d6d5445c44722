"""Answering a person who asks for access, over all agencies that hold something: each answers or refuses for itself."""

from typing import ClassVar, Literal

from pydantic import Field

from contracts.bounds import Day, Moment
from contracts.event import Event, File, Rule
from contracts.events.deliveries import EVERYBODY
from contracts.text import Line, Model, Slug
from contracts.words import AgencyKind, Ground, NotDisclosed

ANSWERING = EVERYBODY - {AgencyKind.RIEC, AgencyKind.INVESTIGATION, AgencyKind.OVERSIGHT}
"""Who is asked. A RIEC and an investigation service are not: that they hold something could frustrate an investigation (GDPR
art. 23; Wpg art. 25 and 27); a person asks them directly. An oversight holds nothing about a person."""

ASKING = frozenset({AgencyKind.DESK, AgencyKind.CARE_COORDINATOR, AgencyKind.REGISTRY})
"""Who asks: those who answer for a case. An aid organisation or a reporter does not learn through this who else was told."""

RETENTION = "retention"


def _rule(name: str, purpose: str, *, asks: bool) -> Rule:
    return Rule(
        type=f"nl.keten.disclosures.{name}.v1",
        senders=ASKING if asks else ANSWERING,
        recipients=ANSWERING if asks else ASKING,
        file=File.DISCLOSURE if asks else None,
        opens=asks,
        late=not asks,
        evidence=not asks,
        partners=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose=purpose,
        retention=RETENTION,
    )


class AccessAsked(Event):
    """A person has asked for access, and showed who they are: this agency gathers the answer from all who hold something."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.disclosures.begun.v1",
        senders=ASKING,
        recipients=ASKING,
        file=File.ACCESS,
        opens=True,
        itself=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="answer a person who asks what is held about them (GDPR art. 15)",
        retention=RETENTION,
    )


class DisclosureRequested(Event):
    """An agency that answers a person who asks for access asks another what it holds of a case, and what it told whom."""

    rule: ClassVar[Rule] = _rule("requested", "answer a person who asks for access over all agencies (GDPR art. 15)", asks=True)


class HeldFile(Model):
    """A file that an agency keeps about a case."""

    kind: File
    phase: Line
    kept_until: Day | None = Field(default=None, description="the end of its term; None: the term begins when the case ends")


class Exchanged(Model):
    """An event about a case that was sent or taken."""

    on: Moment
    type: Line = Field(description="its type in the catalogue, which says what of the person it tells")
    way: Literal["sent", "taken"]
    other: Slug
    ground: Ground | None = None


MOST_FILES, MOST_EXCHANGED = 50, 100
"""How much one page of an answer holds: sealed it stays far under the size that the bus takes, whatever stands in it."""


class DisclosureMade(Event):
    """What an agency holds of a case and what it told whom, without what the law shields; no content of any file.

    What is more than a page is told on several, each an event of its own, numbered.
    """

    rule: ClassVar[Rule] = _rule("made", "tell a person who asks what is held about them, and who received it", asks=False)
    system: Line = Field(description="the file of whoever asked")
    files: tuple[HeldFile, ...] = Field(default=(), max_length=50)
    exchanged: tuple[Exchanged, ...] = Field(default=(), max_length=500, description="the newest, in the order of time")
    erased_on: Day | None = Field(default=None, description="the day on which what was held was erased")
    page: int = Field(default=1, ge=1, le=100, description="which page of the answer this is")
    pages: int = Field(default=1, ge=1, le=100, description="how many pages the answer has")
    left_out: int = Field(default=0, ge=0, le=2**31, description="how many older exchanges are not listed")


class DisclosureRefused(Event):
    """An agency does not say what it holds, and says on which exception; the person can complain to the authority."""

    rule: ClassVar[Rule] = _rule("refused", "tell a person who asks why an agency does not answer (GDPR art. 12)", asks=False)
    system: Line = Field(description="the file of whoever asked")
    reason: NotDisclosed
