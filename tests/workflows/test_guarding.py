"""At child protection: a child's safety is assessed within the term of the law, and somebody guards the child."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.commands import AssessChild, DeclineChild, EndGuarding, NameGuardian
from contracts.events.children import (
    ChildAssessed,
    ChildDeclined,
    ChildRecalled,
    ChildReported,
    Guardian,
    GuardianNamed,
    GuardingEnded,
)
from contracts.words import ChildAssessment, ChildDecline, ChildRecall, GuardingOutcome, Urgency
from tests.workflows.conftest import Staged
from tests.workflows.ways import ALMERE, CHILD, EXAMINED, GUARDED, ZWOLLE, Way, walk
from workflows.guarding.table import NOT_ASSESSED, RECALLED, URGENT

GUARDIAN = Guardian(name="an example name", safe_contact="an example contact")
BACK = ChildRecalled(report=1, reason=ChildRecall.ADULT)


async def test_from_a_report_to_the_end_of_guarding(stage: Staged) -> None:
    child = await walk(stage, GUARDED)
    told = await child.sent(ChildAssessed)
    assert told == [
        (ALMERE, ChildAssessed(report=1, assessment=one)) for one in (ChildAssessment.EXAMINED, ChildAssessment.GUARDED)
    ]
    await child.decide(NameGuardian(guardian=GUARDIAN))
    assert await child.sent(GuardianNamed) == [(ALMERE, GuardianNamed(report=1, guardian=GUARDIAN))]
    await child.decide(EndGuarding(outcome=GuardingOutcome.ADULT))
    await child.handle.result()
    assert await child.sent(GuardingEnded) == [(ALMERE, GuardingEnded(report=1, outcome=GuardingOutcome.ADULT))]


async def test_what_is_examined_is_not_examined_again(stage: Staged) -> None:
    child = await walk(stage, EXAMINED)
    assert "is being examined already" in await child.refused(AssessChild(assessment=ChildAssessment.EXAMINED))


async def test_who_declines_keeps_nothing_of_the_child(stage: Staged) -> None:
    child = await walk(stage, CHILD.then(DeclineChild(reason=ChildDecline.OTHER_REGION)))
    await child.handle.result()
    assert await child.sent(ChildDeclined) == [(ALMERE, ChildDeclined(report=1, reason=ChildDecline.OTHER_REGION))]
    assert (await child.handle.query("content"))["parts"] == []
    [ended] = child.vault.ended
    assert (ended.until - await child.env.get_current_time()).days < 32


async def test_in_a_crisis_the_worker_on_duty_is_paged_at_once_and_after_an_hour(stage: Staged) -> None:
    urgent = ChildReported(report=1, account="an example account", urgency=Urgency.CRISIS)
    child = await walk(stage, replace(CHILD, opening=(urgent, ALMERE)))
    await child.skip(timedelta(hours=1, minutes=1))
    assert [(alarm.words, alarm.crisis) for alarm in child.pages.alarms] == [(URGENT, True), (NOT_ASSESSED, True)]
    usual = await walk(stage, CHILD)
    await usual.skip(timedelta(hours=1, minutes=1))
    assert usual.pages.alarms == []


@pytest.mark.parametrize("way", [CHILD, EXAMINED, GUARDED], ids=["asked", "examining", "guarding"])
async def test_a_recall_pages_and_ends_nothing(stage: Staged, way: Way) -> None:
    child = await walk(stage, way)
    before = (await child.view()).track
    assert await child.code(BACK, ZWOLLE) == "case_unknown"
    await child.hear(BACK, ALMERE)
    after = (await child.view()).track
    assert (after.phase, after.until) == (before.phase, before.until)
    assert child.pages.alarms[-1].words == RECALLED
