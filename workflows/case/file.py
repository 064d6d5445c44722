"""The coordinator's file, with what its tracks keep."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from activities.routing import CareMap
from contracts.agencies import Party
from contracts.ages import UNDER_18, age_of
from contracts.commands import RecordConsent, RecordIntake
from contracts.events.children import Guardian
from contracts.events.dossiers import Observation
from contracts.events.referrals import Need
from contracts.events.signals import Person, Signal, Supplement
from contracts.profile import AgeBand, Answer, Profile
from contracts.reference import Reference
from contracts.text import Line, Personal, Text
from contracts.words import AgencyKind, CaseOutcome, ConsentBy, ConsentTo, FactSource, Finding, NotOurs, Urgency, Weighing
from workflows.case.table import Phase
from workflows.engine.record import Progress, Record


class ReferralFile(BaseModel):
    """One request for help and who was asked."""

    number: int
    need: Need
    profile: Profile | None = Field(default=None, description="for whom, in codes; None: asked when an offer told all")
    queue: list[Party] = Field(description="who is asked next, in order")
    organisation: Party | None = None
    offer: int = Field(default=0, description="number of the running offer within the case")
    at_once: bool = Field(default=False, description="all are asked at the same time, and the first who accepts is the one")
    beside: dict[int, Party] = Field(default_factory=dict[int, Party], description="offers that stand beside the running one")
    waiting: dict[int, Party] = Field(default_factory=dict[int, Party], description="offers that are on a waiting list there")
    asked: dict[int, str] = Field(default_factory=dict[int, str], description="who got each offer made for this need")
    answer_by: datetime | None = None
    progress: Progress | None = None


class DangerFile(BaseModel):
    """A danger that a person declared, and whom of the police was told."""

    number: int
    threat: Personal[Text]
    whereabouts: Personal[Line | None] = None
    told: Party | None = None
    missing: datetime | None = Field(default=None, description="since when the person was out of sight whom the police looks for")
    progress: Progress | None = None


class FactFile(BaseModel):
    """What somebody knew of the person at a moment."""

    at: datetime
    who: str = Field(description="slug of the agency that recorded it")
    source: FactSource
    age: Personal[AgeBand] = AgeBand.UNKNOWN
    guardian_suspected: Personal[Answer] = Answer.UNKNOWN

    def told(self) -> dict[str, Any]:
        """What a person reads of it."""
        return self.model_dump(mode="json", exclude={"at", "who"})


class MinorFile(BaseModel):
    """Somebody who may be under 18, and what child protection says of them."""

    number: int = Field(default=0, description="of the report that stands")
    told: Party | None = Field(default=None, description="whom that report went to, while it stands")
    reported: dict[int, str] = Field(default_factory=dict[int, str], description="who got each report, by its number")
    accounts: list[Personal[Text]] = Field(default_factory=list[Text], description="what was told, in the order of time")
    guardian: Personal[Guardian | None] = None
    named_by: Party | None = Field(default=None, description="the agency that named the guardian")
    progress: Progress | None = None


class ConsentFile(BaseModel):
    """What the person was asked to consent to, and what they said when."""

    purpose: ConsentTo
    given: datetime | None = None
    withdrawn: datetime | None = None
    by_guardian: bool = False
    by: ConsentBy | None = Field(default=None, description="None: an earlier version noted a guardian or the person")


class SharingFile(BaseModel):
    """An observation on its way to the RIEC."""

    municipality: Party | None = Field(default=None, description="whose privacy officer is asked, once that is known")
    observation: Observation
    apart: bool = Field(default=False, description="in a file of its own; by software of before it was asked from this case")
    reference: Reference | None = Field(default=None, description="of that file: only here, and in a link of this agency")
    progress: Progress | None = None
    weighing: Weighing | None = None


class RegisteringFile(BaseModel):
    """A report on its way into the national registration."""

    progress: Progress | None = None


class CaseFile(Record):
    """Everything that follows from a signal about one presumed victim."""

    desk: Party | None = None
    signal: Signal | None = None
    supplements: list[Supplement] = Field(default_factory=list[Supplement], description="what the reporter added since")
    not_taken: Urgency | None = Field(default=None, description="of a case that we did not take: what stays of its report")
    reported_by: AgencyKind | None = None
    care: CareMap | None = None
    finding: Finding | None = None
    not_ours: NotOurs | None = None
    stays_in: str | None = Field(default=None, description="of a case that belongs to another region: where the person stays")
    intake: RecordIntake | None = None
    facts: list[FactFile] = Field(default_factory=list[FactFile], description="one beside the other; none is overwritten")
    consent: RecordConsent | None = None
    consents: list[ConsentFile] = Field(default_factory=list[ConsentFile], description="every one; `consent` says what holds now")
    referrals: list[ReferralFile] = Field(default_factory=list[ReferralFile])
    offers: int = 0
    not_placed: int = 0
    minor: MinorFile | None = Field(default=None, description="None: nobody has said that the person may be under 18")
    dangers: list[DangerFile] = Field(default_factory=list[DangerFile], description="one after the other; the last may be open")
    sharing: SharingFile | None = None
    registering: RegisteringFile | None = None
    responsible: Party | None = None
    met: bool = Field(default=False, description="somebody helps the person, so that a crisis is over")
    lost_from: Phase | None = Field(default=None, description="where the case was when the person went missing; it goes on there")
    outcome: CaseOutcome | None = None
    counted_at_the_end: bool = Field(
        default=False, description="without consent to a name it is counted when it ends; an older file was counted at once"
    )

    def work_as_now(self) -> None:
        """Also count as cases are counted now."""
        super().work_as_now()
        self.counted_at_the_end = True

    @property
    def may_refer(self) -> bool:
        """Whether help may be asked: only with consent, and never before it is recorded."""
        return self.consent is not None and bool(self.consent.help)

    @property
    def person(self) -> Person:
        """Who it is, as far as is known."""
        if self.intake is not None:
            return self.intake.person
        return self.signal.person if self.signal else Person()

    def is_minor(self, day: date) -> bool | None:
        """Whether the person is under 18, or may be; None where no age is known."""
        age = self.age_on(day)
        return None if age is AgeBand.UNKNOWN else age in UNDER_18

    def age_on(self, day: date) -> AgeBand:
        """The newest that is known; else what the intake or the birth year says."""
        known = [fact.age for fact in self.facts if fact.age is not AgeBand.UNKNOWN]
        if known:
            return known[-1]
        told = self.intake.told_age if self.intake else AgeBand.UNKNOWN
        return told if told is not AgeBand.UNKNOWN else age_of(self.person.birth_year, day)

    @property
    def guardian_is_suspected(self) -> bool:
        """Whether that is what was recorded last of it; unknown takes nothing back."""
        known = [fact.guardian_suspected for fact in self.facts if fact.guardian_suspected is not Answer.UNKNOWN]
        return known[-1:] == [Answer.YES]

    @property
    def urgency(self) -> Urgency:
        """Of the signal and of all that was added: what was a crisis stays one."""
        said = [self.signal, *self.supplements]
        reported = Urgency.CRISIS if any(one and one.urgency is Urgency.CRISIS for one in said) else Urgency.NORMAL
        return self.not_taken or reported

    def forget(self) -> None:
        """The case is not ours: what its report told of a person is not kept."""
        self.not_taken, self.signal = self.urgency, None
        self.supplements = []
