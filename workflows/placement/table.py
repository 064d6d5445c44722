"""The transition table of a placement."""

from enum import StrEnum

from workflows.engine.table import CLOCK, CLOSED, VOID, Turn, opening, state, table


class Placement(StrEnum):
    """Help at an aid organisation."""

    OFFERED = "offered"
    SEEN = "seen"
    WAITLISTED = "waitlisted"
    ACCEPTED = "accepted"
    IN_CARE = "in_care"
    MISSING = "missing"
    LEAVING = "leaving"


PL = Placement
TAKEN_BACK = "the coordinator took back help that runs: where does the person sleep tonight? See to it, then end_stay"
BED_KEPT = "the bed of a person who is missing was kept for its term: report_found, or ask the coordinator whether it may go"
INTAKE_DESK = "the intake desk"
_ANSWER = {"accept_offer": PL.ACCEPTED, "decline_offer": CLOSED, "ReferralRecalled": CLOSED}
_DECIDE = {**_ANSWER, "waitlist_offer": PL.WAITLISTED, CLOCK: CLOSED}

PLACEMENT = table(
    "Placement",
    "placement",
    opening("ReferralOffered", PL.OFFERED),
    state(
        PL.OFFERED,
        Turn.US,
        INTAKE_DESK,
        clock="offer",
        then="the offer expires and the coordinator asks another organisation",
        moves={"see_offer": PL.SEEN, **_DECIDE},
    ),
    state(
        PL.SEEN,
        Turn.US,
        INTAKE_DESK,
        clock="offer",
        then="the offer expires and the coordinator asks another organisation",
        moves=_DECIDE,
    ),
    state(
        PL.WAITLISTED,
        Turn.US,
        INTAKE_DESK,
        clock="waitlist",
        then="the intake desk looks whether there is a place now",
        moves={**_ANSWER, CLOCK: PL.WAITLISTED},
    ),
    state(
        PL.ACCEPTED,
        Turn.US,
        "the assigned worker",
        clock="first_contact",
        then="the worker is reminded; the coordinator is still responsible",
        moves={
            "PersonRevealed": PL.ACCEPTED,
            "report_first_contact": PL.IN_CARE,
            "decline_offer": CLOSED,
            "ReferralRecalled": CLOSED,
            CLOCK: PL.ACCEPTED,
        },
        keeps={"PersonRevealed"},
    ),
    state(
        PL.IN_CARE,
        Turn.US,
        "the assigned worker",
        clock="care_review",
        then="the worker reviews the help",
        moves={
            "complete_help": CLOSED,
            "report_missing": PL.MISSING,
            "ReferralRecalled": {PL.LEAVING, CLOSED},
            CLOCK: PL.IN_CARE,
        },
    ),
    state(
        PL.MISSING,
        Turn.US,
        "the assigned worker",
        clock="bed_kept",
        then="a person is paged: may the bed go",
        alarm=BED_KEPT,
        moves={"report_found": PL.IN_CARE, "complete_help": CLOSED, "ReferralRecalled": CLOSED, CLOCK: PL.MISSING},
    ),
    state(
        PL.LEAVING,
        Turn.US,
        "the assigned worker",
        clock="leaving",
        then="the alarm is raised again",
        alarm=TAKEN_BACK,
        moves={"end_stay": CLOSED, "complete_help": CLOSED, "ReferralRecalled": PL.LEAVING, CLOCK: PL.LEAVING},
        keeps={"ReferralRecalled"},
    ),
    ends={CLOSED, VOID},
)
