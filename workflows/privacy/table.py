"""The transition table of a privacy check."""

from enum import StrEnum

from workflows.engine.table import CLOCK, CLOSED, VOID, Turn, opening, state, table


class Privacy(StrEnum):
    """The gate between care file and RIEC file."""

    ASKED = "asked"
    WITH_RIEC = "with_riec"


PRIVACY = table(
    "PrivacyCheck",
    "privacy check",
    opening("PrivacyCheckRequestedV2", Privacy.ASKED, PrivacyCheckRequested=Privacy.ASKED),
    state(
        Privacy.ASKED,
        Turn.US,
        "the privacy officer",
        clock="privacy_check",
        then="the privacy officer is reminded; nothing is shared meanwhile",
        moves={"bring_to_riec": Privacy.WITH_RIEC, "do_not_bring": CLOSED, CLOCK: Privacy.ASKED},
    ),
    state(
        Privacy.WITH_RIEC,
        Turn.THEM,
        "the RIEC",
        clock="feedback",
        then="the municipality is reminded to ask the RIEC",
        moves={"DossierReportedBack": {Privacy.WITH_RIEC, CLOSED}, "close_check": CLOSED, CLOCK: Privacy.WITH_RIEC},
    ),
    ends={CLOSED, VOID},
)
