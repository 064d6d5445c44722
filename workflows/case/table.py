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
    WAITING = "waiting"
    IN_CARE = "in_care"
    LOST = "lost"
    AFTERCARE = "aftercare"
    CLOSING = "closing"
    CLOSED = "closed"


P = Phase
COORDINATOR = "care coordinator"
REMINDED = "the coordinator is reminded and the case counts as overdue"


Moves = Mapping[str, str | Iterable[str]]


def _ours(phase: Phase, clock: str, then: str, moves: Moves, former: Mapping[str, str] | None = None) -> State:
    """A state in which the coordinator must act, on a clock that reminds."""
    always = {"CaseWithdrawn": P.CLOSED if phase is P.OFFERED else P.CLOSING, "SignalAmended": phase, CLOCK: phase}
    every = {**moves, **always}
    return state(phase, Turn.US, COORDINATOR, clock=clock, then=then, moves=every, keeps={"SignalAmended"}, former=former)


BEFORE_LOST = (P.TRIAGE, P.TALK, P.INTAKE, P.CONSENT, P.PLANNING, P.WAITING, P.IN_CARE)
"""Where a case may be when somebody who is helped goes missing; it goes on from there."""


def _taken(phase: Phase, clock: str, then: str, moves: Moves) -> State:
    """A state of a case that we took: wherever it is, the person may say yes or no, triage may be revised, and it may end."""
    stays: Moves = {
        "record_consent": phase,
        "withdraw_consent": phase,
        "record_triage": {phase, P.CLOSING},
        "offer_help": phase,
        "declare_danger": phase,
        "record_facts": phase,
        "conclude_case": P.CLOSING,
    }
    if phase in BEFORE_LOST:
        stays = {**stays, "ClientMissing": P.LOST}
    return _ours(phase, clock, then, {**stays, **moves}, {"record_consent": P.CLOSING, "withdraw_consent": P.CONSENT})


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
    _taken(P.TRIAGE, "triage", REMINDED, {"record_triage": {P.INTAKE, P.TALK, P.CLOSING}}),
    _taken(P.TALK, "talk", REMINDED, {"record_triage": {P.INTAKE, P.TALK, P.CLOSING}}),
    _taken(
        P.INTAKE,
        "intake",
        REMINDED,
        {"record_intake": {P.CONSENT, P.PLANNING, P.WAITING, P.IN_CARE}, "record_triage": {P.INTAKE, P.TALK, P.CLOSING}},
    ),
    _taken(
        P.CONSENT,
        "consent",
        REMINDED,
        {"record_consent": {P.CONSENT, P.PLANNING, P.WAITING, P.IN_CARE}},
    ),
    _taken(
        P.PLANNING,
        "planning",
        REMINDED,
        {
            "offer_help": P.IN_CARE,
            "ask_privacy_check": P.PLANNING,
            "record_consent": {P.PLANNING, P.WAITING},
            "withdraw_consent": {P.PLANNING, P.WAITING},
        },
    ),
    _taken(
        P.WAITING,
        "contact",
        "the coordinator asks how the person is doing",
        {
            "record_contact": P.WAITING,
            "record_consent": {P.WAITING, P.PLANNING, P.IN_CARE},
            "ask_privacy_check": P.WAITING,
        },
    ),
    _taken(
        P.IN_CARE,
        "care_review",
        "the coordinator reviews the case",
        {
            "offer_help": P.IN_CARE,
            "ask_privacy_check": P.IN_CARE,
            "record_consent": {P.IN_CARE, P.WAITING},
            "withdraw_consent": {P.IN_CARE, P.WAITING},
            "start_aftercare": P.AFTERCARE,
            "ReferralCompleted": P.LOST,
        },
    ),
    _taken(
        P.LOST,
        "lost",
        "the coordinator, who looks for the person, is reminded",
        {
            "find_person": BEFORE_LOST,
            "ClientFound": BEFORE_LOST,
            "offer_help": P.IN_CARE,
            "ask_privacy_check": P.LOST,
        },
    ),
    _taken(
        P.AFTERCARE,
        "aftercare",
        "the coordinator asks how the person is doing",
        {
            "offer_help": P.IN_CARE,
            "ReferralCompleted": P.LOST,
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
            "withdraw_consent": P.CLOSING,
            "declare_danger": P.CLOSING,
            "record_facts": P.CLOSING,
            "CaseWithdrawn": P.CLOSING,
            "SignalAmended": P.CLOSING,
            CLOCK: P.CLOSING,
        },
        keeps={"CaseWithdrawn", "SignalAmended"},
    ),
    ends={P.CLOSED, VOID},
)
