"""The ledger of consents: over whole lives, and for what these do not show."""

from datetime import datetime, timedelta

import pytest

from console.ledger import Ledger, ledger
from contracts.events.dossiers import PrivacyCheckRequested
from contracts.events.erasures import ErasureCompleted, ErasureRequested
from contracts.events.referrals import ReferralRecalled
from contracts.processing import Direction, Processing
from contracts.views import ConsentView, StoryLine
from contracts.words import Ground
from tests.console.lives import NAMES, life
from tests.console.lives.lines import AT, OTHER, OWN, sent_line, taken_line
from tests.console.web.doubles import a_case

MINUTE = timedelta(minutes=1)


def consent(given: datetime | None = AT, withdrawn: datetime | None = None, **more: object) -> ConsentView:
    return ConsentView.model_validate({"purpose": "help", "given": given, "withdrawn": withdrawn, "by": "person", **more})


def of(*lines: Processing, consents: tuple[ConsentView, ...], story: tuple[StoryLine, ...] = ()) -> Ledger:
    return ledger([a_case(consents=consents, story=story)], lines)


@pytest.mark.parametrize("name", NAMES)
def test_all_that_was_sent_on_consent_stands_once_and_under_the_consent_that_held(name: str) -> None:
    for slug, kept in life(name).agencies.items():
        found = ledger(kept.views, kept.lines)
        sent = [line for line in kept.lines if line.direction is Direction.SENT and line.ground is Ground.CONSENT]
        stands = [*(one for entry in found.entries for one in entry.shared), *found.elsewhere]
        assert sorted((one.at, one.to) for one in stands) == sorted((line.start_time, line.counterparty) for line in sent)
        for entry in found.entries:
            ends = entry.consent.withdrawn or datetime.max.replace(tzinfo=AT.tzinfo)
            assert all(entry.consent.given and entry.consent.given <= one.at <= ends for one in entry.shared)
        assert slug in {OWN, "comensha"} or not found.entries, "only who asks for consent keeps it"


def test_a_consent_that_was_taken_back_says_what_was_shared_and_what_followed() -> None:
    kept = life("consent-taken-back").agencies[OWN]
    first, _, riec, again, *_ = ledger(kept.views, kept.lines).entries
    assert [(one.event, one.to) for one in first.shared] == [("referral_offered", OTHER)]
    assert [(one.event, one.other) for one in first.stopped] == [("referral_recalled", OTHER), ("erasure_requested", OTHER)]
    assert [(one.event, one.to) for one in riec.shared] == [("privacy_check_requested", "lelystad")]
    assert [(one.event, one.other) for one in riec.stopped] == [("erasure_requested", "lelystad")]
    assert [(one.to, again.consent.withdrawn) for one in again.shared] == [("womens-shelter", None)]
    assert again.stopped == ()


def test_who_answers_on_consent_keeps_none_and_that_is_seen() -> None:
    kept = life("offered-again").agencies[OTHER]
    found = ledger(kept.views, kept.lines)
    assert found.entries == ()
    assert {one.to for one in found.elsewhere} == {OWN}


def test_what_was_sent_before_or_after_a_consent_stands_under_none() -> None:
    lines = [sent_line(number, after=number * MINUTE) for number in (0, 2, 4)]
    found = of(*lines, consents=(consent(AT + MINUTE, AT + 3 * MINUTE),))
    assert [one.at for one in found.entries[0].shared] == [AT + 2 * MINUTE]
    assert [one.at for one in found.elsewhere] == [AT, AT + 4 * MINUTE]


def test_a_consent_to_something_else_covers_nothing() -> None:
    found = of(sent_line(1, PrivacyCheckRequested), consents=(consent(),))
    assert not found.entries[0].shared
    assert len(found.elsewhere) == 1


def test_what_was_not_given_covers_nothing_and_what_holds_without_a_moment_covers_all() -> None:
    assert not of(sent_line(1), consents=(consent(None),)).entries[0].shared
    assert of(sent_line(1), consents=(consent(None, holds=True),)).entries[0].shared


def test_what_was_sent_on_a_legal_task_is_not_shared_on_consent() -> None:
    line = sent_line(1).model_copy(update={"ground": Ground.LEGAL_TASK})
    assert of(line, consents=(consent(),)).entries[0].shared == ()


def test_what_follows_is_about_those_who_were_told_and_comes_after() -> None:
    taken_back = AT + 5 * MINUTE
    lines = [
        sent_line(1),
        sent_line(2, ReferralRecalled, after=MINUTE),
        sent_line(3, ErasureRequested, after=6 * MINUTE),
        sent_line(4, ErasureRequested, after=6 * MINUTE, to="lelystad"),
        taken_line(5, ErasureCompleted, after=7 * MINUTE),
    ]
    [entry] = of(*lines, consents=(consent(AT, taken_back),)).entries
    assert [(one.event, one.other, one.theirs) for one in entry.stopped] == [
        ("erasure_requested", OTHER, False),
        ("erasure_completed", OTHER, True),
    ]


def test_what_did_not_leave_any_more_is_told() -> None:
    taken_back = AT + MINUTE
    facts = [("referral_offered", 2), ("referral_offered", 0), ("privacy_check_requested", 2), ("something_odd", 2)]
    story = tuple(
        StoryLine(at=AT + minutes * MINUTE, what="withheld", who=OWN, facts={"to": OTHER, "what": what})
        for what, minutes in facts
    )
    [entry] = of(consents=(consent(AT, taken_back),), story=story).entries
    assert [(one.event, one.other, one.withheld) for one in entry.stopped] == [("referral_offered", OTHER, True)]
