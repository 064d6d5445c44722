"""The transition table of the protection of a child."""

from enum import StrEnum

from workflows.engine.table import CLOCK, CLOSED, VOID, Turn, opening, state, table


class Guarding(StrEnum):
    """A child that was reported to child protection."""

    ASKED = "asked"
    EXAMINING = "examining"
    GUARDING = "guarding"


G = Guarding
URGENT = "a child is not safe now: look at once, then assess_child"
NOT_ASSESSED = "nobody has assessed whether this child is safe, and the term of the law has ended: assess_child now"
NOT_EXAMINED = "the inquiry about this child has not ended, and the term of the law has: assess_child now"
RECALLED = "the coordinator took the report of this child back: look whether the child needs protection still"

GUARDING = table(
    "Guarding",
    "protection of a child",
    opening("ChildReported", G.ASKED),
    state(
        G.ASKED,
        Turn.US,
        "the worker on duty",
        clock="child_safety",
        then="the worker on duty is paged: the term of the law has ended",
        alarm=NOT_ASSESSED,
        moves={
            "assess_child": {G.GUARDING, G.EXAMINING, CLOSED},
            "decline_child": CLOSED,
            "ChildRecalled": G.ASKED,
            CLOCK: G.ASKED,
        },
        keeps={"ChildRecalled"},
    ),
    state(
        G.EXAMINING,
        Turn.US,
        "the examiner",
        clock="child_inquiry",
        then="the examiner is paged: the term of the law has ended",
        alarm=NOT_EXAMINED,
        moves={
            "assess_child": {G.GUARDING, CLOSED},
            "name_guardian": G.EXAMINING,
            "ChildRecalled": G.EXAMINING,
            CLOCK: G.EXAMINING,
        },
        keeps={"ChildRecalled"},
    ),
    state(
        G.GUARDING,
        Turn.US,
        "the guardian",
        clock="child_review",
        then="the guardian reviews how the child is doing",
        moves={"name_guardian": G.GUARDING, "end_guarding": CLOSED, "ChildRecalled": G.GUARDING, CLOCK: G.GUARDING},
        keeps={"ChildRecalled"},
    ),
    ends={CLOSED, VOID},
)
