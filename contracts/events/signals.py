"""From whoever sees something, through the signal desk, to whoever coordinates; and the status back."""

from typing import ClassVar

from pydantic import Field

from contracts.event import Event, File, Rule
from contracts.text import Line, Model, MunicipalityCode, Personal, Text
from contracts.words import AgencyKind, CaseOutcome, Ground, NotOurs, Sector, SignalStatus, Urgency

REPORTERS = frozenset(AgencyKind) - {AgencyKind.RIEC, AgencyKind.OVERSIGHT}
"""Whoever meets people may report; a RIEC and a province never hear of one."""
COORDINATORS = frozenset({AgencyKind.CARE_COORDINATOR, AgencyKind.REGISTRY})
DESK = frozenset({AgencyKind.DESK})
TASK = (Ground.LEGAL_TASK, Ground.VITAL_INTEREST)


class Person(Model):
    """What is known of the presumed victim; everything may be unknown."""

    name: Personal[Line | None] = None
    birth_year: Personal[int | None] = Field(default=None, ge=1900, le=2100)
    language: Personal[Line | None] = Field(default=None, description="the language for a first talk")
    safe_contact: Personal[Line | None] = Field(default=None, description="how to reach the person without danger")


class Signal(Model):
    """The content of a signal: for whoever helps, never for the reporter's status."""

    municipality: MunicipalityCode | None = Field(
        description="CBS code of where the person stays, not where the reporter sits; null where nobody knows"
    )
    urgency: Urgency = Urgency.NORMAL
    sector: Sector = Sector.UNKNOWN
    account: Personal[Text] = Field(description="what was seen or told, in the reporter's words")
    person: Personal[Person] = Person()


class Supplement(Model):
    """What a reporter learned after the report; it adds to the signal, and takes nothing back."""

    account: Personal[Text] = Field(description="what was seen or told since, in the reporter's words")
    person: Personal[Person] = Person()
    urgency: Urgency = Field(default=Urgency.NORMAL, description="crisis: it is one from now on; what was a crisis stays one")


class SignalReported(Event):
    """Somebody reports that a person may be a victim of human trafficking."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.signals.reported.v1",
        senders=REPORTERS,
        recipients=DESK,
        file=File.SIGNAL,
        opens=True,
        grounds=TASK,
        purpose="bring a presumed victim to whoever must help",
        retention="signal",
    )
    signal: Signal

    def places(self) -> tuple[str, ...]:
        """Where the person stays."""
        return _known(self.signal.municipality)


class SignalSupplemented(Event):
    """Whoever reported a signal adds to it."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.signals.supplemented.v1",
        senders=REPORTERS,
        recipients=DESK,
        file=File.SIGNAL,
        counted=False,
        grounds=TASK,
        purpose="bring what a reporter learned since to whoever has the case",
        retention="signal",
    )
    supplement: Supplement


class SignalReceived(Event):
    """The receipt: the signal has an owner and a clock from now on."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.signals.received.v1",
        senders=DESK,
        recipients=REPORTERS,
        file=File.REPORT,
        opens=True,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="tell the reporter that the signal arrived and what happens next",
        retention="status",
    )
    status: SignalStatus


class SignalRouted(Event):
    """The desk asks whoever coordinates in the region, or remotely, to take the case."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.signals.routed.v1",
        senders=DESK,
        recipients=COORDINATORS,
        file=File.CASE,
        opens=True,
        grounds=TASK,
        purpose="give the case an owner who directs help",
        retention="case",
    )
    signal: Signal
    care_region: Line | None = None
    reported_by: AgencyKind = Field(description="the kind of the reporter, never who it was")


class SignalAmended(Event):
    """What its reporter added to a signal, for whoever has the case or is asked to take it."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.signals.amended.v1",
        senders=DESK,
        recipients=COORDINATORS,
        file=File.CASE,
        grounds=TASK,
        purpose="let whoever directs help know what the reporter learned since",
        retention="case",
    )
    supplement: Supplement


class CaseAccepted(Event):
    """A coordinator takes the case and answers for it from now on."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.cases.accepted.v1",
        senders=COORDINATORS,
        recipients=DESK,
        file=File.SIGNAL,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="end the desk's search for an owner",
        retention="status",
    )


class CaseDeclined(Event):
    """A coordinator does not take the case; the desk looks further at once."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.cases.declined.v1",
        senders=COORDINATORS,
        recipients=DESK,
        file=File.SIGNAL,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="let the desk find another owner without delay",
        retention="status",
    )
    reason: NotOurs
    municipality: MunicipalityCode | None = Field(default=None, description="where the person stays, if it is another region")

    def places(self) -> tuple[str, ...]:
        """Where the person stays."""
        return _known(self.municipality)

    @property
    def elsewhere(self) -> str | None:
        """Where the person stays, of a case that belongs to another region; beside any other reason it says nothing."""
        return self.municipality if self.reason is NotOurs.OTHER_REGION else None


class CaseWithdrawn(Event):
    """The desk takes a routed case back, because somebody else owns it now."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.cases.withdrawn.v1",
        senders=DESK,
        recipients=COORDINATORS,
        file=File.CASE,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="keep exactly one owner per case",
        retention="status",
    )


class CaseProgressed(Event):
    """The case changed hands; the desk tells the reporter."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.cases.progressed.v1",
        senders=COORDINATORS,
        recipients=DESK,
        file=File.SIGNAL,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="keep the reporter informed of the status, never the content",
        retention="status",
    )
    status: SignalStatus


class CaseStalled(Event):
    """A case was reminded three times and still waits: the desk looks, and may find another owner."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.cases.stalled.v1",
        senders=COORDINATORS,
        recipients=DESK,
        file=File.SIGNAL,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="let a person at the desk look at a case that stands still",
        retention="status",
    )
    waits_for: AgencyKind = Field(description="the kind of agency whose turn it is, never which one")


class CaseConcluded(Event):
    """The case ended."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.cases.concluded.v1",
        senders=COORDINATORS,
        recipients=DESK,
        file=File.SIGNAL,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="end the desk's watch over the case",
        retention="status",
    )
    outcome: CaseOutcome


class SignalStatusChanged(Event):
    """The reporter hears in whose hands the signal is, or that it was closed."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.signals.status-changed.v1",
        senders=DESK,
        recipients=REPORTERS,
        file=File.REPORT,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="keep the reporter informed of the status, never the content",
        retention="status",
    )
    status: SignalStatus


def _known(municipality: str | None) -> tuple[str, ...]:
    return () if municipality is None else (municipality,)
