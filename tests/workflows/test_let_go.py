"""Whoever does not help, or does not take a case, keeps nothing of what was told it of a person; the others read on."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from temporalio.worker import Replayer

from contracts.clocks import Clocks
from contracts.commands import AcceptCase, AcceptOffer, CompleteHelp, DeclineCase, DeclineOffer, ReportFirstContact, SeeOffer
from contracts.events.referrals import Need, ReferralDeclined, ReferralOffered, ReferralRecalled
from contracts.events.signals import CaseDeclined, CaseWithdrawn, Person, SignalRouted
from contracts.views import Content
from contracts.words import AgencyKind, AidOutcome, Decline, NotOurs, Recall, Service
from runtime.temporal.client import plugin
from tests.workflows.conftest import Staged
from tests.workflows.samples import SIGNAL
from tests.workflows.stage import Stage
from tests.workflows.ways import ALMERE, DESK, EPOCH, PLACE, Step, Way, walk
from tests.workflows.wide_open import CaseOfBefore, OfBefore, WideOpen, WideOpenCase
from workflows.case.case import Case
from workflows.placement.process import Placement

TELLING = ReferralOffered(
    referral=1,
    need=Need(service=Service.COSM, children=3, safety="an example danger"),
    person=Person(name="An example name", birth_year=2008, safe_contact="an example contact"),
    answer_by=EPOCH,
)
SIGNALLED = SignalRouted(
    signal=SIGNAL.model_copy(
        update={
            "account": "an example account, in which 2008 stands",
            "person": Person(name="An example name", birth_year=2008, safe_contact="an example contact"),
        }
    ),
    care_region="Almere",
    reported_by=AgencyKind.REPORTER,
)
TAKEN_ELSEWHERE = CaseWithdrawn(), DESK
ROUTED = Way(WideOpenCase, ALMERE, (SIGNALLED, DESK), ())
NOT_OURS = DeclineCase(reason=NotOurs.NO_CAPACITY)
TOLD = replace(PLACE, process=WideOpen, opening=(TELLING, ALMERE))
DECLINED = DeclineOffer(reason=Decline.FULL)
LAPSED = timedelta(days=2, minutes=1)
MARKS = ("xample", "2008", '"children"')


def recalled(reason: Recall) -> Step:
    return ReferralRecalled(referral=1, reason=reason), ALMERE


WITHOUT_HELP = {
    "declined": TOLD.then(DECLINED),
    "declined when it was read": TOLD.then(SeeOffer(), DECLINED),
    "declined after all": TOLD.then(AcceptOffer(), DECLINED),
    "never answered": TOLD.then(LAPSED),
    "read and never answered": TOLD.then(SeeOffer(), LAPSED),
    "taken back unanswered": TOLD.then(recalled(Recall.NO_ANSWER)),
    "taken back when it was read": TOLD.then(SeeOffer(), recalled(Recall.PLACED_ELSEWHERE)),
    "taken back when it was accepted": TOLD.then(AcceptOffer(), recalled(Recall.CONSENT_WITHDRAWN)),
}
NOT_TAKEN = {
    "declined": ROUTED.then(NOT_OURS),
    "declined when it was late": ROUTED.then(timedelta(days=2), NOT_OURS),
    "taken elsewhere": ROUTED.then(TAKEN_ELSEWHERE),
    "declined, and asked again": ROUTED.then(NOT_OURS, (SIGNALLED, DESK)),
}
TAKEN = {
    "asked": ROUTED,
    "late": ROUTED.then(timedelta(days=2)),
    "accepted": ROUTED.then(AcceptCase()),
    "accepted, and taken elsewhere": ROUTED.then(AcceptCase(), TAKEN_ELSEWHERE),
}
WITH_HELP = {
    "offered": TOLD,
    "read": TOLD.then(SeeOffer()),
    "accepted": TOLD.then(AcceptOffer()),
    "reminded to meet the person": TOLD.then(AcceptOffer(), LAPSED),
    "helping": TOLD.then(AcceptOffer(), ReportFirstContact()),
    "asked to let the person go": TOLD.then(AcceptOffer(), ReportFirstContact(), recalled(Recall.CASE_CLOSED)),
    "helped": TOLD.then(AcceptOffer(), ReportFirstContact(), CompleteHelp(outcome=AidOutcome.SAFE_HOUSING)),
}


async def content(file: Stage) -> Content:
    handle: Any = file.handle
    return await handle.query("content", result_type=Content)


async def whole(file: Stage) -> str:
    handle: Any = file.handle
    return await handle.query("whole", result_type=str)


async def kept_days(file: Stage) -> int:
    """For how long a file is kept, of which nothing happened after it ended."""
    [ended] = file.vault.ended
    return (ended.until - await file.env.get_current_time()).days


@pytest.mark.parametrize("way", WITHOUT_HELP.values(), ids=WITHOUT_HELP)
async def test_whoever_does_not_help_reads_nothing_of_the_person_and_its_file_holds_nothing(stage: Staged, way: Way) -> None:
    place = await walk(stage, way)
    await place.handle.result()
    assert (await content(place)).parts == ()
    held = await whole(place)
    assert [mark for mark in MARKS if mark in held] == []
    assert await kept_days(place) < 32


@pytest.mark.parametrize("way", WITH_HELP.values(), ids=WITH_HELP)
async def test_the_control_whoever_is_asked_or_helps_or_helped_reads_on(stage: Staged, way: Way) -> None:
    place = await walk(stage, way)
    [told] = (await content(place)).parts
    assert told.data["person"]["name"] == "An example name"
    assert [mark for mark in MARKS if mark in await whole(place)] == list(MARKS)


@pytest.mark.parametrize("way", NOT_TAKEN.values(), ids=NOT_TAKEN)
async def test_whoever_does_not_take_a_case_reads_nothing_of_the_person_and_holds_nothing(stage: Staged, way: Way) -> None:
    case = await walk(stage, way)
    await case.handle.result()
    assert (await content(case)).parts == ()
    held = await whole(case)
    assert [mark for mark in MARKS[:2] if mark in held] == []
    assert await kept_days(case) < 35


@pytest.mark.parametrize("way", TAKEN.values(), ids=TAKEN)
async def test_the_control_whoever_is_asked_or_took_a_case_reads_on(stage: Staged, way: Way) -> None:
    case = await walk(stage, way)
    [told] = [part for part in (await content(case)).parts if part.what == "signal_routed"]
    assert told.data["signal"]["person"]["name"] == "An example name"
    assert [mark for mark in MARKS[:2] if mark in await whole(case)] == list(MARKS[:2])


async def test_a_crisis_that_was_declined_stays_one_for_whoever_is_paged_about_its_answer(stage: Staged) -> None:
    urgent = SIGNALLED.model_copy(update={"signal": SIGNALLED.signal.model_copy(update={"urgency": "crisis"})})
    case = await walk(stage, replace(ROUTED, opening=(urgent, DESK)))
    case.letters.silent = {DESK}
    await case.decide(NOT_OURS)
    await case.skip(timedelta(hours=1, minutes=1))
    assert [(alarm.words.startswith("letters to"), alarm.crisis) for alarm in case.pages.alarms] == [(True, True)]
    case.letters.silent = set()
    await case.handle.result()
    assert await case.sent(CaseDeclined) == [(DESK, CaseDeclined(reason=NotOurs.NO_CAPACITY))]


async def test_help_that_was_given_is_kept_for_its_term(stage: Staged) -> None:
    place = await walk(stage, WITH_HELP["helped"])
    await place.handle.result()
    assert await kept_days(place) > 1_700


async def test_the_coded_outcome_stays_and_was_told(stage: Staged) -> None:
    place = await walk(stage, WITHOUT_HELP["declined"])
    await place.handle.result()
    assert await place.sent(ReferralDeclined) == [(ALMERE, ReferralDeclined(referral=1, reason=Decline.FULL))]
    lines = [(line.what, line.facts.get("reason")) for line in (await place.view()).story]
    assert ("decline_offer", "full") in lines


async def test_an_urgent_offer_stays_urgent_for_whoever_is_paged_about_its_answer(stage: Staged) -> None:
    urgent = TELLING.model_copy(update={"need": TELLING.need.model_copy(update={"urgency": "crisis"})})
    place = await walk(stage, replace(TOLD, opening=(urgent, ALMERE)))
    place.letters.silent = {ALMERE}
    await place.decide(DECLINED)
    await place.skip(timedelta(hours=1, minutes=1))
    assert [(alarm.words.startswith("letters to"), alarm.crisis) for alarm in place.pages.alarms] == [(True, True)]
    place.letters.silent = set()
    await place.handle.result()


async def test_what_an_earlier_version_recorded_goes_on(stage: Staged) -> None:
    """Its history has no word of the shorter term; to forget needs none, so it tells nothing any more, either."""
    place = await walk(stage, replace(TOLD, process=OfBefore).then(DECLINED))
    await place.handle.result()
    assert await kept_days(place) > 1_700
    history = await place.handle.fetch_history()
    await Replayer(workflows=[Placement], plugins=[plugin()]).replay_workflow(history)


async def test_a_case_that_an_earlier_version_declined_goes_on(stage: Staged) -> None:
    case = await walk(stage, replace(ROUTED, process=CaseOfBefore).then(NOT_OURS))
    await case.handle.result()
    assert await kept_days(case) > 1_700
    history = await case.handle.fetch_history()
    await Replayer(workflows=[Case], plugins=[plugin()]).replay_workflow(history)


def test_the_term_is_a_setting() -> None:
    assert str(Clocks.model_validate({"retention_offer": "1 day"}).retention_offer) == "1 day"
