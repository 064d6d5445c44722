"""At the municipality: the gate between care file and RIEC file."""

from datetime import timedelta

import pytest

from contracts.commands import BringToRiec, CloseCheck, DoNotBring
from contracts.events.dossiers import (
    DossierBrought,
    DossierReportedBack,
    Observation,
    PrivacyCheckAnswered,
    PrivacyCheckAnsweredV2,
    PrivacyCheckDecided,
    PrivacyCheckDecidedV2,
    PrivacyCheckRequested,
    PrivacyCheckRequestedV2,
)
from contracts.words import NotBrought, Weighing
from tests.workflows.conftest import Staged
from tests.workflows.tables_found import possible_now
from tests.workflows.ways import ALMERE, CHECK, OBSERVATION, RIEC, ZWOLLE, walk
from workflows.privacy.process import PrivacyCheck

LESS = Observation(municipality="GM0995", phenomenon="an example phenomenon with less in it")


@pytest.mark.parametrize(("order", "expected"), [(BringToRiec(), OBSERVATION), (BringToRiec(observation=LESS), LESS)])
async def test_the_officer_decides_what_the_riec_gets(stage: Staged, order: BringToRiec, expected: Observation) -> None:
    check = await walk(stage, CHECK)
    assert await check.sent(DossierBrought) == []
    await check.decide(order)
    assert await check.sent(DossierBrought) == [(RIEC, DossierBrought(observation=expected))]
    assert await check.sent(PrivacyCheckDecidedV2) == [(ALMERE, PrivacyCheckDecidedV2(brought=True))]


async def test_what_is_not_brought_stays_here_and_the_coordinator_hears_why(stage: Staged) -> None:
    check = await walk(stage, CHECK)
    await check.decide(DoNotBring(reason=NotBrought.NOT_PROPORTIONATE))
    await check.handle.result()
    decided = PrivacyCheckDecidedV2(brought=False, reason=NotBrought.NOT_PROPORTIONATE)
    assert await check.sent(PrivacyCheckDecidedV2) == [(ALMERE, decided)]
    assert await check.sent(DossierBrought) == []


async def test_nothing_is_shared_however_long_the_officer_takes(stage: Staged) -> None:
    check = await walk(stage, CHECK)
    await check.skip(timedelta(days=60))
    view = await check.view()
    assert (view.track.phase, view.track.reminders > 3) == ("asked", True)
    assert check.letters.all == []


async def test_feedback_goes_on_to_the_coordinator_until_the_riec_is_done(stage: Staged) -> None:
    check = await walk(stage, CHECK.then(BringToRiec()))
    for weighing in (Weighing.IN_PROGRESS, Weighing.CASE, Weighing.CLOSED):
        assert await check.phase() == "with_riec"
        await check.hear(DossierReportedBack(weighing=weighing), RIEC)
    await check.handle.result()
    answers = [(to, answered.weighing) for to, answered in await check.sent(PrivacyCheckAnsweredV2)]
    assert answers == [(ALMERE, Weighing.IN_PROGRESS), (ALMERE, Weighing.CASE), (ALMERE, Weighing.CLOSED)]


async def test_only_the_riec_of_this_place_reports_back(stage: Staged) -> None:
    check = await walk(stage, CHECK)
    assert await check.code(DossierReportedBack(weighing=Weighing.CLOSED), RIEC) == "not_possible_now"
    await check.decide(BringToRiec())
    assert await check.code(DossierReportedBack(weighing=Weighing.CLOSED), ALMERE) == "not_a_party"


async def test_the_officer_can_stop_waiting(stage: Staged) -> None:
    check = await walk(stage, CHECK)
    assert possible_now("PrivacyCheck", "asked") in await check.refused(CloseCheck())
    await check.decide(BringToRiec())
    await check.decide(CloseCheck())
    await check.handle.result()


async def test_where_no_riec_takes_part_the_officer_is_told_so(stage: Staged) -> None:
    check = await stage("lelystad", PrivacyCheck)
    elsewhere = Observation(municipality="GM0193", phenomenon="an example phenomenon in Zwolle")
    await check.open(PrivacyCheckRequestedV2(observation=elsewhere), ZWOLLE)
    assert "use do_not_bring with reason no_riec" in await check.refused(BringToRiec())
    await check.decide(DoNotBring(reason=NotBrought.NO_RIEC))
    await check.handle.result()


async def test_who_asked_under_the_reference_of_a_case_is_answered_there(stage: Staged) -> None:
    """By software of before, or of an agency of its own: the first version is heard as the second one."""
    check = await stage("lelystad", PrivacyCheck)
    await check.open(PrivacyCheckRequested(observation=OBSERVATION), ALMERE)
    assert [part.what for part in (await check.view()).story] == ["privacy_check_requested"]
    await check.decide(BringToRiec())
    await check.hear(DossierReportedBack(weighing=Weighing.CLOSED), RIEC)
    await check.handle.result()
    told = [message.type for to, message in check.letters.all if to == ALMERE]
    assert told == [PrivacyCheckDecided.rule.type, PrivacyCheckAnswered.rule.type]
