"""The transition table of an observation."""

from enum import StrEnum

from workflows.engine.table import CLOCK, CLOSED, VOID, Turn, opening, state, table


class Observing(StrEnum):
    """Where an observation is on its way to the RIEC, as the coordinator sees it."""

    ASKED = "asked"
    BROUGHT = "brought"


OBSERVATION = table(
    "Observation",
    "observation",
    opening("ObservationNoted", Observing.ASKED),
    state(
        Observing.ASKED,
        Turn.THEM,
        "the municipality's privacy officer",
        clock="privacy_check",
        then="the coordinator is reminded to ask the municipality",
        moves={
            "PrivacyCheckDecidedV2": {Observing.BROUGHT, CLOSED},
            "close_observation": CLOSED,
            CLOCK: Observing.ASKED,
        },
    ),
    state(
        Observing.BROUGHT,
        Turn.THEM,
        "the municipality, for the RIEC",
        clock="feedback",
        then="the coordinator is reminded to ask for feedback",
        moves={
            "PrivacyCheckAnsweredV2": {Observing.BROUGHT, CLOSED},
            "close_observation": CLOSED,
            CLOCK: Observing.BROUGHT,
        },
    ),
    ends={CLOSED, VOID},
)
