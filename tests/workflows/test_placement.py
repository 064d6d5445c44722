"""At an aid organisation: an offer is seen, decided, and becomes help that ends with an outcome."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.commands import AcceptOffer, CompleteHelp, DeclineOffer, ReportFirstContact, SeeOffer
from contracts.events.referrals import (
    FirstContactMade,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralOffered,
    ReferralRecalled,
    ReferralSeen,
)
from contracts.words import AidOutcome, Decline, Recall
from tests.workflows.conftest import Staged
from tests.workflows.tables_found import possible_now
from tests.workflows.ways import ALMERE, EPOCH, NEED, PLACE, REVEALED, WAYS, ZWOLLE, walk

RECALLED = ReferralRecalled(referral=1, reason=Recall.PLACED_ELSEWHERE)


async def test_from_an_offer_to_the_end_of_help(stage: Staged) -> None:
    place = await walk(stage, PLACE)
    await place.decide(SeeOffer())
    assert await place.sent(ReferralSeen) == [(ALMERE, ReferralSeen(referral=1))]
    await place.decide(AcceptOffer())
    assert await place.sent(ReferralAccepted) == [(ALMERE, ReferralAccepted(referral=1))]
    assert (await place.view()).responsible == ALMERE
    await place.hear(*REVEALED)
    await place.decide(ReportFirstContact())
    assert await place.sent(FirstContactMade) == [(ALMERE, FirstContactMade(referral=1))]
    assert (await place.view()).responsible == "cosm-shelter"
    await place.decide(CompleteHelp(outcome=AidOutcome.SAFE_HOUSING))
    await place.handle.result()
    assert await place.sent(ReferralCompleted) == [(ALMERE, ReferralCompleted(referral=1, outcome=AidOutcome.SAFE_HOUSING))]


@pytest.mark.parametrize("state", ["offered", "seen", "accepted"])
async def test_an_offer_can_be_declined_until_the_person_is_met(stage: Staged, state: str) -> None:
    place = await walk(stage, WAYS["Placement", state])
    await place.decide(DeclineOffer(reason=Decline.UNSAFE_HERE))
    await place.handle.result()
    assert await place.sent(ReferralDeclined) == [(ALMERE, ReferralDeclined(referral=1, reason=Decline.UNSAFE_HERE))]


async def test_help_that_runs_is_completed_not_declined(stage: Staged) -> None:
    place = await walk(stage, WAYS["Placement", "in_care"])
    words = await place.refused(DeclineOffer(reason=Decline.FULL))
    instead = possible_now("Placement", "in_care")
    assert words == f"not_possible_now: decline_offer is not possible while placement is in_care; {instead}"


@pytest.mark.parametrize("state", ["offered", "seen", "accepted"])
async def test_the_coordinator_can_take_it_back(stage: Staged, state: str) -> None:
    place = await walk(stage, WAYS["Placement", state])
    assert await place.code(RECALLED, ZWOLLE) == "case_unknown"
    before = len(place.letters.all)
    await place.hear(RECALLED, ALMERE)
    await place.handle.result()
    assert len(place.letters.all) == before


@pytest.mark.parametrize("state", ["offered", "seen"])
async def test_an_offer_expires_when_the_coordinator_said_so(stage: Staged, state: str) -> None:
    place = await walk(stage, WAYS["Placement", state])
    until = (await place.view()).track.until
    assert until is not None
    await place.skip_until(until - timedelta(minutes=1))
    assert await place.phase() == state
    await place.skip_until(until + timedelta(minutes=1))
    await place.handle.result()
    assert await place.sent(ReferralDeclined) == []


async def test_an_offer_that_came_too_late_expires_at_once(stage: Staged) -> None:
    place = await stage("cosm-shelter", PLACE.process)
    await place.open(ReferralOffered(referral=1, need=NEED, answer_by=EPOCH), ALMERE)
    await place.handle.result()
    assert await place.phase() == "closed"
    assert await place.sent(ReferralDeclined) == []


async def test_each_offer_of_a_case_has_a_file_of_its_own(stage: Staged) -> None:
    second = ReferralOffered(referral=2, need=NEED, answer_by=EPOCH)
    place = await walk(stage, replace(PLACE, opening=(second, ALMERE)))
    assert place.handle.id.startswith("placement-2-")
    await place.decide(SeeOffer())
    assert await place.sent(ReferralSeen) == [(ALMERE, ReferralSeen(referral=2))]
    [(_, message)] = place.letters.all
    assert message.system == "placement-2"
