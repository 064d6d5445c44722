"""A short line of events to an agency of each kind, about a case that exists for that agency alone: for faults of the order."""

from datetime import UTC, datetime, timedelta

from console.sandbox.cast import Cast
from console.sandbox.saying import observed, signal_of
from console.sandbox.voice import first_of, following
from contracts.agencies import Agency
from contracts.envelope import CloudEvent
from contracts.event import Event
from contracts.events.children import ChildRecalled, ChildReported
from contracts.events.coverage import CoverageGapObserved
from contracts.events.dangers import DangerRecalled, DangerReported
from contracts.events.dossiers import DossierBrought
from contracts.events.referrals import Need, ReferralOffered, ReferralRecalled
from contracts.events.signals import CaseWithdrawn, SignalReceived, SignalReported, SignalRouted, SignalStatusChanged
from contracts.profile import Profile
from contracts.reference import new_reference
from contracts.words import AgencyKind, ChildRecall, CoverageGapKind, Recall, SignalStatus

SYSTEM = "sandbox"
"""The system of another agency that writes such a line."""


def line_to(cast: Cast) -> tuple[Agency, list[CloudEvent]]:
    """Who writes to the own agency, and three events that follow each other."""
    sender, first, second, third = _content(cast)
    one = first_of(sender, first, new_reference(), SYSTEM)
    two = following(one, second)
    return sender, [one, two, following(two, third)]


def opening_event(cast: Cast) -> type[Event]:
    """With which event a case begins for the own agency."""
    return type(_content(cast)[1])


def _content(cast: Cast) -> tuple[Agency, Event, Event, Event]:  # noqa: PLR0911 - a case for each kind
    match cast.own.kind:
        case AgencyKind.REPORTER | AgencyKind.MUNICIPALITY:
            told = [SignalStatusChanged(status=status) for status in (SignalStatus.ACCEPTED, SignalStatus.WITH_AID)]
            return cast.desk, SignalReceived(status=SignalStatus.WITH_COORDINATOR), told[0], told[1]
        case AgencyKind.AID_ORGANISATION:
            ends = datetime.now(UTC) + timedelta(minutes=5)
            offered = ReferralOffered(referral=1, need=Need(service=cast.service), profile=Profile(), answer_by=ends)
            again = ReferralRecalled(referral=1, reason=Recall.CASE_CLOSED)
            return cast.owner, offered, ReferralRecalled(referral=1, reason=Recall.PLACED_ELSEWHERE), again
        case AgencyKind.CARE_COORDINATOR | AgencyKind.REGISTRY:
            routed = SignalRouted(signal=signal_of(cast), reported_by=cast.reporter.kind)
            return cast.desk, routed, CaseWithdrawn(), CaseWithdrawn()
        case AgencyKind.DESK:
            reported = SignalReported(signal=signal_of(cast))
            return cast.reporter, reported, reported, reported
        case AgencyKind.RIEC:
            if cast.officer is None:
                raise ValueError("nobody in the directory brings anything to this RIEC: add a municipality of its police unit")
            brought = DossierBrought(observation=observed(cast))
            return cast.officer, brought, brought, brought
        case AgencyKind.INVESTIGATION:
            over = DangerRecalled(danger=1)
            return cast.owner, DangerReported(danger=1, threat="an invented threat for a sandbox"), over, over
        case AgencyKind.CHILD_PROTECTION:
            child = ChildReported(report=1, account="an invented account for a sandbox")
            ended = ChildRecalled(report=1, reason=ChildRecall.CASE_CLOSED)
            return cast.owner, child, ended, ended
        case AgencyKind.OVERSIGHT:
            gap = CoverageGapObserved(gap=CoverageGapKind.NO_COORDINATOR)
            return cast.desk, gap, gap, gap
