"""The transition table of a danger."""

from enum import StrEnum

from workflows.engine.table import CLOCK, CLOSED, VOID, Turn, opening, state, table


class Danger(StrEnum):
    """A danger that was reported to an investigation service."""

    CALLED = "called"
    TAKEN = "taken"


D = Danger
CALL = "somebody is in danger: take_danger now; who cannot come calls the control room (112), and tells the signal desk"
OVER = "whoever reported this danger says that it is over: look whether it is, then end_danger"
STILL = "a danger that was taken up has not ended: look whether it is still there, and end_danger where it is not"

DANGER = table(
    "Danger",
    "danger",
    opening("DangerReported", D.CALLED, PersonMissing=D.CALLED),
    state(
        D.CALLED,
        Turn.US,
        "the officer on duty",
        clock="danger_answer",
        then="the officer on duty is paged again, and calls the control room (112)",
        alarm=CALL,
        moves={"take_danger": D.TAKEN, "end_danger": CLOSED, "DangerRecalled": D.CALLED, CLOCK: D.CALLED},
        keeps={"DangerRecalled"},
    ),
    state(
        D.TAKEN,
        Turn.US,
        "the officer who took it up",
        clock="danger_review",
        then="the officer looks whether the danger is still there",
        alarm=STILL,
        moves={"end_danger": CLOSED, "DangerRecalled": D.TAKEN, CLOCK: D.TAKEN},
        keeps={"DangerRecalled"},
    ),
    ends={CLOSED, VOID},
)
