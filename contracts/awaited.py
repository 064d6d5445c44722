"""What an event asks of another agency, and which events answer that: from it follows whose word a case waits for."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from contracts.event import Event
from contracts.events.children import ChildAssessed, ChildDeclined, ChildReported
from contracts.events.dangers import DangerEnded, DangerReported, DangerTaken, PersonMissing
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
    FirstContactMade,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralOffered,
    ReferralRecalled,
)
from contracts.events.registrations import RegistrationRecorded, RegistrationRequested, ReportRegistered
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseDeclined,
    CaseWithdrawn,
    SignalReceived,
    SignalReported,
    SignalRouted,
)


class Ask(NamedTuple):
    """An event after which one of two agencies must speak, whatever its content says.

    Attributes:
        event: Which.
        answers: One of these is awaited.
        over: Or one of these from the other side, after which nothing is awaited any more.
        own: Whether its own sender must speak next: it promised something.
        number: The field that tells one such matter of a case from another.
    """

    event: type[Event]
    answers: tuple[type[Event], ...]
    over: tuple[type[Event], ...] = ()
    own: bool = False
    number: str | None = None


ASKS = (
    Ask(SignalReported, (SignalReceived,)),
    Ask(SignalRouted, (CaseAccepted, CaseDeclined), (CaseWithdrawn,)),
    Ask(CaseAccepted, (CaseConcluded,), (CaseWithdrawn,), own=True),
    Ask(ReferralOffered, (ReferralAccepted, ReferralDeclined), (ReferralRecalled,), number="referral"),
    Ask(ReferralAccepted, (FirstContactMade, ReferralDeclined), (ReferralRecalled,), own=True, number="referral"),
    Ask(FirstContactMade, (ReferralCompleted,), own=True, number="referral"),
    Ask(PrivacyCheckRequested, (PrivacyCheckDecided,)),
    Ask(PrivacyCheckRequestedV2, (PrivacyCheckDecidedV2,)),
    Ask(DossierBrought, (DossierReportedBack,)),
    Ask(RegistrationRequested, (RegistrationRecorded, ReportRegistered)),
    Ask(DangerReported, (DangerTaken, DangerEnded), number="danger"),
    Ask(PersonMissing, (DangerTaken, DangerEnded), number="danger"),
    Ask(DangerTaken, (DangerEnded,), own=True, number="danger"),
    Ask(ChildReported, (ChildAssessed, ChildDeclined), number="report"),
    Ask(ErasureRequested, (ErasureCompleted, ErasureDeclined)),
    Ask(DisclosureRequested, (DisclosureMade, DisclosureRefused)),
)
"""All of them. Help that runs is not over when it is taken back: it ends by hand."""

BY_TYPE = {ask.event.rule.type: ask for ask in ASKS}
NUMBERS = {event.rule.type: ask.number for ask in ASKS for event in (ask.event, *ask.answers, *ask.over) if ask.number}
"""Types of which the content is needed, and the field in it."""
TELLING = frozenset(event.rule.type for ask in ASKS for event in (ask.event, *ask.answers, *ask.over))
"""Types from which it can be told what a case waits for."""


class Spoken(NamedTuple):
    """An event between us and another agency, within one case.

    Attributes:
        id: Of it.
        type: Of it.
        other: Slug of the other agency.
        ours: Whether we sent it.
        at: When it was kept or taken here.
        number: Of the matter; None: it has none, or that cannot be read any more.
    """

    id: str
    type: str
    other: str
    ours: bool
    at: datetime
    number: int | None = None


class Awaited(NamedTuple):
    """What a case waits for.

    Attributes:
        by: Slug of who must speak.
        to: Slug of who waits for it.
        after: The event that asks, or promised.
        answers: Types of which one is awaited.
    """

    by: str
    to: str
    after: Spoken
    answers: tuple[str, ...]


def awaited(me: str, spoken: Sequence[Spoken]) -> tuple[Awaited, ...]:
    """What a case waits for, from us and from others, the oldest first.

    Args:
        me: Slug of our agency.
        spoken: Every event of the case of which the type is in ``TELLING``; what was refused or never arrived was not said.
    """
    found, later = list[Awaited](), dict[tuple[str, str, str], set[int | None]]()
    for one in sorted(spoken, key=lambda one: one.at, reverse=True):
        by, to = (me, one.other) if one.ours else (one.other, me)
        if one.type in BY_TYPE and not (one.ours and one.other == me):  # what we tell ourselves is heard, too
            ask = BY_TYPE[one.type]
            speaker, hearer = (by, to) if ask.own else (to, by)
            ends = {(speaker, hearer, event.rule.type) for event in ask.answers}
            ends |= {(hearer, speaker, event.rule.type) for event in ask.over}
            if not any(_are_one(one.number, later[end]) for end in ends & later.keys()):
                found.append(Awaited(speaker, hearer, one, tuple(event.rule.type for event in ask.answers)))
        later.setdefault((by, to, one.type), set()).add(one.number)
    return tuple(reversed(found))


def _are_one(number: int | None, numbers: set[int | None]) -> bool:
    """Whether a matter is among these; what cannot be read any more may be any."""
    return number is None or not numbers.isdisjoint({number, None})
