"""An example of every command and of every event, each with a sender who may send it."""

from contracts.commands import (
    AcceptCase,
    AcceptOffer,
    AcknowledgeAlarms,
    AcknowledgeGap,
    AskErasure,
    AskPrivacyCheck,
    AssignOwner,
    BringToRiec,
    CloseCheck,
    CloseDossier,
    CloseRegistration,
    CloseReport,
    CloseUnconfirmed,
    CloseWithoutReceipts,
    Command,
    CompleteHelp,
    ConcludeCase,
    ConfirmErasure,
    DeclineCase,
    DeclineOffer,
    DoNotBring,
    GiveUp,
    KeepLonger,
    OfferAgain,
    OfferHelp,
    RecordConsent,
    RecordEnrichment,
    RecordIntake,
    RecordPlan,
    RecordTriage,
    RecordWeighing,
    RefuseErasure,
    ReportFirstContact,
    SeeOffer,
    StartAftercare,
    WithdrawConsent,
)
from contracts.event import Event, File
from contracts.events.coverage import CoverageGapObserved
from contracts.events.deliveries import DeliveriesMissed, DeliveryRefused
from contracts.events.dossiers import (
    DossierBrought,
    DossierReportedBack,
    PrivacyCheckAnswered,
    PrivacyCheckDecided,
    PrivacyCheckRequested,
)
from contracts.events.erasures import ConsentWithdrawn, ErasureCompleted, ErasureDeclined, ErasureRequested, FileEnded
from contracts.events.referrals import (
    FirstContactMade,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralOffered,
    ReferralRecalled,
    ReferralSeen,
)
from contracts.events.registrations import (
    RegistrationAmended,
    RegistrationRecorded,
    RegistrationRequested,
    ReportRegistered,
)
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseDeclined,
    CaseProgressed,
    CaseWithdrawn,
    SignalReceived,
    SignalReported,
    SignalRouted,
    SignalStatusChanged,
)
from contracts.refusals import RefusalCode
from contracts.words import (
    AgencyKind,
    AidOutcome,
    CaseOutcome,
    ConsentTo,
    CoverageGapKind,
    Decline,
    ErasureReason,
    Finding,
    NotBrought,
    NotErased,
    NotOurs,
    Recall,
    SignalStatus,
    Weighing,
)
from tests.workflows.ways import COSM, EPOCH, NEED, OBSERVATION, SIGNAL, ZWOLLE
from workflows.admission import snake

COMMANDS: dict[str, Command] = {
    snake(type(order).__name__): order
    for order in (
        AcceptCase(),
        AcceptOffer(),
        AcknowledgeAlarms(),
        AcknowledgeGap(),
        AskErasure(reason=ErasureReason.TERM, order="a.one.z"),
        CloseWithoutReceipts(),
        ConfirmErasure(order="a.two.z"),
        KeepLonger(),
        RefuseErasure(reason=NotErased.LEGAL_DUTY),
        AskPrivacyCheck(observation=OBSERVATION),
        AssignOwner(to=ZWOLLE),
        BringToRiec(),
        CloseCheck(),
        CloseDossier(),
        CloseRegistration(),
        CloseReport(),
        CloseUnconfirmed(),
        CompleteHelp(outcome=AidOutcome.LEFT_EARLY),
        ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT),
        DeclineCase(reason=NotOurs.KNOWN_ALREADY),
        DeclineOffer(reason=Decline.FULL),
        DoNotBring(reason=NotBrought.NOT_PROPORTIONATE),
        GiveUp(referral=1),
        OfferAgain(referral=1, organisations=(COSM,)),
        OfferHelp(need=NEED, organisations=(COSM,)),
        RecordConsent(help=True),
        RecordEnrichment(findings="an example finding"),
        RecordIntake(needs="an example need"),
        RecordPlan(interventions="an example plan"),
        RecordTriage(finding=Finding.PRESUMED_VICTIM),
        RecordWeighing(weighing=Weighing.PARTNER_ONLY),
        ReportFirstContact(),
        SeeOffer(),
        StartAftercare(),
        WithdrawConsent(),
    )
}
"""By the name under which a workflow takes them."""

EVENTS: dict[str, Event] = {
    type(event).__name__: event
    for event in (
        CaseAccepted(),
        CaseConcluded(outcome=CaseOutcome.HELPED),
        CaseDeclined(reason=NotOurs.NO_CAPACITY),
        CaseProgressed(status=SignalStatus.WITH_AID),
        CaseWithdrawn(),
        CoverageGapObserved(gap=CoverageGapKind.NO_COORDINATOR),
        DeliveriesMissed(system="case", numbers=(3,)),
        DeliveryRefused(
            event_id="5eed5eed",
            event_type="nl.keten.cases.accepted.v1",
            system="case",
            code=RefusalCode.CASE_UNKNOWN,
            reason="an example reason",
        ),
        ConsentWithdrawn(consent=ConsentTo.HELP, told=("cosm-shelter",)),
        ErasureCompleted(system="retention", held=True),
        ErasureDeclined(system="retention", reason=NotErased.LEGAL_DUTY),
        ErasureRequested(reason=ErasureReason.REQUEST),
        FileEnded(kind=File.CASE, system="case"),
        DossierBrought(observation=OBSERVATION),
        DossierReportedBack(weighing=Weighing.CLOSED),
        FirstContactMade(referral=1),
        PrivacyCheckAnswered(weighing=Weighing.CLOSED),
        PrivacyCheckDecided(brought=False),
        PrivacyCheckRequested(observation=OBSERVATION),
        ReferralAccepted(referral=1),
        ReferralCompleted(referral=1, outcome=AidOutcome.HELP_COMPLETED),
        ReferralDeclined(referral=1, reason=Decline.FULL),
        ReferralOffered(referral=1, need=NEED, answer_by=EPOCH),
        ReferralRecalled(referral=1, reason=Recall.CASE_CLOSED),
        ReferralSeen(referral=1),
        RegistrationAmended(not_placed=1),
        RegistrationRecorded(anonymous=True),
        RegistrationRequested(consented=False, reported_by=AgencyKind.CARE_COORDINATOR),
        ReportRegistered(),
        SignalReceived(status=SignalStatus.WITH_DESK),
        SignalReported(signal=SIGNAL),
        SignalRouted(signal=SIGNAL, reported_by=AgencyKind.REPORTER),
        SignalStatusChanged(status=SignalStatus.CLOSED),
    )
}
"""By the name of their class."""
