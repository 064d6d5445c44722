"""The transition table of a danger to the person of a case."""

from enum import StrEnum

from workflows.case.table import COORDINATOR
from workflows.engine.table import CLOCK, Turn, state, table


class Danger(StrEnum):
    """Where a danger is."""

    ALARMED = "alarmed"
    WITH_POLICE = "with_police"
    PROTECTED = "protected"
    STOOD_DOWN = "stood_down"
    SEARCHED = "searched"
    OVER = "over"


D = Danger
DECLARED = "somebody is in danger: call 112 where it is now; then call_police, or stand_down where it is over"
UNANSWERED = "the police has not taken up a danger yet: call 112, and its duty officer"
STILL_THERE = "a danger has been with the police for three days: ask whether it is still there, and ask the person for consent"

DANGER = table(
    "CaseDanger",
    "danger to the person",
    state(
        D.ALARMED,
        Turn.US,
        COORDINATOR,
        clock="danger",
        then="a person on duty is paged, and calls 112",
        alarm=DECLARED,
        moves={"call_police": D.WITH_POLICE, "stand_down": D.STOOD_DOWN, CLOCK: D.ALARMED},
    ),
    state(
        D.WITH_POLICE,
        Turn.THEM,
        "the officer on duty",
        clock="danger_answer",
        then="a person on duty here is paged, and calls 112",
        alarm=UNANSWERED,
        moves={
            "DangerTaken": D.PROTECTED,
            "DangerEnded": D.OVER,
            "ask_search": D.SEARCHED,
            "stand_down": D.STOOD_DOWN,
            CLOCK: D.WITH_POLICE,
        },
    ),
    state(
        D.PROTECTED,
        Turn.THEM,
        "the officer who took it up",
        clock="danger_review",
        then="the coordinator asks whether the danger is still there, and for consent",
        alarm=STILL_THERE,
        moves={"DangerEnded": D.OVER, "ask_search": D.SEARCHED, "stand_down": D.STOOD_DOWN, CLOCK: D.PROTECTED},
    ),
    ends={D.STOOD_DOWN, D.SEARCHED, D.OVER},
)
