"""Several helpers of one person, one who lost sight of her, and help that is taken back while it runs."""

from datetime import timedelta

import pytest

from contracts.commands import (
    CloseUnconfirmed,
    CompleteHelp,
    ConcludeCase,
    EndStay,
    FindPerson,
    OfferHelp,
    RecordConsent,
    WithdrawConsent,
)
from contracts.events.referrals import (
    FirstContactMade,
    ReferralAccepted,
    ReferralCompleted,
    ReferralEnded,
    ReferralOffered,
    ReferralRecalled,
)
from contracts.events.signals import CaseConcluded, CaseWithdrawn
from contracts.words import AidOutcome, CaseOutcome, Destination
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.ways import ALMERE, COSM, DESK, HELPED, NEED, RECORDED, WAYS, WOMEN, Way, walk
from workflows.case.stays import NO_BED
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
    case = await walk(stage, WAYS["Case", "lost"].then(timedelta(days=30, minutes=1)))
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


def gone(to: Destination) -> ReferralEnded:
    return ReferralEnded(referral=1, destination=to)


async def test_a_stay_that_was_taken_back_ends_with_where_the_person_sleeps(stage: Staged) -> None:
    place = await walk(stage, WAYS["Placement", "leaving"])
    await place.decide(EndStay(destination=Destination.OWN_HOUSING))
    await place.handle.result()
    assert await place.sent(ReferralEnded) == [(ALMERE, gone(Destination.OWN_HOUSING))]
    assert await place.sent(ReferralCompleted) == []


async def test_who_is_not_asked_to_let_go_ends_help_with_an_outcome(stage: Staged) -> None:
    """The control."""
    place = await walk(stage, WAYS["Placement", "in_care"])
    assert "end_stay is not possible while" in await place.refused(EndStay(destination=Destination.OWN_HOUSING))


@pytest.mark.parametrize("to", [Destination.NO_PLACE, Destination.UNKNOWN])
async def test_who_leaves_without_a_bed_is_an_alarm_at_once(stage: Staged, to: Destination) -> None:
    case = await walk(stage, WAYS["AidReferral", "leaving"])
    assert await case.code(gone(to), WOMEN) == "case_unknown"
    await case.hear(gone(to), COSM)
    await case.settle()
    assert [alarm.words for alarm in case.pages.alarms] == [NO_BED]
    assert (await case.view()).tracks == ()
    assert await responsible(case) == ALMERE


async def test_who_leaves_for_a_bed_alarms_nobody(stage: Staged) -> None:
    """The control."""
    case = await walk(stage, WAYS["AidReferral", "leaving"])
    await case.hear(gone(Destination.OTHER_SHELTER), COSM)
    await case.settle()
    assert case.pages.alarms == []


async def test_help_that_was_not_taken_back_is_not_ended_so(stage: Staged) -> None:
    case = await walk(stage, HELPED)
    assert await case.code(gone(Destination.ABROAD), COSM) == "not_possible_now"


CONCLUDED = (ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT), RECORDED)
WITHDRAWN = ((CaseWithdrawn(), DESK),)


@pytest.mark.parametrize("answer", [ended(1, AidOutcome.RETURNED_HOME), gone(Destination.WITH_OTHERS)], ids=["before", "now"])
@pytest.mark.parametrize("end", [CONCLUDED, WITHDRAWN], ids=["concluded", "withdrawn"])
async def test_a_case_ends_when_the_shelter_has_said_where_the_person_goes(
    stage: Staged, end: tuple[object, ...], answer: ReferralCompleted | ReferralEnded
) -> None:
    """An agency with a system of its own may answer as before."""
    case = await walk(stage, HELPED.then(*end))  # type: ignore[arg-type]
    assert len(await case.sent(ReferralRecalled)) == 1
    view = await case.view()
    assert (view.track.phase, view.tracks[0].phase, view.responsible) == ("closing", "leaving", COSM)
    await case.hear(answer, COSM)
    await case.handle.result()
    assert await case.phase() == "closed"


async def test_a_case_is_closed_by_hand_where_the_shelter_never_answers(stage: Staged) -> None:
    case = await walk(stage, HELPED.then(*CONCLUDED))
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
