"""What stands still reaches a person, then the desk, which can find another owner; what does not move a file moves no clock."""

from datetime import timedelta

from contracts.commands import AssignOwner, RecordTriage
from contracts.events.referrals import ReferralAccepted
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseDeclined,
    CaseProgressed,
    CaseStalled,
    CaseWithdrawn,
    SignalRouted,
    SignalStatusChanged,
)
from contracts.words import AgencyKind, CaseOutcome, Finding, NotOurs, SignalStatus
from tests.workflows.conftest import Staged
from tests.workflows.samples import COMMANDS
from tests.workflows.stage import Stage
from tests.workflows.ways import ALMERE, COMENSHA, COSM, DESK, POLICE, WAYS, WOMEN, ZWOLLE, walk

WAITS = CaseStalled(waits_for=AgencyKind.CARE_COORDINATOR)


async def rings(file: Stage, times: int = 1) -> None:
    """Until the clock of the file has rung so often."""
    for _ in range(times):
        until = (await file.view()).track.until
        assert until is not None
        await file.skip_until(until + timedelta(seconds=10))


async def test_the_second_reminder_pages_a_person_and_the_third_tells_the_desk(stage: Staged) -> None:
    case = await walk(stage, WAYS["Case", "triage"])
    await rings(case)
    assert case.pages.alarms == []
    await rings(case)
    assert [alarm.words for alarm in case.pages.alarms] == ["case stands still in triage: it is the turn of care coordinator"]
    assert await case.sent(CaseStalled) == []
    await rings(case)
    assert await case.sent(CaseStalled) == [(DESK, WAITS)]
    await rings(case, 2)
    assert len(await case.sent(CaseStalled)) == 1
    await rings(case)
    assert len(await case.sent(CaseStalled)) == 2


async def test_an_offer_that_expires_is_no_reminder_for_whoever_is_asked_next(stage: Staged) -> None:
    case = await walk(stage, WAYS["AidReferral", "offered"])
    offered = (await case.view()).tracks[0]
    assert offered.until is not None
    await case.skip_until(offered.until + timedelta(seconds=10))
    after = (await case.view()).tracks[0]
    assert (after.phase, after.reminders) == ("offered", 0)
    assert after.since > offered.since


async def test_a_case_that_nobody_accepted_is_watched_by_the_desk_itself(stage: Staged) -> None:
    case = await walk(stage, WAYS["Case", "offered"])
    await rings(case, 3)
    assert await case.sent(CaseStalled) == []


async def test_the_desk_assigns_a_case_again_that_stands_still(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "owned"])
    until = (await desk.view()).track.until
    assert "nothing is overdue: ask there first" in await desk.refused(AssignOwner(to=ZWOLLE))
    await desk.hear(WAITS, ALMERE)
    view = await desk.view()
    assert (view.track.until, view.track.reminders, len(view.alarms)) == (until, 1, 1)
    assert "owns this case already" in await desk.refused(AssignOwner(to=ALMERE))
    await desk.decide(AssignOwner(to=ZWOLLE))
    assert await desk.sent(CaseWithdrawn) == [(ALMERE, CaseWithdrawn())]
    assert [to for to, _ in await desk.sent(SignalRouted)] == [ALMERE, ZWOLLE]
    await desk.hear(CaseAccepted(), ZWOLLE)
    assert (await desk.phase(), (await desk.view()).responsible) == ("owned", ZWOLLE)
    await desk.hear(CaseConcluded(outcome=CaseOutcome.HELPED), ZWOLLE)
    await desk.handle.result()
    assert (await desk.sent(SignalStatusChanged))[-1] == (POLICE, SignalStatusChanged(status=SignalStatus.CLOSED))


async def test_a_case_of_which_nothing_was_heard_can_be_assigned_again(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "owned"])
    await rings(desk)
    await desk.decide(AssignOwner(to=COMENSHA))
    assert await desk.phase() == "with_registry"


async def test_what_the_owner_before_says_as_the_case_leaves_it_is_noted_and_changes_nothing(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "owned"])
    await desk.hear(WAITS, ALMERE)
    await desk.decide(AssignOwner(to=ZWOLLE))
    letters = len(await desk.sent(SignalStatusChanged))
    for event in (WAITS, CaseProgressed(status=SignalStatus.WITH_AID), CaseConcluded(outcome=CaseOutcome.HELPED)):
        assert await desk.code(event, ALMERE) is None
    assert await desk.phase() == "with_coordinator"
    assert len(await desk.sent(SignalStatusChanged)) == letters
    assert await desk.code(WAITS, COMENSHA) == "not_a_party"


async def test_progress_is_news_and_the_clock_begins_again(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "owned"])
    await rings(desk)
    before = (await desk.view()).track
    await desk.hear(CaseProgressed(status=SignalStatus.WITH_AID), ALMERE)
    after = (await desk.view()).track
    assert (before.reminders, after.reminders) == (1, 0)
    assert after.since > before.since


async def test_a_decision_that_leads_back_keeps_the_clock_running(stage: Staged) -> None:
    case = await walk(stage, WAYS["Case", "talk"])
    await rings(case)
    before = (await case.view()).track
    await case.skip(timedelta(hours=5))
    await case.decide(RecordTriage(finding=Finding.UNCLEAR))
    after = (await case.view()).track
    assert (after.since, after.until, after.reminders) == (before.since, before.until, 1)


async def test_an_observation_for_the_riec_does_not_put_off_the_question_for_help(stage: Staged) -> None:
    case = await walk(stage, WAYS["Case", "planning"])
    before = (await case.view()).track
    await case.skip(timedelta(hours=1))
    await case.decide(COMMANDS["ask_privacy_check"])
    after = (await case.view()).track
    assert (after.since, after.until) == (before.since, before.until)


async def test_a_decline_of_somebody_else_neither_moves_nor_puts_off_whoever_is_asked(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "with_coordinator"])
    await rings(desk)
    registry = (await desk.view()).track
    assert registry.phase == "with_registry"
    await desk.skip(timedelta(minutes=10))
    await desk.hear(CaseDeclined(reason=NotOurs.NO_CAPACITY), ALMERE)
    assert (await desk.view()).track.until == registry.until


async def test_an_answer_to_an_offer_is_a_step_with_a_clock_of_its_own(stage: Staged) -> None:
    """The control: what moves a track begins a new clock."""
    case = await walk(stage, WAYS["AidReferral", "offered"])
    before = (await case.view()).tracks[0]
    await case.skip(timedelta(hours=1))
    await case.hear(ReferralAccepted(referral=1), COSM)
    after = (await case.view()).tracks[0]
    assert after.since > before.since
    assert WOMEN not in {after.turn}
