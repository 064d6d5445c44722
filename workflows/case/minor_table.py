"""The transition table of a child in a case: somebody protects it, or child protection is told."""

from enum import StrEnum

from workflows.case.table import COORDINATOR
from workflows.engine.table import CLOCK, Turn, state, table


class Minor(StrEnum):
    """Whether somebody protects a person who is, or may be, under 18."""

    UNGUARDED = "unguarded"
    NOTIFIED = "notified"
    EXAMINED = "examined"
    GUARDED = "guarded"
    ADULT = "adult"
    DONE = "done"


M = Minor
CHILD_PROTECTION = "the worker on duty at child protection"
UNGUARDED = "nobody protects a child, as far as is known: notify_child_protection, or record_adult where it is none"
UNASSESSED = "child protection has not assessed a child, and the term of the law has ended: call them"
UNEXAMINED = "the inquiry about a child has not ended, and the term of the law has: call child protection"

_NOTIFY = {M.NOTIFIED, M.GUARDED}

MINOR = table(
    "CaseMinor",
    "child protection",
    state(
        M.UNGUARDED,
        Turn.US,
        COORDINATOR,
        clock="minor",
        then="a person on duty is paged: nobody protects the child",
        alarm=UNGUARDED,
        moves={"notify_child_protection": _NOTIFY, "record_adult": M.ADULT, CLOCK: M.UNGUARDED},
    ),
    state(
        M.NOTIFIED,
        Turn.THEM,
        CHILD_PROTECTION,
        clock="child_safety",
        then="a person on duty here is paged, and calls them: the term of the law has ended",
        alarm=UNASSESSED,
        moves={
            "ChildAssessed": {M.GUARDED, M.EXAMINED},
            "ChildDeclined": M.UNGUARDED,
            "GuardianNamed": M.NOTIFIED,
            "record_adult": M.ADULT,
            CLOCK: M.NOTIFIED,
        },
        keeps={"GuardianNamed"},
    ),
    state(
        M.EXAMINED,
        Turn.THEM,
        CHILD_PROTECTION,
        clock="child_inquiry",
        then="a person on duty here is paged, and calls them: the term of the law has ended",
        alarm=UNEXAMINED,
        moves={
            "ChildAssessed": M.GUARDED,
            "GuardianNamed": M.EXAMINED,
            "record_adult": M.ADULT,
            "close": M.DONE,
            CLOCK: M.EXAMINED,
        },
        keeps={"GuardianNamed"},
    ),
    state(
        M.GUARDED,
        Turn.THEM,
        "the guardian",
        clock="child_review",
        then="the coordinator asks how the child is doing",
        moves={
            "GuardianNamed": M.GUARDED,
            "GuardingEnded": {M.UNGUARDED, M.ADULT, M.DONE},
            "notify_child_protection": _NOTIFY,
            "record_adult": M.ADULT,
            "close": M.DONE,
            CLOCK: M.GUARDED,
        },
        keeps={"GuardianNamed"},
    ),
    ends={M.ADULT, M.DONE},
)
