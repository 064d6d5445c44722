"""What the own agency's system sends on the way to an event, in the place of the people who are played elsewhere."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from console.sandbox.cast import Cast
from contracts.event import Event
from contracts.events.disclosures import DisclosureRequested
from contracts.events.dossiers import (
    DossierBrought,
    DossierReportedBack,
    Observation,
    PrivacyCheckDecidedV2,
    PrivacyCheckRequestedV2,
)
from contracts.events.erasures import ErasureRequested
from contracts.events.referrals import (
    Need,
    PersonRevealed,
    ReferralOffered,
    ReferralRecalled,
)
from contracts.events.registrations import RegistrationAmended, RegistrationRequested
from contracts.events.signals import (
    CaseConcluded,
    Person,
    Signal,
    SignalAmended,
    SignalReceived,
    SignalReported,
    SignalRouted,
    SignalStatusChanged,
    SignalSupplemented,
    Supplement,
)
from contracts.profile import Profile
from contracts.words import (
    CaseOutcome,
    ErasureReason,
    NotBrought,
    Recall,
    Sector,
    SignalStatus,
    Weighing,
)

ACCOUNT = "an invented account for a sandbox; no real person is in it"
FIRST = 1
"""The number of the offer in a case that has one."""

Said = Sequence[tuple[Event, str]]


def nothing(_: Cast) -> Said:
    """Nobody else hears of it."""
    return []


def routed(cast: Cast) -> Said:
    """The receipt, and the signal to whoever coordinates."""
    routed = SignalRouted(signal=signal_of(cast), reported_by=cast.reporter.kind)
    return [(SignalReceived(status=SignalStatus.WITH_COORDINATOR), cast.reporter.slug), (routed, cast.owner.slug)]


def offered(cast: Cast) -> Said:
    """Help is asked, in codes."""
    ends = datetime.now(UTC) + timedelta(minutes=5)
    offered = ReferralOffered(referral=FIRST, need=Need(service=cast.service), profile=Profile(), answer_by=ends)
    return [(offered, cast.helper.slug)]


def revealed(cast: Cast) -> Said:
    """Whoever accepted hears who it is."""
    person = Person(language="Dutch")
    return [(PersonRevealed(referral=FIRST, need=Need(service=cast.service), person=person), cast.helper.slug)]


def check_asked(cast: Cast) -> Said:
    """The privacy officer is asked."""
    return [(PrivacyCheckRequestedV2(observation=observed(cast)), cast.officer.slug)] if cast.officer else []


def brought(cast: Cast) -> Said:
    """The observation is at the RIEC, and whoever asked knows."""
    if cast.riec is None:
        return []
    brought = (DossierBrought(observation=observed(cast)), cast.riec.slug)
    return [brought, (PrivacyCheckDecidedV2(brought=True), cast.owner.slug)]


def not_brought(cast: Cast) -> Said:
    """Whoever asked knows that it is not brought."""
    return [(PrivacyCheckDecidedV2(brought=False, reason=NotBrought.TOO_LITTLE_KNOWN), cast.owner.slug)]


def registered(cast: Cast) -> Said:
    """A report for national registration, anonymously."""
    return [(RegistrationRequested(consented=False, reported_by=cast.own.kind, sector=Sector.LABOUR), cast.registry.slug)]


def signal_of(cast: Cast) -> Signal:
    """What is reported."""
    return Signal(municipality=cast.place, sector=Sector.LABOUR, account=ACCOUNT)


def observed(cast: Cast) -> Observation:
    """What may go to the RIEC."""
    return Observation(
        municipality=cast.words["$observed"], phenomenon="an invented observation for a sandbox", sector=Sector.LABOUR
    )


def to_desk(event: Event) -> Callable[[Cast], Said]:
    """An event for the desk."""
    return lambda cast: [(event, cast.desk.slug)]


def to_owner(event: Event) -> Callable[[Cast], Said]:
    """An event for whoever coordinates."""
    return lambda cast: [(event, cast.owner.slug)]


def to_police(event: Event) -> Callable[[Cast], Said]:
    """An event for whoever protects; nothing where nobody takes part."""
    return lambda cast: [(event, cast.police.slug)] if cast.police else []


def status(status: SignalStatus) -> Callable[[Cast], Said]:
    """The reporter hears how it stands."""
    return lambda cast: [(SignalStatusChanged(status=status), cast.reporter.slug)]


def reported(cast: Cast) -> Said:
    """A signal is reported."""
    return [(SignalReported(signal=signal_of(cast)), cast.desk.slug)]


def supplemented(cast: Cast) -> Said:
    """The reporter adds to the signal."""
    return [(SignalSupplemented(supplement=Supplement(account=ACCOUNT)), cast.desk.slug)]


def added(cast: Cast) -> Said:
    """Whoever coordinates hears what was added."""
    return [(SignalAmended(supplement=Supplement(account=ACCOUNT)), cast.owner.slug)]


def amended(cast: Cast) -> Said:
    """A fact is added to a registration."""
    return [(RegistrationAmended(not_placed=1), cast.registry.slug)]


def weighed(cast: Cast) -> Said:
    """The RIEC says what it decided."""
    return [(DossierReportedBack(weighing=Weighing.REJECTED), cast.officer.slug)] if cast.officer else []


def disclosure_asked(cast: Cast) -> Said:
    """Another agency is asked what it holds."""
    return [(DisclosureRequested(), partner_of(cast))]


def erasure_asked(cast: Cast) -> Said:
    """Another agency is asked to erase."""
    return [(ErasureRequested(reason=ErasureReason.REQUEST), partner_of(cast))]


def recalled(cast: Cast) -> Said:
    """An offer is taken back."""
    return [(ReferralRecalled(referral=FIRST, reason=Recall.CONSENT_WITHDRAWN), cast.helper.slug)]


def concluded(cast: Cast) -> Said:
    """An offer is taken back, and the case ends."""
    recalled = (ReferralRecalled(referral=FIRST, reason=Recall.CASE_CLOSED), cast.helper.slug)
    return [recalled, (CaseConcluded(outcome=CaseOutcome.NO_HELP_WANTED), cast.desk.slug)]


def partner_of(cast: Cast) -> str:
    """Slug of the agency with which the own agency has to do about a case."""
    if cast.own == cast.riec and cast.officer:
        return cast.officer.slug
    return cast.desk.slug if cast.own in (cast.reporter, cast.owner) else cast.owner.slug
