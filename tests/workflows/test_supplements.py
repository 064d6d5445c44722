"""What a reporter adds to a signal reaches whoever has the case, in every state, and nobody else."""

from datetime import timedelta

import pytest

from contracts.commands import AssignOwner, SupplementSignal
from contracts.events.registrations import ReportRegistered
from contracts.events.signals import (
    CaseAccepted,
    CaseDeclined,
    CaseStalled,
    Person,
    Signal,
    SignalAmended,
    SignalReported,
    SignalRouted,
    SignalSupplemented,
    Supplement,
)
from contracts.words import AgencyKind, NotOurs, Urgency
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.test_content import content
from tests.workflows.ways import ALMERE, COMENSHA, DESK, FOLLOWING, LELYSTAD, POLICE, WAYS, ZWOLLE, walk
from workflows.report.process import Report
from workflows.signal.routing import SignalRouting
from workflows.signal.supplements import MOST
from workflows.signal.table import BECAME_CRISIS

SEEN = Supplement(account="an example addition", person=Person(language="Bulgarian"))
CRISIS = Supplement(account="an example of a crisis", urgency=Urgency.CRISIS)
MORE, NOW = SignalSupplemented(supplement=SEEN), SignalSupplemented(supplement=CRISIS)
NO_CAPACITY = CaseDeclined(reason=NotOurs.NO_CAPACITY)
OPEN = ("searching", "with_coordinator", "with_registry", "alarm", "joining", "owned")
TOLD = {"with_coordinator": [ALMERE], "with_registry": [COMENSHA], "owned": [ALMERE]}


@pytest.mark.parametrize("phase", OPEN)
async def test_in_every_state_it_stays_at_the_desk_and_goes_to_whoever_has_the_case(stage: Staged, phase: str) -> None:
    desk = await walk(stage, WAYS["SignalRouting", phase])
    until = (await desk.view()).track.until
    await desk.hear(MORE, POLICE)
    assert await desk.phase() == phase
    assert await desk.sent(SignalAmended) == [(to, SignalAmended(supplement=SEEN)) for to in TOLD.get(phase, [])]
    reported, added = (await content(desk)).parts
    assert (reported.what, added.what, added.who) == ("signal_reported", "signal_supplemented", POLICE)
    assert added.data["supplement"]["account"] == "an example addition"
    assert (await desk.view()).track.until == until


async def test_who_is_asked_later_gets_it_after_the_signal(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await _opened(desk)
    await desk.hear(MORE, POLICE)
    await desk.hear(NO_CAPACITY, ALMERE)
    await desk.settle()
    to_comensha = [message.event_class for to, message in desk.letters.all if to == COMENSHA]
    assert to_comensha == [SignalRouted, SignalAmended]


async def test_what_comes_before_anybody_is_asked_follows_the_signal(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "searching"])
    await desk.hear(MORE, POLICE)
    desk.maps.lost = False
    await desk.skip(timedelta(minutes=2))
    assert await desk.phase() == "with_coordinator"
    assert [to for to, _ in await desk.sent(SignalRouted)] == [to for to, _ in await desk.sent(SignalAmended)] == [ALMERE]


async def test_who_declined_or_was_released_gets_nothing_more(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await _opened(desk)
    await desk.skip(timedelta(days=4))
    await desk.hear(CaseAccepted(), COMENSHA)
    for _ in range(3):
        await desk.hear(CaseStalled(waits_for=AgencyKind.REGISTRY), COMENSHA)
    await desk.decide(AssignOwner(to=ZWOLLE))
    await desk.hear(MORE, POLICE)
    assert [to for to, _ in await desk.sent(SignalAmended)] == [ZWOLLE], "not Almere, which was silent and was released"
    await desk.hear(NO_CAPACITY, ZWOLLE)
    await desk.hear(MORE, POLICE)
    assert [to for to, _ in await desk.sent(SignalAmended)][1:] == [COMENSHA, COMENSHA]


async def test_only_the_reporter_adds(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await _opened(desk)
    assert await desk.code(MORE, ALMERE) == "not_a_party"
    assert await desk.code(MORE, LELYSTAD) == "case_unknown"
    assert await desk.sent(SignalAmended) == []


@pytest.mark.parametrize("number", [0, 1, 7])
async def test_it_is_taken_in_any_order_and_once(stage: Staged, number: int) -> None:
    """Whoever writes it by hand knows no number; what the reporter's software numbered already is not disturbed."""
    desk = await stage(DESK, SignalRouting)
    await _opened(desk)
    await desk.hear(MORE, POLICE, sequence=number)
    await desk.hear_again()
    assert len(await desk.sent(SignalAmended)) == 1
    assert (await desk.view()).alarms == ()


async def test_there_is_an_end_to_what_one_reporter_adds(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await _opened(desk)
    for _ in range(MOST):
        await desk.hear(MORE, POLICE)
    assert await desk.code(MORE, POLICE) == "not_possible_now"
    assert len(await desk.sent(SignalAmended)) == MOST


async def test_what_becomes_a_crisis_has_its_terms_from_then_on_and_a_person_at_the_desk_calls(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await _opened(desk)
    usual = (await desk.view()).track.until
    await desk.hear(NOW, POLICE)
    soon = (await desk.view()).track.until
    assert soon - await desk.env.get_current_time() <= timedelta(hours=1) < usual - soon
    assert [(alarm.words, alarm.crisis) for alarm in desk.pages.alarms] == [(BECAME_CRISIS, True)]
    await desk.skip(timedelta(hours=1))
    assert await desk.phase() == "with_registry"
    await desk.hear(MORE, POLICE)
    assert (await desk.view()).track.until - await desk.env.get_current_time() <= timedelta(hours=1), "a crisis stays one"


async def test_a_clock_that_ends_sooner_is_not_put_off_by_a_crisis(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await _opened(desk)
    until = (await desk.view()).track.until
    await desk.skip_until(until - timedelta(minutes=5))
    await desk.hear(NOW, POLICE)
    assert (await desk.view()).track.until == until


async def test_a_reporter_adds_by_a_decision_and_keeps_nothing_of_it(stage: Staged) -> None:
    report = await walk(stage, FOLLOWING)
    until = (await report.view()).track.until
    await report.decide(SupplementSignal(account=CRISIS.account, urgency=Urgency.CRISIS))
    assert await report.sent(SignalSupplemented) == [(DESK, NOW)]
    view = await report.view()
    assert (view.track.phase, view.track.until) == ("following", until)
    assert {line.what: line.facts.get("urgency") for line in view.story}["supplement_signal"] == "crisis"
    assert (await content(report)).parts == ()
    numbers = [message.sequence for _, message in report.letters.all]
    assert numbers == ["0"], "what the reporter's own software counted is not disturbed"


async def test_nothing_is_added_to_what_the_desk_has_not_confirmed(stage: Staged) -> None:
    report = await stage(POLICE, Report)
    await report.open(ReportRegistered(), COMENSHA)
    assert "has not confirmed" in await report.refused(SupplementSignal(account="an example"))
    assert "supplement_signal" not in {choice.command for choice in (await report.view()).choices}


async def _opened(desk: Stage) -> None:
    await desk.open(SignalReported(signal=Signal(municipality="GM0995", account="an example")), POLICE)
