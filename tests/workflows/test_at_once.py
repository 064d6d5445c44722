"""Several organisations are asked at once: the first who accepts helps, and the others are told at once that it is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.clocks import Clocks
from contracts.commands import OfferAgain, OfferHelp, WithdrawConsent
from contracts.events.referrals import (
    FirstContactMade,
    PersonRevealed,
    ReferralAccepted,
    ReferralDeclined,
    ReferralOffered,
    ReferralRecalled,
    ReferralSeen,
)
from contracts.words import Decline, Recall
from tests.workflows.conftest import Staged
from tests.workflows.ways import COSM, NEED, PLANNING, WOMEN, Step, walk

BOTH = (COSM, WOMEN)
ASKED = replace(
    PLANNING.then(OfferHelp(need=NEED, organisations=BOTH, at_once=True)), clocks=Clocks.model_validate({"offer": "2 days"})
)
YES = {COSM: (ReferralAccepted(referral=1), COSM), WOMEN: (ReferralAccepted(referral=2), WOMEN)}
NO = {
    COSM: (ReferralDeclined(referral=1, reason=Decline.FULL), COSM),
    WOMEN: (ReferralDeclined(referral=2, reason=Decline.FULL), WOMEN),
}
READ = {COSM: (ReferralSeen(referral=1), COSM), WOMEN: (ReferralSeen(referral=2), WOMEN)}
LAPSED = timedelta(days=2, minutes=1)
WITHDRAWN = WithdrawConsent(help=True)
ELSEWHERE, SILENT, TAKEN_BACK = Recall.PLACED_ELSEWHERE, Recall.NO_ANSWER, Recall.CONSENT_WITHDRAWN

RACES: dict[str, tuple[tuple[Step, ...], list[str], list[tuple[str, Recall]], str]] = {
    "nobody yet": ((), [], [], "offered"),
    "both, the first one first": ((YES[COSM], YES[WOMEN]), [COSM], [(WOMEN, ELSEWHERE)], "accepted"),
    "both, the second one first": ((YES[WOMEN], YES[COSM]), [WOMEN], [(COSM, ELSEWHERE)], "accepted"),
    "both read, then both": ((READ[COSM], READ[WOMEN], YES[WOMEN], YES[COSM]), [WOMEN], [(COSM, ELSEWHERE)], "accepted"),
    "one declines, the other accepts": ((NO[COSM], YES[WOMEN]), [WOMEN], [], "accepted"),
    "the other declines, one accepts": ((NO[WOMEN], YES[COSM]), [COSM], [], "accepted"),
    "one accepts, the other declines": ((YES[COSM], NO[WOMEN]), [COSM], [(WOMEN, ELSEWHERE)], "accepted"),
    "the other accepts, one declines": ((YES[WOMEN], NO[COSM]), [WOMEN], [(COSM, ELSEWHERE)], "accepted"),
    "both decline": ((NO[COSM], NO[WOMEN]), [], [], "not_placed"),
    "nobody answers": ((LAPSED,), [], [(COSM, SILENT), (WOMEN, SILENT)], "not_placed"),
    "one declines, the other is silent": ((NO[COSM], LAPSED), [], [(WOMEN, SILENT)], "not_placed"),
    "both too late": ((LAPSED, YES[COSM], YES[WOMEN]), [], [(COSM, SILENT), (WOMEN, SILENT)], "not_placed"),
}
"""What happens, who hears who it is, from whom it is taken back and why, and where the request is then."""


@pytest.mark.parametrize(("steps", "revealed", "recalled", "phase"), RACES.values(), ids=RACES)
async def test_whoever_accepts_first_is_told_and_everybody_else_hears_that_it_is_over(
    stage: Staged, steps: tuple[Step, ...], revealed: list[str], recalled: list[tuple[str, Recall]], phase: str
) -> None:
    case = await walk(stage, ASKED.then(*steps))
    assert [to for to, _ in await case.sent(ReferralOffered)] == [COSM, WOMEN]
    assert [to for to, _ in await case.sent(PersonRevealed)] == revealed
    told = [(to, event.reason, event.referral) for to, event in await case.sent(ReferralRecalled)]
    assert told == [(to, reason, BOTH.index(to) + 1) for to, reason in recalled]
    assert [track.phase for track in (await case.view()).tracks if track.name == "AidReferral"] == [phase]


async def test_consent_that_is_withdrawn_takes_every_offer_back(stage: Staged) -> None:
    case = await walk(stage, ASKED.then(WITHDRAWN, YES[COSM], YES[WOMEN]))
    assert [(to, event.reason) for to, event in await case.sent(ReferralRecalled)] == [(COSM, TAKEN_BACK), (WOMEN, TAKEN_BACK)]
    assert await case.sent(PersonRevealed) == []


async def test_the_one_who_was_chosen_goes_on(stage: Staged) -> None:
    case = await walk(stage, ASKED.then(YES[WOMEN], (FirstContactMade(referral=2), WOMEN)))
    assert (await case.view()).responsible == WOMEN
    assert await case.code(FirstContactMade(referral=2), COSM) == "not_a_party"


async def test_nobody_answers_for_another(stage: Staged) -> None:
    case = await walk(stage, ASKED)
    assert await case.code(ReferralAccepted(referral=2), COSM) == "not_a_party"
    assert await case.sent(PersonRevealed) == []


async def test_others_are_asked_at_once_again(stage: Staged) -> None:
    again = OfferAgain(referral=1, organisations=BOTH, at_once=True)
    case = await walk(stage, ASKED.then(NO[COSM], NO[WOMEN], again, (ReferralAccepted(referral=4), WOMEN)))
    assert [event.referral for _, event in await case.sent(ReferralOffered)] == [1, 2, 3, 4]
    assert [to for to, _ in await case.sent(PersonRevealed)] == [WOMEN]
    assert [(to, event.referral) for to, event in await case.sent(ReferralRecalled)] == [(COSM, 3)]


async def test_the_control_in_order_the_second_is_not_asked_before_the_first_declines(stage: Staged) -> None:
    case = await walk(stage, PLANNING.then(OfferHelp(need=NEED, organisations=BOTH)))
    assert [to for to, _ in await case.sent(ReferralOffered)] == [COSM]
