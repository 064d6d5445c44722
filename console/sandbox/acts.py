"""What the agencies of a sandbox do on the way to an event: decisions of their people, or events of the own agency's system."""

from collections.abc import Callable
from typing import Any, NamedTuple

from console.sandbox.cast import Cast
from console.sandbox.saying import (
    ACCOUNT,
    FIRST,
    Said,
    added,
    amended,
    brought,
    check_asked,
    concluded,
    disclosure_asked,
    erasure_asked,
    not_brought,
    nothing,
    offered,
    recalled,
    registered,
    reported,
    revealed,
    routed,
    status,
    supplemented,
    to_desk,
    to_owner,
    to_police,
    weighed,
)
from contracts.events.dangers import DangerEnded, DangerRecalled, DangerReported, DangerTaken, PersonMissing
from contracts.events.dossiers import (
    PrivacyCheckAnsweredV2,
)
from contracts.events.referrals import (
    ClientFound,
    ClientMissing,
    FirstContactMade,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralEnded,
    ReferralSeen,
    ReferralWaitlisted,
)
from contracts.events.registrations import RegistrationRecorded
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseDeclined,
    CaseProgressed,
    CaseWithdrawn,
)
from contracts.words import (
    AidOutcome,
    CaseOutcome,
    DangerOutcome,
    Decline,
    Destination,
    NotOurs,
    SignalStatus,
    Weighing,
)


class Act(NamedTuple):
    """One step.

    Attributes:
        who: Whose, by its part in the cast.
        command: What a person there decides; empty where the office does it by itself.
        content: What the decision says, in the words of a script.
        says: What the own agency's system sends in its place, and to whom.
    """

    who: str
    command: str
    content: dict[str, Any]
    says: Callable[[Cast], Said]


_CONSENT = {"help": True, "registration": True, "riec": True, "written": True}
_OBSERVATION = {"municipality": "$observed", "phenomenon": "an invented observation for a sandbox", "sector": "labour"}

THREAT = "an invented threat for a sandbox"

ACTS: dict[str, Act] = {
    "report": Act("reporter", "", {}, reported),
    "route": Act("desk", "", {}, routed),
    "supplement": Act("reporter", "supplement_signal", {"account": ACCOUNT}, supplemented),
    "pass_supplement": Act("desk", "", {}, added),
    "tell": Act("desk", "", {}, status(SignalStatus.ACCEPTED)),
    "take_back": Act("desk", "", {}, to_owner(CaseWithdrawn())),
    "accept": Act("owner", "accept_case", {}, to_desk(CaseAccepted())),
    "accept_remotely": Act("registry", "accept_case", {}, to_desk(CaseAccepted())),
    "decline": Act("owner", "decline_case", {"reason": "no_capacity"}, to_desk(CaseDeclined(reason=NotOurs.NO_CAPACITY))),
    "triage": Act("owner", "record_triage", {"finding": "presumed_victim"}, nothing),
    "find_nobody": Act("owner", "record_triage", {"finding": "no_victim"}, to_desk(CaseConcluded(outcome=CaseOutcome.NO_VICTIM))),
    "intake": Act("owner", "record_intake", {"needs": "invented needs", "person": {"language": "Dutch"}}, nothing),
    "declare": Act("owner", "declare_danger", {"threat": THREAT}, nothing),
    "call_police": Act("owner", "call_police", {}, to_police(DangerReported(danger=1, threat=THREAT))),
    "search": Act("owner", "ask_search", {}, to_police(PersonMissing(danger=2, minor=True))),
    "stand_down": Act("owner", "stand_down", {}, to_police(DangerRecalled(danger=1))),
    "protect": Act("police", "take_danger", {}, to_owner(DangerTaken(system="case", danger=1))),
    "end_danger": Act(
        "police",
        "end_danger",
        {"outcome": "safe"},
        to_owner(DangerEnded(system="case", danger=1, outcome=DangerOutcome.SAFE)),
    ),
    "consent": Act("owner", "record_consent", _CONSENT, registered),
    "offer": Act("owner", "offer_help", {"need": {"service": "$service"}, "organisations": ["$helper"]}, offered),
    "progress": Act("owner", "", {}, to_desk(CaseProgressed(status=SignalStatus.WITH_AID))),
    "see": Act("helper", "see_offer", {}, to_owner(ReferralSeen(referral=FIRST))),
    "take": Act("helper", "accept_offer", {}, to_owner(ReferralAccepted(referral=FIRST))),
    "refuse": Act("helper", "decline_offer", {"reason": "full"}, to_owner(ReferralDeclined(referral=FIRST, reason=Decline.FULL))),
    "reveal": Act("owner", "", {}, revealed),
    "meet": Act("helper", "report_first_contact", {}, to_owner(FirstContactMade(referral=FIRST))),
    "complete": Act(
        "helper",
        "complete_help",
        {"outcome": "help_completed"},
        to_owner(ReferralCompleted(referral=FIRST, outcome=AidOutcome.HELP_COMPLETED)),
    ),
    "waitlist": Act("helper", "waitlist_offer", {}, to_owner(ReferralWaitlisted(referral=FIRST))),
    "lose": Act("helper", "report_missing", {}, to_owner(ClientMissing(referral=FIRST))),
    "find": Act("helper", "report_found", {}, to_owner(ClientFound(referral=FIRST))),
    "end_stay": Act(
        "helper",
        "end_stay",
        {"destination": "other_shelter"},
        to_owner(ReferralEnded(referral=FIRST, destination=Destination.OTHER_SHELTER)),
    ),
    "conclude": Act(
        "owner",
        "conclude_case",
        {"outcome": "no_help_wanted"},
        concluded,
    ),
    "withdraw_help": Act(
        "owner",
        "withdraw_consent",
        {"help": True},
        recalled,
    ),
    "withdraw_registration": Act("owner", "withdraw_consent", {"registration": True}, nothing),
    "amend": Act("owner", "", {}, amended),
    "record": Act("registry", "", {}, to_owner(RegistrationRecorded(anonymous=True))),
    "ask_officer": Act("owner", "ask_privacy_check", {"observation": _OBSERVATION}, check_asked),
    "bring": Act("officer", "bring_to_riec", {}, brought),
    "not_bring": Act("officer", "do_not_bring", {"reason": "too_little_known"}, not_brought),
    "pass_on": Act("officer", "", {}, to_owner(PrivacyCheckAnsweredV2(weighing=Weighing.REJECTED))),
    "enrich": Act("riec", "record_enrichment", {"findings": "invented findings"}, nothing),
    "weigh": Act(
        "riec",
        "record_weighing",
        {"weighing": "rejected"},
        weighed,
    ),
    "ask_what_is_held": Act("own", "", {}, disclosure_asked),
    "ask_to_erase": Act("own", "", {}, erasure_asked),
    "report_by_law": Act("own", "", {}, registered),
    "report_ourselves": Act("own", "", {}, reported),
    "report_again": Act("own", "", {}, reported),
    "complete_early": Act("own", "", {}, to_owner(ReferralCompleted(referral=FIRST, outcome=AidOutcome.HELP_COMPLETED))),
    "progress_early": Act("own", "", {}, to_desk(CaseProgressed(status=SignalStatus.WITH_AID))),
}
"""Every step by its name in a path."""
