"""The transition table of a registration."""

from enum import StrEnum

from workflows.engine.table import CLOCK, CLOSED, VOID, Turn, opening, state, table


class Registration(StrEnum):
    """One file per case: every report counts, persons are counted apart."""

    RECORDING = "recording"
    RECORDED = "recorded"


G = Registration
REGISTRATION = table(
    "Registration",
    "registration",
    opening("RegistrationRequested", G.RECORDING),
    state(
        G.RECORDING,
        Turn.US,
        "the register",
        clock="registration",
        then="a person at CoMensha is reminded that a report is not recorded",
        alarm="a report could not be recorded yet: look whether the register can be reached",
        moves={
            "record": G.RECORDED,
            "RegistrationRequested": G.RECORDING,
            "RegistrationAmended": G.RECORDING,
            CLOCK: G.RECORDING,
        },
        keeps={"RegistrationRequested", "RegistrationAmended"},
    ),
    state(
        G.RECORDED,
        Turn.THEM,
        "whoever coordinates",
        clock="registration_review",
        then="CoMensha looks at the registration",
        alarm="a registration has waited for long: look whether its case still runs",
        moves={
            "RegistrationRequested": G.RECORDING,
            "RegistrationAmended": G.RECORDING,
            "close_registration": CLOSED,
            "settle": CLOSED,
            CLOCK: G.RECORDED,
        },
    ),
    ends={CLOSED, VOID},
)
