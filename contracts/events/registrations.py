"""National registration: what is not registered is not fought."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from contracts.agencies import Agency
from contracts.bounds import Count
from contracts.event import Event, File, Rule
from contracts.events.signals import COORDINATORS
from contracts.text import Line, Model, Personal
from contracts.words import AgencyKind, CaseOutcome, ConsentTo, Ground, Sector

REGISTRY = frozenset({AgencyKind.REGISTRY})


class Registrant(Model):
    """The person as registered with consent."""

    birth_year: Personal[int | None] = Field(default=None, ge=1900, le=2100)
    nationality: Personal[Line | None] = None
    gender: Personal[Line | None] = None


class RegistrationRequested(Event):
    """A report for national registration: with the person's written consent, or anonymously.

    Police, border police and the Labour Inspectorate must report and need no consent (LAW); all others do.
    """

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.registrations.requested.v1",
        senders=COORDINATORS | {AgencyKind.REPORTER},
        recipients=REGISTRY,
        file=File.REGISTRATION,
        opens=True,
        grounds=(Ground.CONSENT, Ground.LEGAL_TASK),
        consent=ConsentTo.REGISTRATION,
        purpose="count reports and persons nationally",
        retention="registration",
    )
    consented: bool
    care_region: Line | None = None
    reported_by: AgencyKind = Field(description="the kind of agency that makes this report")
    sector: Sector = Sector.UNKNOWN
    registrant: Personal[Registrant | None] = None

    def grounds(self) -> tuple[Ground, ...]:
        """With the person's data on consent, unless a reporter must report by law; anonymously as a task."""
        if self.registrant is None or not self.consented:
            return (Ground.LEGAL_TASK,)
        by_law = (Ground.LEGAL_TASK,) if self.reported_by is AgencyKind.REPORTER else ()
        return (*by_law, Ground.CONSENT)

    def objection(self, sender: Agency) -> str | None:
        """Only who must report by law may report a person without consent, and nobody reports as another kind."""
        if sender.kind is not self.reported_by:
            return "`reported_by` must be the kind of the sender"
        if self.registrant is not None and not self.consented and not sender.investigation_service:
            return "only an investigation service may register a person without consent; leave `registrant` out"
        return None

    @model_validator(mode="after")
    def _anonymous_without_consent(self) -> Self:
        if self.registrant is not None and not self.consented and self.reported_by is not AgencyKind.REPORTER:
            raise ValueError("no_ground: without consent a registration is anonymous; leave `registrant` out")
        return self


class RegistrationRecorded(Event):
    """The report counts from now on."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.registrations.recorded.v1",
        senders=REGISTRY,
        recipients=COORDINATORS,
        file=File.CASE,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="confirm that the report was counted",
        retention="case",
    )
    anonymous: bool


class ReportRegistered(Event):
    """An agency that must report hears that its report counts."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.reports.registered.v1",
        senders=REGISTRY,
        recipients=frozenset({AgencyKind.REPORTER}),
        file=File.REPORT,
        opens=True,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="confirm that the report was counted",
        retention="status",
    )


class RegistrationAmended(Event):
    """Facts come bit by bit: an appended fact, or how the case ended."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.registrations.amended.v1",
        senders=COORDINATORS,
        recipients=REGISTRY,
        file=File.REGISTRATION,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="count what could not be placed and how cases end",
        retention="registration",
    )
    not_placed: Count = Field(default=0, description="how often nobody could place the person, so far")
    outcome: CaseOutcome | None = Field(default=None, description="set once, when the case ends")
