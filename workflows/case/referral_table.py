"""The transition table of one request for help."""

from enum import StrEnum

from workflows.case.table import COORDINATOR
from workflows.engine.table import CLOCK, Turn, state, table


class Referral(StrEnum):
    """Where one request for help is."""

    OFFERED = "offered"
    SEEN = "seen"
    WAITLISTED = "waitlisted"
    ACCEPTED = "accepted"
    WITH_AID = "with_aid"
    MISSING = "missing"
    LEAVING = "leaving"
    NOT_PLACED = "not_placed"
    COMPLETED = "completed"
    RECALLED = "recalled"
    GIVEN_UP = "given_up"


R = Referral
AID = "the aid organisation"
_NEXT = {R.OFFERED, R.WAITLISTED, R.NOT_PLACED}
_ANSWERS = {
    "ReferralSeen": R.SEEN,
    "ReferralAccepted": R.ACCEPTED,
    "ReferralDeclined": _NEXT,
    "ReferralWaitlisted": {R.OFFERED, R.WAITLISTED},
    CLOCK: _NEXT,
    "recall": R.RECALLED,
}
BED_KEPT = "the bed of a person who is missing was kept for its term: tell the aid organisation whether it may go"
NEXT_ASKED = "the offer is taken back and the next organisation is asked"

REFERRAL = table(
    "AidReferral",
    "help",
    state(R.OFFERED, Turn.THEM, AID, clock="offer", then=NEXT_ASKED, moves=_ANSWERS),
    state(R.SEEN, Turn.THEM, AID, clock="offer", then=NEXT_ASKED, moves=_ANSWERS),
    state(
        R.WAITLISTED,
        Turn.THEM,
        AID,
        clock="waitlist",
        then="the coordinator looks whether others can be asked beside it",
        moves={
            "ReferralAccepted": R.ACCEPTED,
            "ReferralDeclined": {R.WAITLISTED, R.NOT_PLACED},
            "ReferralWaitlisted": R.WAITLISTED,
            "offer_again": R.OFFERED,
            "give_up": R.GIVEN_UP,
            "recall": R.RECALLED,
            CLOCK: R.WAITLISTED,
        },
        keeps={"ReferralDeclined", "ReferralWaitlisted"},
    ),
    state(
        R.ACCEPTED,
        Turn.THEM,
        AID,
        clock="first_contact",
        then="the coordinator, still responsible, is reminded to ask",
        moves={
            "FirstContactMade": R.WITH_AID,
            "ReferralDeclined": {R.OFFERED, R.NOT_PLACED},
            "recall": R.RECALLED,
            CLOCK: R.ACCEPTED,
        },
    ),
    state(
        R.WITH_AID,
        Turn.THEM,
        AID,
        clock="care_review",
        then="the coordinator asks how it goes",
        moves={
            "ReferralCompleted": R.COMPLETED,
            "ClientMissing": R.MISSING,
            "recall": {R.LEAVING, R.RECALLED},
            CLOCK: R.WITH_AID,
        },
    ),
    state(
        R.MISSING,
        Turn.THEM,
        AID,
        clock="bed_kept",
        then="a person is paged: may the bed go",
        alarm=BED_KEPT,
        moves={"ClientFound": R.WITH_AID, "ReferralCompleted": R.COMPLETED, "recall": R.LEAVING, CLOCK: R.MISSING},
    ),
    state(
        R.LEAVING,
        Turn.THEM,
        AID,
        clock="leaving",
        then="the coordinator is reminded to ask where the person goes",
        moves={
            "ReferralEnded": R.RECALLED,
            "ReferralCompleted": R.RECALLED,
            "ClientMissing": R.LEAVING,
            "ClientFound": R.LEAVING,
            CLOCK: R.LEAVING,
        },
        keeps={"ClientMissing", "ClientFound"},
    ),
    state(
        R.NOT_PLACED,
        Turn.US,
        COORDINATOR,
        clock="not_placed",
        then="the coordinator looks again; it is counted as not placed",
        moves={"offer_again": R.OFFERED, "give_up": R.GIVEN_UP, "recall": R.RECALLED, CLOCK: R.NOT_PLACED},
    ),
    ends={R.COMPLETED, R.RECALLED, R.GIVEN_UP},
)
