"""Whole lives of files: every kind from its first event to its end, with what people decide and other agencies say."""

from datetime import timedelta

from contracts.clocks import Clocks, Duration
from contracts.commands import (
    AcceptCase,
    AcceptOffer,
    AcknowledgeAlarms,
    AcknowledgeGap,
    AskPrivacyCheck,
    AssessChild,
    AssignOwner,
    BringToRiec,
    CallPolice,
    CloseDossier,
    CloseWithoutAnswers,
    CloseWithoutReceipts,
    ConcludeCase,
    DeclareDanger,
    Disclose,
    EndDanger,
    EndGuarding,
    EndStay,
    GiveUp,
    NameGuardian,
    NotifyChildProtection,
    OfferAgain,
    OfferHelp,
    RecordAdult,
    RecordConsent,
    RecordContact,
    RecordEnrichment,
    RecordFacts,
    RecordIntake,
    RecordPlan,
    RecordTriage,
    RecordWeighing,
    ReportFirstContact,
    ReportFound,
    ReportMissing,
    SeeOffer,
    StandDown,
    StartAftercare,
    SupplementSignal,
    TakeDanger,
    WaitlistOffer,
)
from contracts.events.children import ChildAssessed, ChildRecalled, Guardian
from contracts.events.dangers import DangerRecalled, DangerTaken
from contracts.events.dossiers import (
    DossierReportedBack,
    PrivacyCheckAnsweredV2,
    PrivacyCheckDecidedV2,
)
from contracts.events.observations import ObservationAnswered
from contracts.events.referrals import (
    ClientFound,
    ClientMissing,
    FirstContactMade,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralSeen,
    ReferralWaitlisted,
)
from contracts.events.registrations import RegistrationAmended, RegistrationRequested
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseProgressed,
    SignalAmended,
    SignalStatusChanged,
    SignalSupplemented,
)
from contracts.profile import AgeBand
from contracts.words import (
    AgencyKind,
    AidOutcome,
    CaseOutcome,
    ChildAssessment,
    ChildRecall,
    DangerOutcome,
    Decline,
    Destination,
    FactSource,
    Finding,
    GuardingOutcome,
    ObservationStands,
    SignalStatus,
    Weighing,
)
from tests.workflows.samples import SUPPLEMENT
from tests.workflows.ways import (
    ACCESS_ASKED,
    ALMERE,
    CHECK,
    CHILD,
    COSM,
    DANGER,
    DESK,
    DISCLOSURE_ASKED,
    DOSSIER,
    FIRST,
    FOLLOWING,
    GAP,
    IN_CARE,
    KEPT,
    LELYSTAD,
    NEED,
    NOTED,
    OBSERVATION,
    PLACE,
    POLICE,
    POLICE_ON_DUTY,
    RECORDED,
    REGISTRATION,
    REVEALED,
    RIEC,
    SECOND,
    TAKEN_BACK,
    VEILIG_THUIS,
    WAYS,
    WOMEN,
    Way,
)

DAYS_OF = {"working day": 1, "month": 30}


def _without_calendar(term: Duration) -> Duration:
    days = DAYS_OF.get(term.unit)
    return Duration(amount=term.amount * days, unit="day") if days else term


EXACT = Clocks(
    **{
        **{name: _without_calendar(term) for name, term in Clocks()},
        "feedback": Duration(amount=11, unit="day"),
    }
)
"""Terms in days of 24 hours, no two of which end together: a story goes the same on whatever day it begins."""

CASE = WAYS["Case", "offered"].then(
    AcceptCase(),
    (SignalAmended(supplement=SUPPLEMENT), DESK),
    RecordTriage(finding=Finding.UNCLEAR),
    timedelta(hours=80, minutes=30),
    RecordTriage(finding=Finding.PRESUMED_VICTIM),
    RecordFacts(age=AgeBand.PERHAPS_UNDER_18, source=FactSource.ESTIMATE),
    NotifyChildProtection(account="an example account"),
    (ChildAssessed(report=1, assessment=ChildAssessment.EXAMINED), VEILIG_THUIS),
    RecordAdult(age=AgeBand.FROM_23, source=FactSource.DOCUMENT),
    DeclareDanger(threat="an example threat"),
    CallPolice(),
    (DangerTaken(system="case", danger=1), POLICE_ON_DUTY),
    RecordIntake(needs="an example need"),
    StandDown(),
    RecordConsent(help=False),
    timedelta(days=30, minutes=30),
    RecordContact(reached=True),
    RecordConsent(help=True, riec=True),
    OfferHelp(need=NEED, organisations=(COSM, WOMEN)),
    AskPrivacyCheck(observation=OBSERVATION),
    (ReferralSeen(referral=1), COSM),
    (ReferralDeclined(referral=1, reason=Decline.FULL), COSM),
    timedelta(days=3, minutes=30),
    (ReferralAccepted(referral=2), WOMEN),
    OfferAgain(referral=1, organisations=(COSM,)),
    (ReferralWaitlisted(referral=3), COSM),
    timedelta(days=1, minutes=30),
    (ReferralAccepted(referral=3), COSM),
    (FirstContactMade(referral=3), COSM),
    (ClientMissing(referral=3), COSM),
    timedelta(hours=73),
    (ClientFound(referral=3), COSM),
    (ObservationAnswered(stands=ObservationStands.BROUGHT), ALMERE),
    (ObservationAnswered(stands=ObservationStands.BROUGHT, weighing=Weighing.CASE), ALMERE),
    timedelta(days=100, minutes=30),
    (ObservationAnswered(stands=ObservationStands.ANSWERED, weighing=Weighing.CLOSED), ALMERE),
    (ReferralCompleted(referral=3, outcome=AidOutcome.SAFE_HOUSING), COSM),
    StartAftercare(),
    timedelta(days=100, minutes=30),
    ConcludeCase(outcome=CaseOutcome.HELPED),
    RECORDED,
)
"""Perhaps a child; a danger that is over; no help at first; declined, expired, waiting, helped, missing; the RIEC; the end."""

CASE_WITHOUT_WAITING = IN_CARE.then(
    AskPrivacyCheck(observation=OBSERVATION),
    (ObservationAnswered(stands=ObservationStands.BROUGHT), ALMERE),
    (ObservationAnswered(stands=ObservationStands.BROUGHT, weighing=Weighing.CASE), ALMERE),
    OfferHelp(need=NEED, organisations=(WOMEN,)),
    (ReferralDeclined(referral=2, reason=Decline.FULL), WOMEN),
    GiveUp(referral=2),
    StartAftercare(),
    ConcludeCase(outcome=CaseOutcome.HELPED),
    RECORDED,
)
"""For a server whose time does not skip."""

SIGNAL = WAYS["SignalRouting", "with_coordinator"].then(
    timedelta(days=5, minutes=30),
    timedelta(hours=9, minutes=30),
    AssignOwner(to="coordinator-zwolle"),
    (SignalSupplemented(supplement=SUPPLEMENT), POLICE),
    (CaseAccepted(), "coordinator-zwolle"),
    (CaseAccepted(), ALMERE),
    (CaseProgressed(status=SignalStatus.WITH_AID), "coordinator-zwolle"),
    timedelta(days=100, minutes=30),
    AcknowledgeAlarms(),
    (CaseConcluded(outcome=CaseOutcome.HELPED), "coordinator-zwolle"),
)
"""A silent coordinator, a silent registry, an alarm that is raised again, and an owner by name."""

AGAIN = RegistrationRequested(consented=False, reported_by=AgencyKind.CARE_COORDINATOR)
REPORTS = REGISTRATION.then(
    (AGAIN, ALMERE),
    (RegistrationAmended(not_placed=1), ALMERE),
    timedelta(days=400, minutes=30),
    (RegistrationAmended(not_placed=1, outcome=CaseOutcome.HELPED), ALMERE),
)

RIEC_FILE = DOSSIER.then(
    timedelta(days=20, minutes=30),
    RecordEnrichment(findings="an example finding"),
    RecordWeighing(weighing=Weighing.CASE),
    RecordPlan(interventions="an example plan"),
    timedelta(days=100, minutes=30),
    CloseDossier(),
)

STORIES: dict[str, Way] = {
    "signal": SIGNAL,
    "case": CASE,
    "placement": PLACE.then(
        SeeOffer(),
        WaitlistOffer(),
        timedelta(days=1, minutes=30),
        AcceptOffer(),
        REVEALED,
        timedelta(days=2, minutes=30),
        ReportFirstContact(),
        timedelta(days=100, minutes=30),
        ReportMissing(),
        timedelta(hours=73),
        ReportFound(),
        TAKEN_BACK,
        timedelta(days=1, minutes=30),
        EndStay(destination=Destination.OTHER_SHELTER),
    ),
    "observation": NOTED.then(
        timedelta(days=10, minutes=30),
        (PrivacyCheckDecidedV2(brought=True), LELYSTAD),
        (PrivacyCheckAnsweredV2(weighing=Weighing.CASE), LELYSTAD),
        timedelta(days=20, minutes=30),
        (PrivacyCheckAnsweredV2(weighing=Weighing.CLOSED), LELYSTAD),
    ),
    "privacy": CHECK.then(
        timedelta(days=10, minutes=30),
        BringToRiec(),
        (DossierReportedBack(weighing=Weighing.IN_PROGRESS), RIEC),
        (DossierReportedBack(weighing=Weighing.CLOSED), RIEC),
    ),
    "dossier": RIEC_FILE,
    "registration": REPORTS,
    "report": FOLLOWING.then(
        (SignalStatusChanged(status=SignalStatus.ACCEPTED), DESK),
        SupplementSignal(account="an example addition"),
        timedelta(days=200, minutes=30),
        (SignalStatusChanged(status=SignalStatus.CLOSED), DESK),
    ),
    "danger": DANGER.then(
        timedelta(hours=2, minutes=30),
        TakeDanger(),
        timedelta(hours=73),
        (DangerRecalled(danger=1), ALMERE),
        EndDanger(outcome=DangerOutcome.SAFE),
    ),
    "guarding": CHILD.then(
        timedelta(days=8),
        AssessChild(assessment=ChildAssessment.EXAMINED),
        timedelta(days=71),
        AssessChild(assessment=ChildAssessment.GUARDED),
        NameGuardian(guardian=Guardian(name="an example name", safe_contact="an example contact")),
        timedelta(days=100),
        (ChildRecalled(report=1, reason=ChildRecall.ADULT), ALMERE),
        EndGuarding(outcome=GuardingOutcome.ADULT),
    ),
    "coverage": GAP.then(AcknowledgeGap()),
    "access": ACCESS_ASKED.then(timedelta(days=31), CloseWithoutAnswers()),
    "disclosure": DISCLOSURE_ASKED.then(timedelta(days=11), Disclose()),
    "retention": KEPT.then(timedelta(days=1800, minutes=30), FIRST, SECOND, timedelta(days=31), CloseWithoutReceipts()),
}
"""By the name of the file."""
