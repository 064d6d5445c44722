"""Case at whoever coordinates, with its tracks: aid referral, the way to the RIEC, registration."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from workflows.engine.table import CLOCK, VOID, State, Turn, opening, state, table


class Phase(StrEnum):
    """Where the case is."""

    OFFERED = "offered"
    TRIAGE = "triage"
    TALK = "talk"
    INTAKE = "intake"
    CONSENT = "consent"
    PLANNING = "planning"
    IN_CARE = "in_care"
    LOST = "lost"
    AFTERCARE = "aftercare"
    CLOSING = "closing"
    CLOSED = "closed"


P = Phase
COORDINATOR = "care coordinator"
REMINDED = "the coordinator is reminded and the case counts as overdue"


def _ours(phase: Phase, clock: str, then: str, moves: Mapping[str, str | Iterable[str]]) -> State:
    """A state in which the coordinator must act, on a clock that reminds."""
    always = {"CaseWithdrawn": P.CLOSED if phase is P.OFFERED else P.CLOSING, "SignalAmended": phase, CLOCK: phase}
    return state(phase, Turn.US, COORDINATOR, clock=clock, then=then, moves={**moves, **always}, keeps={"SignalAmended"})


CASE = table(
    "Case",
    "case",
    opening("SignalRouted", P.OFFERED),
    _ours(
        P.OFFERED,
        "acceptance",
        "the desk asks CoMensha, or alarms a person",
        {"accept_case": P.TRIAGE, "decline_case": P.CLOSED, "SignalRouted": P.OFFERED},
    ),
    _ours(P.TRIAGE, "triage", REMINDED, {"record_triage": {P.INTAKE, P.TALK, P.CLOSING}}),
    _ours(P.TALK, "talk", REMINDED, {"record_triage": {P.INTAKE, P.TALK, P.CLOSING}}),
    _ours(P.INTAKE, "intake", REMINDED, {"record_intake": P.CONSENT, "conclude_case": P.CLOSING}),
    _ours(P.CONSENT, "consent", REMINDED, {"record_consent": {P.PLANNING, P.CLOSING}, "conclude_case": P.CLOSING}),
    _ours(
        P.PLANNING,
        "planning",
        REMINDED,
        {
            "offer_help": P.IN_CARE,
            "ask_privacy_check": P.PLANNING,
            "withdraw_consent": {P.PLANNING, P.CONSENT},
            "conclude_case": P.CLOSING,
        },
    ),
    _ours(
        P.IN_CARE,
        "care_review",
        "the coordinator reviews the case",
        {
            "offer_help": P.IN_CARE,
            "ask_privacy_check": P.IN_CARE,
            "withdraw_consent": {P.IN_CARE, P.CONSENT},
            "start_aftercare": P.AFTERCARE,
            "ReferralCompleted": P.LOST,
            "conclude_case": P.CLOSING,
        },
    ),
    _ours(
        P.LOST,
        "lost",
        "the coordinator, who looks for the person, is reminded",
        {
            "find_person": P.IN_CARE,
            "offer_help": P.IN_CARE,
            "ask_privacy_check": P.LOST,
            "withdraw_consent": {P.LOST, P.CONSENT},
            "conclude_case": P.CLOSING,
        },
    ),
    _ours(
        P.AFTERCARE,
        "aftercare",
        "the coordinator asks how the person is doing",
        {
            "offer_help": P.IN_CARE,
            "withdraw_consent": {P.AFTERCARE, P.CONSENT},
            "ReferralCompleted": P.LOST,
            "conclude_case": P.CLOSING,
        },
    ),
    state(
        P.CLOSING,
        Turn.US,
        COORDINATOR,
        clock="closing",
        then="the coordinator is reminded that the registration is not confirmed",
        moves={
            "settle": P.CLOSED,
            "close_unconfirmed": P.CLOSED,
            "CaseWithdrawn": P.CLOSING,
            "SignalAmended": P.CLOSING,
            CLOCK: P.CLOSING,
        },
        keeps={"CaseWithdrawn", "SignalAmended"},
    ),
    ends={P.CLOSED, VOID},
)


class Referral(StrEnum):
    """Where one request for help is."""

    OFFERED = "offered"
    SEEN = "seen"
    ACCEPTED = "accepted"
    WITH_AID = "with_aid"
    LEAVING = "leaving"
    NOT_PLACED = "not_placed"
    COMPLETED = "completed"
    RECALLED = "recalled"
    GIVEN_UP = "given_up"


R = Referral
AID = "the aid organisation"
_NEXT = {R.OFFERED, R.NOT_PLACED}
_ANSWERS = {
    "ReferralSeen": R.SEEN,
    "ReferralAccepted": R.ACCEPTED,
    "ReferralDeclined": _NEXT,
    CLOCK: _NEXT,
    "recall": R.RECALLED,
}
NEXT_ASKED = "the offer is taken back and the next organisation is asked"

REFERRAL = table(
    "AidReferral",
    "help",
    state(R.OFFERED, Turn.THEM, AID, clock="offer", then=NEXT_ASKED, moves=_ANSWERS),
    state(R.SEEN, Turn.THEM, AID, clock="offer", then=NEXT_ASKED, moves=_ANSWERS),
    state(
        R.ACCEPTED,
        Turn.THEM,
        AID,
        clock="first_contact",
        then="the coordinator, still responsible, is reminded to ask",
        moves={"FirstContactMade": R.WITH_AID, "ReferralDeclined": _NEXT, "recall": R.RECALLED, CLOCK: R.ACCEPTED},
    ),
    state(
        R.WITH_AID,
        Turn.THEM,
        AID,
        clock="care_review",
        then="the coordinator asks how it goes",
        moves={"ReferralCompleted": R.COMPLETED, "recall": {R.LEAVING, R.RECALLED}, CLOCK: R.WITH_AID},
    ),
    state(
        R.LEAVING,
        Turn.THEM,
        AID,
        clock="leaving",
        then="the coordinator is reminded to ask where the person goes",
        moves={"ReferralCompleted": R.RECALLED, CLOCK: R.LEAVING},
    ),
    state(
        R.NOT_PLACED,
        Turn.US,
        COORDINATOR,
        clock="not_placed",
        then="the coordinator looks again; it is counted as not placed",
        moves={"offer_again": R.OFFERED, "give_up": R.GIVEN_UP, "recall": R.RECALLED, CLOCK: R.NOT_PLACED},
    ),
    ends={R.COMPLETED, R.RECALLED, R.GIVEN_UP},
)


class Sharing(StrEnum):
    """Where the observation is on its way to the RIEC, as the coordinator sees it."""

    ASKED = "asked"
    BROUGHT = "brought"
    NOT_BROUGHT = "not_brought"
    ANSWERED = "answered"


S = Sharing
SHARING = table(
    "Sharing",
    "the way to the RIEC",
    state(
        S.ASKED,
        Turn.THEM,
        "the municipality's privacy officer",
        clock="privacy_check",
        then="the coordinator is reminded to ask the municipality",
        moves={"PrivacyCheckDecided": {S.BROUGHT, S.NOT_BROUGHT}, CLOCK: S.ASKED},
    ),
    state(
        S.BROUGHT,
        Turn.THEM,
        "the municipality, for the RIEC",
        clock="feedback",
        then="the coordinator is reminded to ask for feedback",
        moves={"PrivacyCheckAnswered": {S.BROUGHT, S.ANSWERED}, CLOCK: S.BROUGHT},
    ),
    ends={S.NOT_BROUGHT, S.ANSWERED},
)


class Registering(StrEnum):
    """Whether the case counts nationally."""

    REQUESTED = "requested"
    RECORDED = "recorded"


REGISTERING = table(
    "Registering",
    "national registration",
    state(
        Registering.REQUESTED,
        Turn.THEM,
        "CoMensha's registration",
        clock="registration",
        then="the coordinator is reminded that the registration is not confirmed",
        moves={"RegistrationRecorded": Registering.RECORDED, CLOCK: Registering.REQUESTED},
    ),
    ends={Registering.RECORDED},
)
