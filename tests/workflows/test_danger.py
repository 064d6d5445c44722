"""At an investigation service: a danger is taken up, and ends only when a person there says so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.commands import EndDanger, TakeDanger
from contracts.events.dangers import DangerEnded, DangerRecalled, DangerTaken, PersonMissing
from contracts.words import DangerOutcome, Ground
from tests.workflows.conftest import Staged
from tests.workflows.ways import ALMERE, DANGER, DESK, walk
from workflows.danger.table import CALL, OVER

RECALLED = DangerRecalled(danger=1)


async def test_a_danger_pages_at_once_is_taken_up_and_ends(stage: Staged) -> None:
    danger = await walk(stage, DANGER)
    assert [(alarm.words, alarm.crisis) for alarm in danger.pages.alarms] == [(CALL, True)]
    await danger.decide(TakeDanger())
    view = await danger.view()
    assert (view.track.phase, view.alarms, view.responsible) == ("taken", (), ALMERE)
    [(to, taken)] = await danger.sent(DangerTaken)
    await danger.decide(EndDanger(outcome=DangerOutcome.SAFE))
    await danger.handle.result()
    [(_, ended)] = await danger.sent(DangerEnded)
    assert (to, taken.danger, ended.outcome, ended.system) == (ALMERE, 1, DangerOutcome.SAFE, taken.system)


async def test_the_officer_on_duty_is_paged_every_hour_until_somebody_takes_it_up(stage: Staged) -> None:
    danger = await walk(stage, DANGER)
    for _ in range(3):
        await danger.skip(timedelta(hours=1, minutes=1))
    assert [alarm.words for alarm in danger.pages.alarms] == [CALL] * 4


@pytest.mark.parametrize("taken", [False, True])
async def test_a_recall_pages_and_ends_nothing(stage: Staged, taken: bool) -> None:
    danger = await walk(stage, DANGER.then(TakeDanger()) if taken else DANGER)
    before = (await danger.view()).track
    assert await danger.code(RECALLED, DESK) == "case_unknown"
    await danger.hear(RECALLED, ALMERE)
    after = (await danger.view()).track
    assert (after.phase, after.until) == (before.phase, before.until)
    assert danger.pages.alarms[-1].words == OVER


async def test_what_nobody_took_up_is_forgotten_and_what_was_taken_up_is_kept(stage: Staged) -> None:
    for steps, days in (((), 32), ((TakeDanger(),), 1_900)):
        danger = await walk(stage, DANGER.then(*steps, EndDanger(outcome=DangerOutcome.OTHER_SERVICE)))
        await danger.handle.result()
        [ended] = danger.vault.ended
        held = (ended.until - await danger.env.get_current_time()).days
        assert days / 2 < held < days
        content = await danger.handle.query("content")
        assert bool(content["parts"]) is bool(steps)


async def test_a_missing_minor_is_a_danger_also_by_legal_task_and_an_adult_only_in_a_vital_interest(stage: Staged) -> None:
    minor, adult = (PersonMissing(danger=1, minor=young) for young in (True, False))
    assert minor.grounds() == (Ground.LEGAL_TASK, Ground.VITAL_INTEREST)
    assert adult.grounds() == (Ground.VITAL_INTEREST,)
    danger = await walk(stage, replace(DANGER, opening=(minor, ALMERE)))
    assert await danger.phase() == "called"


def test_only_what_is_safe_is_over() -> None:
    assert {outcome for outcome in DangerOutcome if outcome.over} == {DangerOutcome.SAFE, DangerOutcome.NO_DANGER}
