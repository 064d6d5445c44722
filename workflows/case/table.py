"""Case at whoever coordinates; its parts have tables of their own."""

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
    always = {"CaseWithdrawn": P.CLOSED if phase is P.OFFERED else P.CLOSING, CLOCK: phase}
    return state(phase, Turn.US, COORDINATOR, clock=clock, then=then, moves={**moves, **always})


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
        moves={"settle": P.CLOSED, "close_unconfirmed": P.CLOSED, "CaseWithdrawn": P.CLOSING, CLOCK: P.CLOSING},
        keeps={"CaseWithdrawn"},
    ),
    ends={P.CLOSED, VOID},
)
