"""What follows on an event: that it was read, answered or taken back. Found in the lines of one agency alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from contracts.catalogue import CATALOGUE
from contracts.event import Event
from contracts.events.disclosures import DisclosureMade, DisclosureRefused, DisclosureRequested
from contracts.events.dossiers import (
    DossierBrought,
    DossierReportedBack,
    PrivacyCheckDecided,
    PrivacyCheckDecidedV2,
    PrivacyCheckRequested,
    PrivacyCheckRequestedV2,
)
from contracts.events.erasures import ErasureCompleted, ErasureDeclined, ErasureRequested
from contracts.events.referrals import (
    ReferralAccepted,
    ReferralDeclined,
    ReferralOffered,
    ReferralRecalled,
    ReferralSeen,
    ReferralWaitlisted,
)
from contracts.events.registrations import RegistrationRecorded, RegistrationRequested, ReportRegistered
from contracts.events.signals import CaseAccepted, CaseDeclined, CaseWithdrawn, SignalReceived, SignalReported, SignalRouted
from contracts.processing import Direction, Processing
from contracts.texts.reading import code_name
from contracts.views import FileView

READ_BY: Mapping[type[Event], type[Event]] = {ReferralOffered: ReferralSeen}
"""By which event a person says that they have read another; of all others nobody says it."""

ANSWERED_BY: Mapping[type[Event], tuple[type[Event], ...]] = {
    SignalReported: (SignalReceived,),
    SignalRouted: (CaseAccepted, CaseDeclined),
    ReferralOffered: (ReferralAccepted, ReferralDeclined, ReferralWaitlisted),
    PrivacyCheckRequested: (PrivacyCheckDecided,),
    PrivacyCheckRequestedV2: (PrivacyCheckDecidedV2,),
    DossierBrought: (DossierReportedBack,),
    RegistrationRequested: (RegistrationRecorded, ReportRegistered),
    ErasureRequested: (ErasureCompleted, ErasureDeclined),
    DisclosureRequested: (DisclosureMade, DisclosureRefused),
}
"""What answers an event; all others only tell something."""

TAKEN_BACK_BY: Mapping[type[Event], type[Event]] = {ReferralOffered: ReferralRecalled, SignalRouted: CaseWithdrawn}
"""By which event of ours an event is taken back: then nobody waits for its answer."""


def note_of(event: type[Event]) -> str:
    """An event as a file notes it: ``referral_offered``."""
    return code_name(event.__name__)


class Following:
    """Finds what followed on the letters of a case.

    Args:
        lines: Those of a case that were sent or taken, and not refused in the end.
        views: The files of the same agency.
    """

    def __init__(self, lines: Sequence[Processing], views: Sequence[FileView]) -> None:
        self._sent = [line for line in lines if line.direction is Direction.SENT]
        self._taken = [line for line in lines if line.direction is Direction.TAKEN]
        self._numbers = _numbers_of_offers(self._sent, views)

    def read(self, line: Processing) -> Processing | None:
        """That a person at the recipient has read it."""
        by = READ_BY.get(CATALOGUE[line.event_type])
        return self._from_them(line, (by,)) if by else None

    def answer(self, line: Processing) -> Processing | None:
        """What its recipient answered first."""
        return self._from_them(line, ANSWERED_BY.get(CATALOGUE[line.event_type], ()))

    def taken_back(self, line: Processing) -> Processing | None:
        """That we took it back."""
        by = TAKEN_BACK_BY.get(CATALOGUE[line.event_type])
        until = self._end(line)
        ours = (one for one in self._sent if by and one.event_type == by.rule.type and one.counterparty == line.counterparty)
        return next((one for one in ours if line.start_time <= one.start_time and _is_before(one, until)), None)

    def _from_them(self, line: Processing, events: tuple[type[Event], ...]) -> Processing | None:
        """The first of these events that is about this letter: by the number of its file, or by when it came."""
        types, until, number = {event.rule.type for event in events}, self._end(line), self._numbers.get(line.event_id)
        for one in self._taken:
            if one.event_type not in types or one.counterparty != line.counterparty or one.start_time < line.start_time:
                continue
            theirs = _number_of(one)
            if number == theirs if number and theirs else _is_before(one, until):
                return one
        return None

    def _end(self, line: Processing) -> datetime | None:
        """When a further letter as this one went to the same agency: what comes after that is about that one."""
        like = (one for one in self._sent if (one.event_type, one.counterparty) == (line.event_type, line.counterparty))
        return min((one.start_time for one in like if one.start_time > line.start_time), default=None)


def _is_before(line: Processing, until: datetime | None) -> bool:
    return until is None or line.start_time < until


def _numbers_of_offers(sent: Iterable[Processing], views: Iterable[FileView]) -> dict[str, str]:
    """The number of each offer, as the story of our file noted it; of old ones the story may be cut off."""
    told: dict[str, list[str]] = {}
    for line in (line for view in views for line in view.story if line.what == note_of(ReferralOffered) and "to" in line.facts):
        told.setdefault(line.facts["to"], []).append(line.facts.get("referral", ""))
    offers: dict[str, list[str]] = {}
    for line in sent:
        if line.event_type == ReferralOffered.rule.type:
            offers.setdefault(line.counterparty, []).append(line.event_id)
    found: dict[str, str] = {}
    for other, ids in offers.items():
        found |= dict(zip(reversed(ids), reversed(told.get(other, [])), strict=False))
    return found


def _number_of(line: Processing) -> str:
    """The number in the name of the file that sent an answer: ``placement-2``; empty where it has none."""
    system = line.foreign_operation.entity.rpartition(":")[2] if line.foreign_operation else ""
    return system.rpartition("-")[2] if "-" in system else ""
