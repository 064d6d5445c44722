"""What a reporter added is read in the case; a crisis has its terms at once, for everything in it."""

from datetime import timedelta

import pytest

from contracts.commands import DeclineCase
from contracts.events.signals import CaseWithdrawn, SignalAmended
from contracts.words import NotOurs
from tests.workflows.conftest import Staged
from tests.workflows.test_content import content
from tests.workflows.test_supplements import CRISIS, SEEN
from tests.workflows.ways import ASKING, COSM, DESK, NAMED, POLICE, WAYS, walk
from workflows.case.letters import ADDED, BECAME_CRISIS
from workflows.case.table import Phase

MORE, NOW = SignalAmended(supplement=SEEN), SignalAmended(supplement=CRISIS)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase != Phase.CLOSED])
async def test_in_every_state_it_is_content_and_an_alarm_and_moves_nothing(stage: Staged, phase: str) -> None:
    case = await walk(stage, WAYS["Case", phase])
    before = (await case.view()).track
    await case.hear(MORE, DESK)
    await case.settle()
    view = await case.view()
    assert (view.track.phase, view.track.until) == (phase, before.until)
    assert view.alarms[-1] == ADDED
    assert view.story[-1].what == "signal_amended"
    [added] = [part for part in (await content(case)).parts if part.what == "signal_amended"]
    assert (added.who, added.data["supplement"]["person"]["language"]) == (DESK, "Bulgarian")


async def test_a_crisis_shortens_the_clock_of_the_case_and_of_what_is_asked_in_it(stage: Staged) -> None:
    case = await walk(stage, NAMED.then(*ASKING.steps[-1:]))
    before = {track.name: track.until for track in (await case.view()).tracks}
    await case.hear(NOW, DESK)
    await case.settle()
    now = await case.env.get_current_time()
    view = await case.view()
    after = {track.name: track.until for track in view.tracks}
    offer, was = after["AidReferral"], before["AidReferral"]
    assert offer is not None
    assert was is not None
    assert offer <= now + timedelta(hours=1) < was
    assert after["Registering"] == before["Registering"], "the control: registration knows no crisis"
    assert view.track.until is not None
    assert view.track.until <= now + timedelta(hours=24)
    assert [(alarm.words, alarm.crisis) for alarm in case.pages.alarms] == [(BECAME_CRISIS, True)]


async def test_a_second_word_of_a_crisis_is_an_addition_like_any_other(stage: Staged) -> None:
    case = await walk(stage, WAYS["Case", "triage"])
    await case.hear(NOW, DESK)
    until = (await case.view()).track.until
    await case.hear(NOW, DESK)
    view = await case.view()
    assert view.alarms == (BECAME_CRISIS, ADDED)
    assert view.track.until == until


@pytest.mark.parametrize("ends", ["declined", "withdrawn"])
async def test_who_does_not_take_the_case_forgets_what_was_added(stage: Staged, ends: str) -> None:
    case = await walk(stage, WAYS["Case", "offered"])
    await case.hear(NOW, DESK)
    assert len((await content(case)).parts) == 2
    await (case.decide(DeclineCase(reason=NotOurs.NO_CAPACITY)) if ends == "declined" else case.hear(CaseWithdrawn(), DESK))
    await case.handle.result()
    assert (await content(case)).parts == ()


async def test_only_the_desk_passes_it_on(stage: Staged) -> None:
    case = await walk(stage, ASKING)
    assert await case.code(MORE, COSM) == "not_a_party"
    assert await case.code(MORE, POLICE) == "case_unknown"
