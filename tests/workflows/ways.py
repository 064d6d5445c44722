"""A way to every state of every table: what must have happened to the real workflow before it is there."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from contracts.clocks import Clocks
from contracts.commands import (
    AcceptCase,
    AcceptOffer,
    AskErasure,
    AskPrivacyCheck,
    AssessChild,
    CallPolice,
    Command,
    ConcludeCase,
    ConfirmErasure,
    DeclareDanger,
    NotifyChildProtection,
    OfferHelp,
    RecordConsent,
    RecordEnrichment,
    RecordFacts,
    RecordIntake,
    RecordTriage,
    RecordWeighing,
    ReportFirstContact,
    WithdrawConsent,
)
from contracts.event import Event, File
from contracts.events.children import ChildAssessed, ChildReported
from contracts.events.coverage import CoverageGapObserved
from contracts.events.dangers import DangerReported, DangerTaken
from contracts.events.disclosures import AccessAsked, DisclosureRequested
from contracts.events.dossiers import (
    DossierBrought,
    PrivacyCheckDecidedV2,
    PrivacyCheckRequestedV2,
)
from contracts.events.erasures import ConsentWithdrawn, ErasureRequested, FileEnded
from contracts.events.observations import ObservationAnswered, ObservationNoted
from contracts.events.referrals import (
    ClientMissing,
    FirstContactMade,
    PersonRevealed,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralOffered,
    ReferralRecalled,
    ReferralSeen,
    ReferralWaitlisted,
)
from contracts.events.registrations import RegistrationRecorded, RegistrationRequested
from contracts.events.signals import (
    CaseAccepted,
    CaseDeclined,
    SignalReceived,
    SignalReported,
    SignalRouted,
)
from contracts.profile import AgeBand, Profile
from contracts.words import (
    AgencyKind,
    AidOutcome,
    CaseOutcome,
    ChildAssessment,
    ConsentTo,
    CoverageGapKind,
    Decline,
    ErasureReason,
    FactSource,
    Finding,
    NotOurs,
    ObservationStands,
    Recall,
    SignalStatus,
    Weighing,
)
from tests.workflows.conftest import Staged
from tests.workflows.samples import COMMANDS, EPOCH, NEED, OBSERVATION, SIGNAL
from tests.workflows.stage import Stage
from tests.workflows.tables_found import STATES, TABLES, state_of
from workflows.access.access import Access
from workflows.access.disclosure import Disclosure
from workflows.case.case import Case
from workflows.coverage.process import CoverageGap
from workflows.danger.process import Danger
from workflows.dossier.process import Dossier
from workflows.engine.process import Process
from workflows.guarding.process import Guarding
from workflows.observation.process import Observation
from workflows.placement.process import Placement
from workflows.privacy.process import PrivacyCheck
from workflows.registration.process import Registration
from workflows.report.process import Report
from workflows.retention.process import Retention
from workflows.signal.routing import SignalRouting

DESK, POLICE, ALMERE, ZWOLLE = "signal-desk", "police-midden-nederland", "coordinator-almere", "coordinator-zwolle"
COMENSHA, LELYSTAD, RIEC, PROVINCE = "comensha", "lelystad", "riec-midden-nederland", "flevoland"
POLICE_ON_DUTY, VEILIG_THUIS, NIDOS = "police-unit-midden-nederland", "veilig-thuis-flevoland", "nidos"
COSM, WOMEN, STRANGER = "cosm-shelter", "womens-shelter", "urk"

PROCESSES: tuple[type[Process[Any]], ...] = (
    SignalRouting,
    Report,
    Case,
    Placement,
    Observation,
    PrivacyCheck,
    Dossier,
    Registration,
    CoverageGap,
    Danger,
    Guarding,
    Retention,
    Access,
    Disclosure,
)

USUAL = Clocks()
OFFER_TERM = timedelta(days=2)

Step = Command | tuple[Event, str] | timedelta
"""A decision, another agency's event with its sender, or time that passes."""


@dataclass(frozen=True)
class Way:
    """From nothing to a state.

    Attributes:
        process: The workflow.
        slug: Whose file it is.
        opening: The first event and its sender; None where it has not come.
        steps: What happens then.
        silent: What does not answer: ``maps``, ``shelf``, ``pages``, ``vault`` or ``papers``.
        clocks: Other terms than the usual ones.
    """

    process: type[Process[Any]]
    slug: str
    opening: tuple[Event, str] | None
    steps: tuple[Step, ...] = ()
    silent: str = ""
    clocks: Clocks = USUAL

    def then(self, *steps: Step) -> "Way":
        return replace(self, steps=(*self.steps, *steps))


async def walk(staged: Staged, way: Way) -> Stage:
    """Go there with the real workflow."""
    stage: Stage = await staged(way.slug, way.process)
    silence(stage, way.silent)
    if way.opening is None:
        await stage.start(way.clocks)
    else:
        event, sender = way.opening
        await stage.open(await in_time(stage, event), sender, way.clocks)
    for step in way.steps:
        await take(stage, step)
    return stage


async def take(stage: Stage, step: Step) -> None:
    if isinstance(step, timedelta):
        await stage.skip(step)
    elif isinstance(step, Command):
        await decided(stage, step)
    else:
        await stage.hear(*step)
    await stage.settle()


async def decided(stage: Stage, command: Command) -> None:
    """Decide; where it is refused, say where another example belongs."""
    try:
        await stage.decide(command)
    except WorkflowUpdateFailedError as error:
        name, why = type(command).__name__, getattr(error.cause, "message", error)
        pytest.fail(
            f"{name} was refused on the way ({why}): give an example that is possible in tests/workflows/samples.py",
            pytrace=False,
        )


async def in_time(stage: Stage, event: Event) -> Event:
    """An offer ends a while after it is made, on the server's clock."""
    if isinstance(event, ReferralOffered):
        return event.model_copy(update={"answer_by": await stage.env.get_current_time() + OFFER_TERM})
    return event


def silence(stage: Stage, what: str) -> None:
    stage.maps.lost = what == "maps"
    stage.shelf.out_of_reach = what == "shelf"
    stage.pages.out_of_reach = what == "pages"
    stage.vault.out_of_reach = what == "vault"
    stage.papers.out_of_reach = what == "papers"


def _desk(*steps: Step) -> Way:
    return Way(SignalRouting, DESK, (SignalReported(signal=SIGNAL), POLICE), steps)


def _case(*steps: Step) -> Way:
    routed = SignalRouted(signal=SIGNAL, care_region="Almere", reported_by=AgencyKind.REPORTER)
    return Way(Case, ALMERE, (routed, DESK), steps)


def _assessed(found: ChildAssessment) -> Step:
    return ChildAssessed(report=1, assessment=found), VEILIG_THUIS


NO_CAPACITY = CaseDeclined(reason=NotOurs.NO_CAPACITY)
KNOWN = CaseDeclined(reason=NotOurs.KNOWN_ALREADY)
INTAKE = _case(AcceptCase(), RecordTriage(finding=Finding.PRESUMED_VICTIM))
DECLARED = DeclareDanger(threat="an example threat")
MINOR = INTAKE.then(RecordFacts(age=AgeBand.FROM_12, source=FactSource.OTHERS))
NOTIFIED = MINOR.then(NotifyChildProtection(account="an example account"))
CONSENT = INTAKE.then(RecordIntake(needs="an example need"))
PLANNING = CONSENT.then(RecordConsent(help=True, riec=True))
NAMED = CONSENT.then(RecordConsent(help=True, riec=True, registration=True, written=True))
ASKING = PLANNING.then(OfferHelp(need=NEED, organisations=(COSM, WOMEN)))
LAST_SEEN = PLANNING.then(OfferHelp(need=NEED, organisations=(COSM,)), (ReferralSeen(referral=1), COSM))
ACCEPTED = ASKING.then((ReferralAccepted(referral=1), COSM))
HELPED = ACCEPTED.then((FirstContactMade(referral=1), COSM))
NOT_PLACED = LAST_SEEN.then((ReferralDeclined(referral=1, reason=Decline.FULL), COSM))
RECORDED = (RegistrationRecorded(anonymous=True), COMENSHA)
IN_CARE = HELPED.then((ReferralCompleted(referral=1, outcome=AidOutcome.SAFE_HOUSING), COSM))
LOST = HELPED.then((ReferralCompleted(referral=1, outcome=AidOutcome.OUT_OF_SIGHT), COSM))
TAKEN_BACK = (ReferralRecalled(referral=1, reason=Recall.CONSENT_WITHDRAWN), ALMERE)
SHARING = PLANNING.then(AskPrivacyCheck(observation=OBSERVATION))
BROUGHT = SHARING.then((ObservationAnswered(stands=ObservationStands.BROUGHT), ALMERE))
PLACE = Way(Placement, COSM, (ReferralOffered(referral=1, need=NEED, profile=Profile(), answer_by=EPOCH), ALMERE))
REVEALED = (PersonRevealed(referral=1, need=NEED), ALMERE)
NOTED = Way(Observation, ALMERE, (ObservationNoted(observation=OBSERVATION), ALMERE))
CHECK = Way(PrivacyCheck, LELYSTAD, (PrivacyCheckRequestedV2(observation=OBSERVATION), ALMERE))
DOSSIER = Way(Dossier, RIEC, (DossierBrought(observation=OBSERVATION), LELYSTAD))
WEIGHING = DOSSIER.then(RecordEnrichment(findings="an example finding"))
PLAN = WEIGHING.then(RecordWeighing(weighing=Weighing.CASE))
REQUESTED = RegistrationRequested(consented=False, reported_by=AgencyKind.CARE_COORDINATOR)
REGISTRATION = Way(Registration, COMENSHA, (REQUESTED, ALMERE))
HOURLY = Clocks.model_validate({"registration": "1 hour"})
FOLLOWING = Way(Report, POLICE, (SignalReceived(status=SignalStatus.WITH_DESK), DESK))
GAP = Way(CoverageGap, PROVINCE, (CoverageGapObserved(gap=CoverageGapKind.NO_COORDINATOR), DESK))
DANGER = Way(Danger, POLICE_ON_DUTY, (DangerReported(danger=1, threat="an example threat"), ALMERE))
CHILD = Way(Guarding, VEILIG_THUIS, (ChildReported(report=1, account="an example account"), ALMERE))
EXAMINED = CHILD.then(AssessChild(assessment=ChildAssessment.EXAMINED))
GUARDED = EXAMINED.then(AssessChild(assessment=ChildAssessment.GUARDED))

ENDED = FileEnded(kind=File.CASE, system="case")
KEPT = Way(Retention, ALMERE, (ENDED, ALMERE))
SHORTLY = Clocks.model_validate({"retention_case": "1 hour"})
FIRST = AskErasure(reason=ErasureReason.REQUEST, order="a.one.z")
SECOND = ConfirmErasure(order="a.two.z")
ASKED = KEPT.then(FIRST)
WITHDRAWN = Way(Retention, ALMERE, (ConsentWithdrawn(consent=ConsentTo.RIEC, told=(LELYSTAD,)), ALMERE))
ERASURE_ASKED = Way(Retention, LELYSTAD, (ErasureRequested(reason=ErasureReason.REQUEST), ALMERE))
ACCESS_ASKED = Way(Access, ALMERE, (AccessAsked(), ALMERE))
DISCLOSURE_ASKED = Way(Disclosure, LELYSTAD, (DisclosureRequested(), ALMERE))

_BY_HAND: dict[tuple[str, str], Way] = {
    **{(process.table.name, "opening"): Way(process, DESK, None) for process in PROCESSES},
    ("SignalRouting", "searching"): replace(_desk(), silent="maps"),
    ("SignalRouting", "with_coordinator"): _desk(),
    ("SignalRouting", "with_registry"): _desk((NO_CAPACITY, ALMERE)),
    ("SignalRouting", "alarm"): _desk((NO_CAPACITY, ALMERE), (NO_CAPACITY, COMENSHA)),
    ("SignalRouting", "joining"): _desk((KNOWN, ALMERE)),
    ("SignalRouting", "owned"): _desk((CaseAccepted(), ALMERE)),
    ("Case", "offered"): _case(),
    ("Case", "talk"): _case(AcceptCase(), RecordTriage(finding=Finding.UNCLEAR)),
    ("Case", "intake"): INTAKE,
    ("Case", "consent"): CONSENT,
    ("Case", "planning"): PLANNING,
    ("Case", "waiting"): CONSENT.then(RecordConsent(help=False)),
    ("Case", "in_care"): IN_CARE,
    ("Case", "lost"): LOST,
    ("Case", "closing"): INTAKE.then(ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT)),
    ("AidReferral", "offered"): ASKING,
    ("AidReferral", "seen"): LAST_SEEN,
    ("AidReferral", "waitlisted"): LAST_SEEN.then((ReferralWaitlisted(referral=1), COSM)),
    ("AidReferral", "accepted"): ACCEPTED,
    ("AidReferral", "with_aid"): HELPED,
    ("AidReferral", "missing"): HELPED.then((ClientMissing(referral=1), COSM)),
    ("AidReferral", "leaving"): HELPED.then(WithdrawConsent(help=True)),
    ("AidReferral", "not_placed"): NOT_PLACED,
    ("CaseDanger", "alarmed"): INTAKE.then(DECLARED),
    ("CaseDanger", "with_police"): INTAKE.then(DECLARED, CallPolice()),
    ("CaseDanger", "protected"): INTAKE.then(DECLARED, CallPolice(), (DangerTaken(system="case", danger=1), POLICE_ON_DUTY)),
    ("CaseMinor", "unguarded"): MINOR,
    ("CaseMinor", "notified"): NOTIFIED,
    ("CaseMinor", "examined"): NOTIFIED.then(_assessed(ChildAssessment.EXAMINED)),
    ("CaseMinor", "guarded"): NOTIFIED.then(_assessed(ChildAssessment.GUARDED)),
    ("Sharing", "asked"): SHARING,
    ("Sharing", "brought"): BROUGHT,
    ("Registering", "requested"): NAMED,
    ("Placement", "offered"): PLACE,
    ("Placement", "accepted"): PLACE.then(AcceptOffer(), REVEALED),
    ("Placement", "leaving"): PLACE.then(AcceptOffer(), REVEALED, ReportFirstContact(), TAKEN_BACK),
    ("Observation", "asked"): NOTED,
    ("Observation", "brought"): NOTED.then((PrivacyCheckDecidedV2(brought=True), LELYSTAD)),
    ("PrivacyCheck", "asked"): CHECK,
    ("Dossier", "enrichment"): DOSSIER,
    ("Dossier", "plan"): PLAN,
    ("Feedback", "owed"): DOSSIER,
    ("Registration", "recording"): replace(REGISTRATION, silent="shelf", clocks=HOURLY),
    ("Registration", "recorded"): REGISTRATION,
    ("Report", "following"): FOLLOWING,
    ("CoverageGap", "observed"): GAP,
    ("Danger", "called"): DANGER,
    ("Guarding", "asked"): CHILD,
    ("Guarding", "examining"): EXAMINED,
    ("Guarding", "guarding"): GUARDED,
    ("Retention", "in_use"): Way(Retention, ALMERE, (ConsentWithdrawn(consent=ConsentTo.RIEC, told=(STRANGER,)), ALMERE)),
    ("Retention", "looking"): replace(ERASURE_ASKED, silent="vault"),
    ("Retention", "kept"): KEPT,
    ("Retention", "due"): replace(KEPT, clocks=SHORTLY).then(timedelta(hours=1, minutes=1)),
    ("Retention", "asked"): ASKED,
    ("Retention", "erasing"): replace(ASKED, silent="vault").then(SECOND),
    ("Retention", "collecting"): ASKED.then(SECOND),
    ("Recall", "asked"): WITHDRAWN,
    ("Access", "looking"): replace(ACCESS_ASKED, silent="papers"),
    ("Access", "asking"): ACCESS_ASKED,
    ("Disclosure", "looking"): replace(DISCLOSURE_ASKED, silent="papers"),
    ("Disclosure", "deciding"): DISCLOSURE_ASKED,
}
"""By name of the table and of the state: where what must happen does not follow from the table."""


def _following() -> dict[tuple[str, str], Way]:
    """For all other states: a decision leads there, and nowhere else, from a state to which there is a way."""
    ways = dict(_BY_HAND)
    waiting = [place for place in STATES if place in ways]
    while waiting:
        table, before = waiting.pop(0)
        for trigger, targets in state_of(table, before).moves.items():
            new = {(table, target) for target in targets & TABLES[table].states.keys()} - ways.keys()
            if len(targets) == 1 and new and trigger in COMMANDS:
                waiting += new
                ways |= dict.fromkeys(new, ways[table, before].then(COMMANDS[trigger]))
    return ways


NO_WAY = """Nothing leads the tests to {table}.{name}. No decision leads there alone, so add a line to _BY_HAND in
tests/workflows/ways.py, with all that must happen before a file is in this state, like

    ("Dossier", "weighing"): DOSSIER.then(RecordEnrichment(findings="an example finding")),"""


class Ways(dict[tuple[str, str], Way]):
    """By name of the table and of the state."""

    def __missing__(self, place: tuple[str, str]) -> Way:
        table, name = place
        raise AssertionError(NO_WAY.format(table=table, name=name))


WAYS = Ways(_following())
