"""Whose word a case waits for follows from what was said in it, and from nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.awaited import ASKS, BY_TYPE, NUMBERS, TELLING, Ask, Awaited, Spoken, awaited
from contracts.catalogue import CATALOGUE
from contracts.event import Event
from contracts.events.coverage import CoverageGapObserved
from contracts.events.erasures import ErasureCompleted, ErasureRequested
from contracts.events.referrals import (
    FirstContactMade,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralOffered,
    ReferralRecalled,
)
from contracts.events.registrations import RegistrationRecorded, RegistrationRequested, ReportRegistered
from contracts.events.signals import SignalReceived

ASKS_NOTHING = {
    SignalReceived: "a receipt",
    ReportRegistered: "a receipt",
    CoverageGapObserved: "a province answers nobody about one gap",
}
US, THEM = "polder-shelter", "safe-haven-coordination"
Line = tuple[type[Event], bool, int | None]


def waits(*lines: Line, me: str = US, other: str = THEM) -> list[tuple[str, type[Event]]]:
    """By whom a word is awaited, after which event."""
    begun = datetime(2026, 3, 2, tzinfo=UTC)
    said = [
        Spoken(f"{index}", event.rule.type, other, ours, begun + timedelta(minutes=index), number)
        for index, (event, ours, number) in enumerate(lines)
    ]
    found: tuple[Awaited, ...] = awaited(me, said[::-1])  # in whichever order they are given
    assert [one.after.at for one in found] == sorted(one.after.at for one in found)
    return [(one.by, CATALOGUE[one.after.type]) for one in found]


def test_whatever_opens_a_file_at_another_agency_asks_something_or_is_known_not_to() -> None:
    opening = {event for event in CATALOGUE.values() if event.rule.opens and not event.rule.itself}
    assert opening == {ask.event for ask in ASKS if ask.event.rule.opens} | ASKS_NOTHING.keys()


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.event.__name__)
def test_who_is_asked_may_answer(ask: Ask) -> None:
    speakers, hearers = ask.event.rule.senders, ask.event.rule.recipients
    if not ask.own:
        speakers, hearers = hearers, speakers
    for answer in ask.answers:
        assert answer.rule.senders & speakers
        assert answer.rule.recipients & hearers
    for speaker in speakers:
        assert any(speaker in answer.rule.senders for answer in ask.answers)
    for end in ask.over:
        assert end.rule.senders & hearers
    for event in (ask.event, *ask.answers, *ask.over):
        assert ask.number is None or ask.number in event.model_fields


def test_of_each_type_it_is_known_what_is_needed() -> None:
    assert NUMBERS.keys() <= TELLING
    assert BY_TYPE.keys() <= TELLING <= CATALOGUE.keys()
    assert len(BY_TYPE) == len(ASKS)


def test_an_offer_waits_for_an_answer_then_for_first_contact_then_for_the_end_of_help() -> None:
    offered, accepted = (ReferralOffered, False, 1), (ReferralAccepted, True, 1)
    met, completed = (FirstContactMade, True, 1), (ReferralCompleted, True, 1)
    assert waits(offered) == [(US, ReferralOffered)]
    assert waits(offered, (ReferralDeclined, True, 1)) == []
    assert waits(offered, accepted) == [(US, ReferralAccepted)]
    assert waits(offered, accepted, met) == [(US, FirstContactMade)]
    assert waits(offered, accepted, met, completed) == []


def test_whoever_sees_the_other_side_sees_the_same() -> None:
    assert waits((ReferralOffered, True, 1), me=THEM, other=US) == [(US, ReferralOffered)]
    assert waits((ReferralOffered, True, 1), (ReferralAccepted, False, 1), me=THEM, other=US) == [(US, ReferralAccepted)]


def test_what_is_taken_back_waits_no_more_but_help_that_runs_ends_by_hand() -> None:
    offered, recalled = (ReferralOffered, False, 1), (ReferralRecalled, False, 1)
    assert waits(offered, recalled) == []
    lines = (offered, (ReferralAccepted, True, 1), (FirstContactMade, True, 1), recalled)
    assert waits(*lines) == [(US, FirstContactMade)]


def test_each_offer_waits_for_its_own_answer() -> None:
    offers = (ReferralOffered, False, 1), (ReferralOffered, False, 2)
    assert waits(*offers, (ReferralDeclined, True, 2)) == [(US, ReferralOffered)]
    assert waits(*offers, (ReferralDeclined, True, None)) == [], "what cannot be read any more may be the answer to either"


def test_only_what_comes_after_it_answers() -> None:
    assert waits((ReferralDeclined, True, 1), (ReferralOffered, False, 1)) == [(US, ReferralOffered)]


def test_what_both_may_ask_is_told_apart_by_who_asks() -> None:
    asked_by_both = (ErasureRequested, False, None), (ErasureRequested, True, None)
    assert waits(*asked_by_both, (ErasureCompleted, False, None)) == [(US, ErasureRequested)]
    assert waits(*asked_by_both, (ErasureCompleted, True, None)) == [(THEM, ErasureRequested)]


def test_what_an_agency_asks_itself_waits_once_and_is_answered_by_itself() -> None:
    both = (RegistrationRequested, True, None), (RegistrationRequested, False, None)
    assert waits(*both, me=US, other=US) == [(US, RegistrationRequested)]
    assert waits(*both, (RegistrationRecorded, False, None), me=US, other=US) == []
