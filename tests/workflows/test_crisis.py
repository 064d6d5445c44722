"""In a crisis hours run, not working days, and around the clock, until somebody helps the person."""

from datetime import timedelta

import pytest

from contracts.commands import AcceptCase, AcceptOffer, OfferHelp, RecordConsent, RecordIntake, RecordTriage
from contracts.events.referrals import FirstContactMade, Need, ReferralAccepted, ReferralDeclined, ReferralOffered
from contracts.events.signals import CaseAccepted, CaseProgressed, Signal, SignalReported, SignalRouted
from contracts.hours import OFFICE
from contracts.words import AgencyKind, Decline, Finding, SignalStatus, Urgency
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.ways import ALMERE, COMENSHA, COSM, DESK, NEED, POLICE, SIGNAL
from workflows.case.case import Case
from workflows.engine.calendar import is_open
from workflows.placement.process import Placement
from workflows.signal.routing import SignalRouting
from workflows.signal.table import SILENT

URGENT = SIGNAL.model_copy(update={"urgency": Urgency.CRISIS})
IN_NEED = NEED.model_copy(update={"urgency": Urgency.CRISIS})
HOUR = timedelta(hours=1)
ROUTED = SignalRouted(signal=URGENT, care_region="Almere", reported_by=AgencyKind.REPORTER)


async def term(file: Stage, title: str = "") -> timedelta:
    """How long the running state may last."""
    view = await file.view()
    track = next(track for track in (view.track, *view.tracks) if title in track.title)
    assert track.until is not None
    return track.until - track.since


async def test_nobody_answers_a_crisis_the_desk_is_alarmed_every_quarter_of_an_hour(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(SignalReported(signal=URGENT), POLICE)
    assert await term(desk) == HOUR
    while await desk.phase() != "alarm":
        await desk.skip(HOUR)
    assert await term(desk) == timedelta(minutes=15)
    raised = len(desk.pages.alarms)
    await desk.skip(HOUR - timedelta(minutes=5))
    assert len(desk.pages.alarms) == raised + 3
    assert all(alarm.crisis for alarm in desk.pages.alarms)


@pytest.mark.parametrize(("signal", "paged"), [(URGENT, [SILENT]), (SIGNAL, [])], ids=["crisis", "control"])
async def test_a_coordinator_who_is_silent_in_a_crisis_is_called_by_the_desk(
    stage: Staged, signal: Signal, paged: list[str]
) -> None:
    desk = await stage(DESK, SignalRouting)
    while not is_open(await desk.env.get_current_time(), OFFICE):
        await desk.env.sleep(HOUR)
    await desk.open(SignalReported(signal=signal), POLICE)
    while await desk.phase() == "with_coordinator":
        await desk.skip(HOUR)
    assert [party for party, _ in await desk.sent(SignalRouted)] == [ALMERE, COMENSHA]
    assert [alarm.words for alarm in desk.pages.alarms] == paged
    await desk.hear(CaseAccepted(), COMENSHA)
    assert (await desk.view()).alarms == ()


async def test_the_desk_asks_after_a_crisis_within_a_day_until_somebody_helps(stage: Staged) -> None:
    desk = await stage(DESK, SignalRouting)
    await desk.open(SignalReported(signal=URGENT), POLICE)
    [(owner, _)] = await desk.sent(SignalRouted)
    await desk.hear(CaseAccepted(), owner)
    assert await term(desk) == 24 * HOUR
    await desk.hear(CaseProgressed(status=SignalStatus.WITH_AID), owner)
    assert await term(desk) > timedelta(days=80)


async def test_every_step_of_a_case_in_crisis_has_hours(stage: Staged) -> None:
    case = await stage(ALMERE, Case)
    await case.open(ROUTED, DESK)
    terms = {"offered": await term(case)}
    steps = (AcceptCase(), RecordTriage(finding=Finding.UNCLEAR), RecordTriage(finding=Finding.PRESUMED_VICTIM))
    for step in (*steps, RecordIntake(needs="an example need"), RecordConsent(help=True)):
        await case.decide(step)
        terms[await case.phase()] = await term(case)
    expected = {"offered": 1, "triage": 4, "talk": 24, "intake": 8, "consent": 4, "planning": 4}
    assert terms == {phase: hours * HOUR for phase, hours in expected.items()}


async def test_a_crisis_goes_on_until_first_contact(stage: Staged) -> None:
    case = await in_planning(stage, ROUTED)
    await case.decide(OfferHelp(need=NEED, organisations=(COSM, "womens-shelter")))
    assert await term(case) == 24 * HOUR
    assert await term(case, "help") == HOUR
    [(_, offered)] = await case.sent(ReferralOffered)
    assert offered.need.urgency is Urgency.CRISIS
    await case.hear(ReferralDeclined(referral=1, reason=Decline.FULL), COSM)
    await case.hear(ReferralAccepted(referral=2), "womens-shelter")
    assert await term(case, "help") == 4 * HOUR
    await case.hear(FirstContactMade(referral=2), "womens-shelter")
    assert await term(case, "help") > timedelta(days=80)


async def test_a_clock_that_rings_in_a_crisis_calls_the_duty_officer_at_once(stage: Staged) -> None:
    case = await in_planning(stage, ROUTED)
    await case.skip(4 * HOUR)
    [alarm] = case.pages.alarms
    assert (alarm.crisis, alarm.words) == (True, "case stands still in planning: it is the turn of care coordinator")


async def test_without_a_crisis_nothing_of_that(stage: Staged) -> None:
    """The control."""
    case = await in_planning(stage, ROUTED.model_copy(update={"signal": SIGNAL}))
    assert await term(case) > 24 * HOUR
    await case.decide(OfferHelp(need=NEED, organisations=(COSM,)))
    assert await term(case, "help") > 24 * HOUR
    [(_, offered)] = await case.sent(ReferralOffered)
    assert offered.need.urgency is Urgency.NORMAL
    await case.hear(ReferralAccepted(referral=1), COSM)
    await case.skip(25 * HOUR)
    assert case.pages.alarms == []


@pytest.mark.parametrize(("need", "hours"), [(IN_NEED, 4), (NEED, 24)])
async def test_a_shelter_that_accepts_in_a_crisis_meets_the_person_within_hours(stage: Staged, need: Need, hours: int) -> None:
    place = await stage(COSM, Placement)
    until = await place.env.get_current_time() + HOUR
    await place.open(ReferralOffered(referral=1, need=need, answer_by=until), COMENSHA)
    await place.decide(AcceptOffer())
    assert await term(place) == hours * HOUR


async def in_planning(stage: Staged, routed: SignalRouted) -> Stage:
    case: Stage = await stage(ALMERE, Case)
    await case.open(routed, DESK)
    for step in (
        AcceptCase(),
        RecordTriage(finding=Finding.PRESUMED_VICTIM),
        RecordIntake(needs="an example need"),
        RecordConsent(help=True),
    ):
        await case.decide(step)
    await case.settle()
    return case
