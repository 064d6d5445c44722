"""A story that says nothing twice: a decision, and the event that tells others of it, are one line."""

from collections.abc import Sequence
from datetime import timedelta

from contracts.views import StoryLine

TOLD = {
    "accept_case": "case_accepted",
    "decline_case": "case_declined",
    "offer_help": "referral_offered",
    "see_offer": "referral_seen",
    "accept_offer": "referral_accepted",
    "decline_offer": "referral_declined",
    "report_first_contact": "first_contact_made",
    "waitlist_offer": "referral_waitlisted",
    "report_missing": "client_missing",
    "report_found": "client_found",
    "end_stay": "referral_ended",
    "complete_help": "referral_completed",
    "ask_privacy_check": "privacy_check_requested",
    "disclose": "disclosure_made",
    "refuse_disclosure": "disclosure_refused",
}
"""Decisions, and the events that say the same and to whom."""

AT_ONCE = timedelta(minutes=1)
"""What follows later than this is told for itself."""


def told_once(lines: Sequence[StoryLine]) -> list[StoryLine]:
    """The lines of a story in order, without decisions whose event follows at once; that line keeps what they said."""
    kept: list[StoryLine] = list(lines)
    for decision in lines:
        place = next((number for number, line in enumerate(kept) if _tells(line, decision)), None)
        if place is not None:
            event = kept[place]
            kept[place] = event.model_copy(update={"facts": {**decision.facts, **event.facts}})
            kept.remove(decision)
    return kept


def _tells(event: StoryLine, decision: StoryLine) -> bool:
    told = (event.what, event.who) == (TOLD.get(decision.what), decision.who)
    return told and timedelta() <= event.at - decision.at < AT_ONCE
