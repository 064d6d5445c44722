"""The transition table of a coverage gap."""

from enum import StrEnum

from workflows.engine.table import CLOCK, CLOSED, VOID, Turn, opening, state, table


class Coverage(StrEnum):
    """A gap that the province knows of."""

    OBSERVED = "observed"


COVERAGE = table(
    "CoverageGap",
    "gap in coverage",
    opening("CoverageGapObserved", Coverage.OBSERVED),
    state(
        Coverage.OBSERVED,
        Turn.US,
        "the province",
        clock="coverage",
        then="the gap closes unanswered, and stays counted",
        moves={"acknowledge_gap": CLOSED, CLOCK: CLOSED},
    ),
    ends={CLOSED, VOID},
)
