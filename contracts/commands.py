"""What people decide. Every command is a sentence in the imperative; the workflow says in words when it is possible."""

import re
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from contracts.ages import UNDER_18
from contracts.bounds import AlarmNumber, Number
from contracts.by_hand import NotAskedNow, NotByHand, Unchoosable, kept_from_people
from contracts.events.children import Guardian
from contracts.events.dossiers import Observation
from contracts.events.referrals import Need
from contracts.events.registrations import Registrant
from contracts.events.signals import Person
from contracts.places import MUNICIPALITIES
from contracts.profile import AgeBand, Answer, Profile
from contracts.text import Line, Model, MunicipalityCode, Personal, Slug, Text
from contracts.words import (
    Acknowledged,
    AidOutcome,
    CaseOutcome,
    ChildAssessment,
    ChildDecline,
    ConsentBecause,
    ConsentBy,
    ConsentTo,
    DangerOutcome,
    Decline,
    Destination,
    ErasureReason,
    FactSource,
    Finding,
    GuardingOutcome,
    NotBrought,
    NotDisclosed,
    NotErased,
    NotOurs,
    Urgency,
    Weighing,
)

NOTHING_SAID = "this says nothing: answer yes or no for at least one purpose"
NO_ADULT = "this is not the age of an adult: choose one from 18"
ESTIMATED = "an estimate makes nobody an adult: who may be under 18 counts as under 18 until the age is known"
NOBODY = "this asks help for nobody: say for how many adults, or how many children"

NO_SUCH_PLACE = "no municipality has this CBS code; they look like GM0995 (Lelystad)"
ONLY_ELSEWHERE = "a municipality is named only where the case belongs to another region"

Order = Annotated[str, Field(pattern=r"^[\w-]+\.[\w-]+\.[\w-]+$", max_length=2_000)]
"""What a person signs to have something done that needs two persons: a JWS in compact form, made by `keten erase`."""


class Command(Model):
    """A decision of a person; a field that is not known is refused, so that nothing typed is lost."""

    model_config = ConfigDict(extra="forbid")

    def unchoosable(self) -> Unchoosable | None:
        """What no person may decide so, whatever the file says; histories of before may hold it, so a model allows it."""
        return kept_from_people(self)


class AcknowledgeAlarms(Command):
    """A person has seen open alarms of this file."""

    numbers: tuple[AlarmNumber, ...] = Field(default=(), max_length=100, description="which alarms; none: all that are open")
    reason: Acknowledged | None = Field(default=None, description="why nothing more is needed")


class AssignOwner(Command):
    """The desk gives a signal without an owner to somebody by name; this acknowledges the alarm."""

    to: Slug


class JoinSignal(Command):
    """The person was known already: the two were joined by hand, and this signal ends."""


class AcceptCase(Command):
    """The coordinator takes the case."""


class DeclineCase(Command):
    """The coordinator does not take the case; where it belongs to another region, the desk may hear which."""

    reason: NotOurs
    municipality: MunicipalityCode | None = None

    def unchoosable(self) -> Unchoosable | None:
        """A place says whose region it is, and nothing else."""
        if self.municipality is None:
            return None
        if self.municipality not in MUNICIPALITIES:
            return Unchoosable("municipality", NO_SUCH_PLACE)
        return None if self.reason is NotOurs.OTHER_REGION else Unchoosable("municipality", ONLY_ELSEWHERE)


class RecordTriage(Command):
    """What triage found; unclear means a talk within the term."""

    finding: Finding


class RecordIntake(Command):
    """The intake: what the person needs and who the person is, as far as known."""

    needs: Personal[Text]
    person: Personal[Person] = Person()
    registrant: Personal[Registrant] = Registrant()
    age: Personal[AgeBand] = Field(default=AgeBand.UNKNOWN, description="who may be under 18 counts as under 18")
    under_16: Annotated[Personal[bool], NotAskedNow()] = Field(default=False, description="before: now it is `age`")

    @property
    def told_age(self) -> AgeBand:
        """What it says of the age; of an intake of before no more than that it is under 16."""
        known = self.age is not AgeBand.UNKNOWN
        return self.age if known or not self.under_16 else AgeBand.UNDER_16


class RecordFacts(Command):
    """What is known of the person now, and from where. It stands beside what was recorded before; unknown is an answer, too."""

    age: Personal[AgeBand] = Field(description="who may be under 18 counts as under 18")
    guardian_suspected: Personal[Answer] = Field(default=Answer.UNKNOWN, description="is a parent or guardian suspected")
    source: FactSource


class RecordConsent(Command):
    """What the person says of each purpose. No is an answer too; what was said of a purpose that is left out stays as it is."""

    help: bool | None = Field(default=None, description="may aid organisations be asked")
    registration: bool | None = Field(default=None, description="may the registration hold personal data")
    riec: bool | None = Field(default=None, description="may the observation go to the privacy officer")
    by: ConsentBy = Field(default=ConsentBy.PERSON, description="who says it; under 16 not the person alone")
    because: Personal[ConsentBecause | None] = Field(default=None, description="why somebody from 12 to 15 consents alone")
    by_guardian: Annotated[bool, NotAskedNow()] = Field(default=False, description="before: now it is `by`")
    written: bool = Field(default=False, description="in writing; registration with personal data needs it")

    @model_validator(mode="after")
    def _registration_in_writing(self) -> Self:
        if self.registration and not self.written:
            raise ValueError("registration with personal data needs written consent: set `written`, or leave `registration` out")
        return self

    @property
    def given_by(self) -> ConsentBy:
        """Who says it; of what was recorded before, the person or a guardian."""
        return ConsentBy.GUARDIAN if self.by_guardian and self.by is ConsentBy.PERSON else self.by

    @property
    def said(self) -> dict[ConsentTo, bool]:
        """What is said of each purpose that is not left out."""
        answers = {purpose: getattr(self, purpose) for purpose in ConsentTo}
        return {purpose: answer for purpose, answer in answers.items() if answer is not None}

    def unchoosable(self) -> Unchoosable | None:
        """Something is said."""
        return None if self.said else Unchoosable("help", NOTHING_SAID)


class WithdrawConsent(Command):
    """The person takes consent back; what was offered on it is recalled."""

    help: bool = False
    registration: bool = False
    riec: bool = False


class OfferHelp(Command):
    """Ask aid organisations, in this order, each on its clock; or all at once."""

    need: Need
    profile: Personal[Profile] = Field(default=Profile(), description="what the organisations are told before they accept")
    organisations: tuple[Slug, ...] = Field(min_length=1, max_length=20)
    at_once: bool = Field(default=False, description="ask all at the same time: the first who accepts helps")

    @property
    def is_blind(self) -> bool:
        """Whether it was decided with a profile, as every decision of today is; what was recorded before has none."""
        return "profile" in self.model_fields_set

    def unchoosable(self) -> Unchoosable | None:
        """Help is for somebody."""
        return None if self.need.adults or self.need.children else Unchoosable("need.adults", NOBODY)


class OfferAgain(Command):
    """Ask further organisations where nobody could place the person."""

    referral: Number = Field(description="number of the request within the case")
    organisations: tuple[Slug, ...] = Field(min_length=1, max_length=20)
    at_once: bool = Field(default=False, description="ask all at the same time: the first who accepts helps")


class GiveUp(Command):
    """Stop asking; it stays counted as not placed."""

    referral: Number = Field(description="number of the request within the case")


class AskPrivacyCheck(Command):
    """Ask the municipality's privacy officer to bring an observation to the RIEC, without the victim's identity."""

    observation: Observation


class StartAftercare(Command):
    """Help has ended; the coordinator keeps in touch."""


class ConcludeCase(Command):
    """End the case with an outcome; open offers are recalled."""

    outcome: Annotated[
        CaseOutcome,
        NotByHand(CaseOutcome.NO_CONSENT, CaseOutcome.NO_VICTIM, CaseOutcome.TAKEN_ELSEWHERE, CaseOutcome.NOT_OURS),
    ]


class FindPerson(Command):
    """A person who was out of sight was found again."""


class DeclareDanger(Command):
    """Somebody is in danger now: a person here says so, and from then on a vital interest is a ground."""

    threat: Personal[Text] = Field(description="what threatens, and from whom")
    whereabouts: Personal[Line | None] = Field(default=None, description="where the person is, as far as known")


class CallPolice(Command):
    """Tell the investigation service of the danger that was declared."""

    to: Slug | None = Field(default=None, description="which one; none: the police of the place")


class StandDown(Command):
    """The danger is over."""


class AskSearch(Command):
    """Ask the police, who knows of a danger, to look for the person, who is missing now."""


class NotifyChildProtection(Command):
    """Tell child protection of somebody who is, or may be, under 18."""

    account: Personal[Text] = Field(description="why the child may not be safe, and where it is")
    to: Slug | None = Field(default=None, description="which agency; none: whoever assesses children in this place")
    outside: bool = Field(default=False, description="no agency takes part here; one was told otherwise, and protects the child")


class RecordAdult(Command):
    """Somebody who counted as under 18 is 18 or older."""

    age: Personal[AgeBand]
    source: FactSource

    def unchoosable(self) -> Unchoosable | None:
        """It is an adult's age, and more than an estimate (LAW: directive 2011/36/EU, art. 13, paragraph 2)."""
        if self.age in {*UNDER_18, AgeBand.UNKNOWN}:
            return Unchoosable("age", NO_ADULT)
        return Unchoosable("source", ESTIMATED) if self.source is FactSource.ESTIMATE else None


class RecordContact(Command):
    """The coordinator was in touch with somebody who wants no help now, or tried."""

    reached: bool = Field(description="was the person reached")


class CloseUnconfirmed(Command):
    """Close although the registry has not confirmed the registration."""


class SeeOffer(Command):
    """A human at the aid organisation has read the offer."""


class AcceptOffer(Command):
    """The aid organisation will help."""


class DeclineOffer(Command):
    """The aid organisation cannot help."""

    reason: Annotated[Decline, NotByHand(Decline.EXPIRED)]


class WaitlistOffer(Command):
    """The aid organisation has no place yet, and puts the person on its waiting list."""


class ReportFirstContact(Command):
    """The worker has met the person: responsibility moves now."""


class CompleteHelp(Command):
    """Help ended."""

    outcome: AidOutcome


class ReportMissing(Command):
    """The worker does not know where the person is."""


class ReportFound(Command):
    """The person is back."""


class EndStay(Command):
    """Help that was taken back ends: the person has left, and goes there."""

    destination: Destination


class CloseObservation(Command):
    """The coordinator stops waiting for what the municipality and the RIEC say of an observation."""


class BringToRiec(Command):
    """The privacy officer brings the observation to the RIEC, as asked or with less in it."""

    observation: Observation | None = Field(default=None, description="what may go; empty: as asked")


class DoNotBring(Command):
    """The privacy officer does not bring the observation."""

    reason: NotBrought


class CloseCheck(Command):
    """The officer stops waiting for the RIEC."""


class RecordEnrichment(Command):
    """What the partners of the RIEC know besides."""

    findings: Personal[Text]


class RecordWeighing(Command):
    """What the RIEC decided."""

    weighing: Annotated[Weighing, NotByHand(Weighing.IN_PROGRESS, Weighing.CLOSED)]


class RecordPlan(Command):
    """Which partners intervene, each under its own powers."""

    interventions: Personal[Text]


class CloseDossier(Command):
    """The interventions ended."""


class CloseRegistration(Command):
    """CoMensha closes a registration whose case does not report any more."""


class SupplementSignal(Command):
    """The reporter adds to the signal; whoever has the case hears it."""

    account: Personal[Text]
    person: Personal[Person] = Person()
    urgency: Urgency = Urgency.NORMAL


class CloseReport(Command):
    """The reporter stops following."""


class AcknowledgeGap(Command):
    """The province has taken up the gap with the region."""


class TakeDanger(Command):
    """Somebody at the investigation service protects the person, or looks for them, from now on."""


class EndDanger(Command):
    """The investigation service does nothing more about a danger."""

    outcome: DangerOutcome


class AssessChild(Command):
    """What child protection found about a child's safety, and what follows."""

    assessment: ChildAssessment


class DeclineChild(Command):
    """The report of a child is not for this agency."""

    reason: ChildDecline


class NameGuardian(Command):
    """Who may consent for the child."""

    guardian: Personal[Guardian]


class EndGuarding(Command):
    """The child is guarded no longer."""

    outcome: GuardingOutcome


class AskErasure(Command):
    """The first of two persons: what is kept of this case is to be erased."""

    reason: ErasureReason
    order: Order


class ConfirmErasure(Command):
    """The second of two persons: erase it, here and at every agency that holds something of it. It cannot be undone."""

    order: Order


class RefuseErasure(Command):
    """A person decides that it is kept."""

    reason: NotErased


class KeepLonger(Command):
    """The term has ended, but the file is kept for another one."""


class CloseWithoutReceipts(Command):
    """Stop waiting for agencies that have not answered; the story keeps which."""


class Disclose(Command):
    """Tell whoever asks for the person what is held here, and what was told to whom; what the law shields is left out."""


class RefuseDisclosure(Command):
    """Do not tell; whoever asks for the person hears why."""

    reason: NotDisclosed


class CloseWithoutAnswers(Command):
    """Stop waiting for agencies that have not answered; the report says which."""


def _imperative(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


COMMANDS: dict[str, type[Command]] = {_imperative(order.__name__): order for order in Command.__subclasses__()}
"""Commands by the name under which a workflow takes them."""

ORDERS = frozenset(name for name, command in COMMANDS.items() if Order in command.__annotations__.values())
"""Those of them that a person signs: what weighs most."""
