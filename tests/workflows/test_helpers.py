"""Several helpers of one person, one who lost sight of her, and help that is taken back while it runs."""

from datetime import timedelta

import pytest

from contracts.commands import CloseUnconfirmed, CompleteHelp, ConcludeCase, FindPerson, OfferHelp, RecordConsent, WithdrawConsent
from contracts.events.referrals import (
    FirstContactMade,
    ReferralAccepted,
    ReferralCompleted,
    ReferralOffered,
    ReferralRecalled,
)
from contracts.events.signals import CaseConcluded, CaseWithdrawn
from contracts.words import AidOutcome, CaseOutcome
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.ways import ALMERE, COSM, DESK, HELPED, NEED, RECORDED, WAYS, WOMEN, Way, walk
from workflows.placement.table import TAKEN_BACK

TWO = HELPED.then(
    OfferHelp(need=NEED, organisations=(WOMEN,)),
    (ReferralAccepted(referral=2), WOMEN),
    (FirstContactMade(referral=2), WOMEN),
)


def ended(number: int, outcome: AidOutcome = AidOutcome.HELP_COMPLETED) -> ReferralCompleted:
    return ReferralCompleted(referral=number, outcome=outcome)


async def responsible(file: Stage) -> str:
    return (await file.view()).responsible


async def test_the_end_of_one_helper_does_not_move_responsibility_from_the_other(stage: Staged) -> None:
    case = await walk(stage, TWO)
    assert await responsible(case) == WOMEN
    await case.hear(ended(1), COSM)
    assert await responsible(case) == WOMEN
    await case.hear(ended(2), WOMEN)
    assert await responsible(case) == ALMERE


async def test_who_helped_first_answers_again_when_the_second_one_ends(stage: Staged) -> None:
    case = await walk(stage, TWO)
    await case.hear(ended(2), WOMEN)
    assert await responsible(case) == COSM


async def test_a_person_who_is_out_of_sight_is_looked_for_within_days(stage: Staged) -> None:
    case = await walk(stage, HELPED)
    await case.hear(ended(1, AidOutcome.OUT_OF_SIGHT), COSM)
    track = (await case.view()).track
    assert track.until is not None
    assert track.phase == "lost"
    assert timedelta(days=3) < track.until - track.since < timedelta(days=14)
    assert await responsible(case) == ALMERE
    await case.decide(FindPerson())
    assert await case.phase() == "in_care"


async def test_who_stays_out_of_sight_can_be_concluded_as_that(stage: Staged) -> None:
    case = await walk(stage, WAYS["Case", "lost"])
    await case.decide(ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT))
    await case.hear(*RECORDED)
    await case.handle.result()
    assert await case.sent(CaseConcluded) == [(DESK, CaseConcluded(outcome=CaseOutcome.OUT_OF_SIGHT))]


@pytest.mark.parametrize("outcome", [AidOutcome.SAFE_HOUSING, AidOutcome.LEFT_EARLY])
async def test_another_outcome_leaves_the_case_in_care(stage: Staged, outcome: AidOutcome) -> None:
    """The control."""
    case = await walk(stage, HELPED)
    await case.hear(ended(1, outcome), COSM)
    assert await case.phase() == "in_care"


async def test_a_recall_of_a_running_stay_waits_for_a_person_at_the_shelter(stage: Staged) -> None:
    place = await walk(stage, WAYS["Placement", "leaving"])
    assert await place.phase() == "leaving"
    assert await responsible(place) == COSM
    assert [alarm.words for alarm in place.pages.alarms] == [TAKEN_BACK]
    await place.decide(CompleteHelp(outcome=AidOutcome.SAFE_HOUSING))
    await place.handle.result()
    assert await place.sent(ReferralCompleted) == [(ALMERE, ended(1, AidOutcome.SAFE_HOUSING))]


CONCLUDED = (ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT),)
WITHDRAWN = ((CaseWithdrawn(), DESK),)


@pytest.mark.parametrize("end", [(*CONCLUDED, RECORDED), WITHDRAWN], ids=["concluded", "withdrawn"])
async def test_a_case_ends_when_the_shelter_has_said_where_the_person_goes(stage: Staged, end: tuple[object, ...]) -> None:
    case = await walk(stage, HELPED.then(*end))  # type: ignore[arg-type]
    assert len(await case.sent(ReferralRecalled)) == 1
    view = await case.view()
    assert (view.track.phase, view.tracks[0].phase, view.responsible) == ("closing", "leaving", COSM)
    await case.hear(ended(1, AidOutcome.RETURNED_HOME), COSM)
    await case.handle.result()
    assert await case.phase() == "closed"


async def test_a_case_is_closed_by_hand_where_the_shelter_never_answers(stage: Staged) -> None:
    case = await walk(stage, HELPED.then(*CONCLUDED, RECORDED))
    await case.decide(CloseUnconfirmed())
    await case.handle.result()


async def asks_again_after(stage: Staged, way: Way) -> Stage:
    case = await walk(stage, way.then(WithdrawConsent(help=True)))
    assert await case.phase() == "waiting"
    await case.decide(RecordConsent(help=True))
    await case.settle()
    assert await case.phase() in {"planning", "in_care"}, "in care where help still runs"
    return case


async def test_consent_that_is_taken_back_and_given_again_leads_on(stage: Staged) -> None:
    case = await asks_again_after(stage, WAYS["AidReferral", "offered"])
    await case.decide(OfferHelp(need=NEED, organisations=(WOMEN,)))
    assert [to for to, _ in await case.sent(ReferralOffered)] == [COSM, WOMEN]
    assert await case.phase() == "in_care"


async def test_consent_that_is_taken_back_ends_running_help_by_hand_only(stage: Staged) -> None:
    case = await asks_again_after(stage, HELPED)
    assert await responsible(case) == COSM
    await case.hear(ended(1), COSM)
    assert await responsible(case) == ALMERE
