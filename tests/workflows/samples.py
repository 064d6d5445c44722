"""An example of every command and of every event: what stands here, and for all others what follows from their fields."""

from datetime import UTC, datetime

from contracts import commands
from contracts.catalogue import CATALOGUE
from contracts.commands import (
    AskErasure,
    AskPrivacyCheck,
    AssignOwner,
    Command,
    CompleteHelp,
    ConcludeCase,
    ConfirmErasure,
    DeclineCase,
    DeclineOffer,
    DoNotBring,
    GiveUp,
    OfferAgain,
    OfferHelp,
    RecordAdult,
    RecordConsent,
    RecordEnrichment,
    RecordFacts,
    RecordIntake,
    RecordPlan,
    RecordTriage,
    RecordWeighing,
    RefuseDisclosure,
    RefuseErasure,
    SupplementSignal,
    WithdrawConsent,
)
from contracts.event import Event, File
from contracts.events.coverage import CoverageGapObserved
from contracts.events.deliveries import DeliveriesConfirmed, DeliveriesListed, DeliveriesMissed, DeliveryRefused
from contracts.events.disclosures import DisclosureMade, DisclosureRefused
from contracts.events.dossiers import (
    DossierBrought,
    DossierReportedBack,
    Observation,
    PrivacyCheckAnswered,
    PrivacyCheckAnsweredV2,
    PrivacyCheckDecided,
    PrivacyCheckDecidedV2,
    PrivacyCheckRequested,
    PrivacyCheckRequestedV2,
)
from contracts.events.erasures import ConsentWithdrawn, ErasureCompleted, ErasureDeclined, ErasureRequested, FileEnded
from contracts.events.observations import ObservationNoted
from contracts.events.referrals import (
    FirstContactMade,
    Need,
    PersonRevealed,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralEnded,
    ReferralOffered,
    ReferralRecalled,
    ReferralSeen,
)
from contracts.events.registrations import (
    RegistrationAmended,
    RegistrationRecorded,
    RegistrationRequested,
)
from contracts.events.signals import (
    CaseConcluded,
    CaseDeclined,
    CaseProgressed,
    CaseStalled,
    Signal,
    SignalAmended,
    SignalReceived,
    SignalReported,
    SignalRouted,
    SignalStatusChanged,
    SignalSupplemented,
    Supplement,
)
from contracts.profile import AgeBand
from contracts.refusals import RefusalCode
from contracts.words import (
    AgencyKind,
    AidOutcome,
    CaseOutcome,
    ConsentTo,
    CoverageGapKind,
    Decline,
    Destination,
    ErasureReason,
    FactSource,
    Finding,
    NotBrought,
    NotDisclosed,
    NotErased,
    NotOurs,
    Recall,
    Service,
    SignalStatus,
    Weighing,
)
from tests.examples import example

SIGNAL = Signal(municipality="GM0995", account="an example account")
SUPPLEMENT = Supplement(account="an example addition")
OBSERVATION = Observation(municipality="GM0995", phenomenon="an example phenomenon")
NEED = Need(service=Service.COSM)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)

_DECISIONS: dict[type[Command], Command] = {
    type(order): order
    for order in (
        AskErasure(reason=ErasureReason.TERM, order="a.one.z"),
        ConfirmErasure(order="a.two.z"),
        RefuseDisclosure(reason=NotDisclosed.EXCESSIVE),
        RefuseErasure(reason=NotErased.LEGAL_DUTY),
        AskPrivacyCheck(observation=OBSERVATION),
        AssignOwner(to="coordinator-zwolle"),
        CompleteHelp(outcome=AidOutcome.LEFT_EARLY),
        ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT),
        DeclineCase(reason=NotOurs.KNOWN_ALREADY),
        DeclineOffer(reason=Decline.FULL),
        DoNotBring(reason=NotBrought.NOT_PROPORTIONATE),
        GiveUp(referral=1),
        OfferAgain(referral=1, organisations=("cosm-shelter",)),
        OfferHelp(need=NEED, organisations=("cosm-shelter",)),
        RecordConsent(help=True),
        RecordEnrichment(findings="an example finding"),
        RecordAdult(age=AgeBand.FROM_18, source=FactSource.DOCUMENT),
        RecordFacts(age=AgeBand.FROM_23, source=FactSource.DOCUMENT),
        RecordIntake(needs="an example need"),
        RecordPlan(interventions="an example plan"),
        RecordTriage(finding=Finding.PRESUMED_VICTIM),
        SupplementSignal(account="an example addition"),
        RecordWeighing(weighing=Weighing.PARTNER_ONLY),
        WithdrawConsent(help=True),
    )
}
"""Where the content matters to a test, or does not follow from the fields."""

COMMANDS: dict[str, Command] = {name: _DECISIONS.get(order) or example(order) for name, order in commands.COMMANDS.items()}
"""By the name under which a workflow takes them."""

_SAID: dict[type[Event], Event] = {
    type(event): event
    for event in (
        CaseConcluded(outcome=CaseOutcome.HELPED),
        CaseDeclined(reason=NotOurs.NO_CAPACITY),
        CaseProgressed(status=SignalStatus.WITH_AID),
        CaseStalled(waits_for=AgencyKind.AID_ORGANISATION),
        CoverageGapObserved(gap=CoverageGapKind.NO_COORDINATOR),
        DeliveriesConfirmed(arrived=("5eed5eed",), missing=()),
        DeliveriesListed(ids=("5eed5eed",)),
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
        DisclosureMade(system="access"),
        DisclosureRefused(system="access", reason=NotDisclosed.OTHER_LAW),
        DossierBrought(observation=OBSERVATION),
        DossierReportedBack(weighing=Weighing.CLOSED),
        FirstContactMade(referral=1),
        PersonRevealed(referral=1, need=NEED),
        ObservationNoted(observation=OBSERVATION),
        PrivacyCheckAnswered(weighing=Weighing.CLOSED),
        PrivacyCheckAnsweredV2(weighing=Weighing.CLOSED),
        PrivacyCheckDecided(brought=False),
        PrivacyCheckDecidedV2(brought=False),
        PrivacyCheckRequested(observation=OBSERVATION),
        PrivacyCheckRequestedV2(observation=OBSERVATION),
        ReferralAccepted(referral=1),
        ReferralCompleted(referral=1, outcome=AidOutcome.HELP_COMPLETED),
        ReferralDeclined(referral=1, reason=Decline.FULL),
        ReferralEnded(referral=1, destination=Destination.OTHER_SHELTER),
        ReferralOffered(referral=1, need=NEED, answer_by=EPOCH),
        ReferralRecalled(referral=1, reason=Recall.CASE_CLOSED),
        ReferralSeen(referral=1),
        RegistrationAmended(not_placed=1),
        RegistrationRecorded(anonymous=True),
        RegistrationRequested(consented=False, reported_by=AgencyKind.CARE_COORDINATOR),
        SignalReceived(status=SignalStatus.WITH_DESK),
        SignalReported(signal=SIGNAL),
        SignalRouted(signal=SIGNAL, reported_by=AgencyKind.REPORTER),
        SignalAmended(supplement=SUPPLEMENT),
        SignalStatusChanged(status=SignalStatus.CLOSED),
        SignalSupplemented(supplement=SUPPLEMENT),
    )
}
"""Where the content matters to a test, or does not follow from the fields."""

EVENTS: dict[str, Event] = {event.__name__: _SAID.get(event) or example(event) for event in CATALOGUE.values()}
"""By the name of their class."""
