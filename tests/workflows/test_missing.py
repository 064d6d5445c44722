"""Somebody is missing from where they are helped: the bed is kept, the coordinator looks, and in danger the police."""

from datetime import timedelta

import pytest

from contracts.ages import UNDER_18
from contracts.commands import (
    AskSearch,
    CallPolice,
    CompleteHelp,
    ConcludeCase,
    DeclareDanger,
    FindPerson,
    RecordConsent,
    RecordFacts,
    ReportFound,
    ReportMissing,
    StandDown,
    WithdrawConsent,
)
from contracts.events.dangers import DangerEnded, DangerRecalled, DangerReported, DangerTaken, PersonMissing
from contracts.events.referrals import (
    ClientFound,
    ClientMissing,
    ReferralCompleted,
    ReferralEnded,
    ReferralRecalled,
)
from contracts.events.signals import CaseConcluded
from contracts.profile import AgeBand
from contracts.words import AidOutcome, CaseOutcome, DangerOutcome, Destination, FactSource
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.test_content import content
from tests.workflows.ways import (
    ALMERE,
    COSM,
    DESK,
    HELPED,
    POLICE_ON_DUTY,
    RECORDED,
    TAKEN_BACK,
    WAYS,
    WOMEN,
    walk,
)
from workflows.case.letters import MISSING_IN_DANGER
from workflows.placement.table import BED_KEPT

MISSING = (ClientMissing(referral=1), COSM)
FOUND = (ClientFound(referral=1), COSM)
UNKNOWN = ReferralEnded(referral=1, destination=Destination.UNKNOWN)
DANGER = DeclareDanger(threat="an example threat", whereabouts="an example place")
TAKEN = (DangerTaken(system="case", danger=1), POLICE_ON_DUTY)
OUT_OF_SIGHT = ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT)


async def phases(case: Stage) -> tuple[str, ...]:
    """Of the case, and of what runs in it."""
    view = await case.view()
    return (view.track.phase, *(track.phase for track in view.tracks))


async def words(file: Stage) -> list[str]:
    await file.settle()
    return [alarm.words for alarm in file.pages.alarms]


async def test_at_the_shelter_the_bed_is_kept_and_the_coordinator_hears_it(stage: Staged) -> None:
    place = await walk(stage, WAYS["Placement", "in_care"])
    await place.decide(ReportMissing())
    assert await place.sent(ClientMissing) == [(ALMERE, ClientMissing(referral=1))]
    assert (await place.view()).responsible == ALMERE
    await place.skip(timedelta(hours=71))
    assert await words(place) == []
    await place.skip(timedelta(hours=2))
    assert await words(place) == [BED_KEPT]
    assert len(await place.sent(ClientMissing)) == 1, "a clock says it to nobody again"
    await place.decide(ReportFound())
    assert await place.sent(ClientFound) == [(ALMERE, ClientFound(referral=1))]
    assert ((await place.view()).responsible, await place.phase()) == (COSM, "in_care")


async def test_who_stays_missing_may_be_completed_there(stage: Staged) -> None:
    place = await walk(stage, WAYS["Placement", "missing"])
    await place.decide(CompleteHelp(outcome=AidOutcome.OUT_OF_SIGHT))
    await place.handle.result()
    assert await place.sent(ReferralCompleted) == [(ALMERE, ReferralCompleted(referral=1, outcome=AidOutcome.OUT_OF_SIGHT))]


async def test_a_recall_of_who_is_missing_is_answered_at_once(stage: Staged) -> None:
    """Nobody is there to leave: the bed goes, and the coordinator hears that nobody here knows where the person sleeps."""
    place = await walk(stage, WAYS["Placement", "missing"].then(TAKEN_BACK))
    await place.handle.result()
    assert await place.sent(ReferralEnded) == [(ALMERE, UNKNOWN)]


async def test_at_the_coordinator_the_case_is_lost_until_the_person_is_back(stage: Staged) -> None:
    case = await walk(stage, HELPED.then(MISSING))
    assert await phases(case) == ("lost", "missing")
    assert (await case.view()).responsible == ALMERE
    assert await case.code(ClientFound(referral=1), WOMEN) == "case_unknown"
    await case.hear(*FOUND)
    assert await phases(case) == ("in_care", "with_aid")
    assert (await case.view()).responsible == COSM


async def test_found_by_the_coordinator_the_bed_is_still_kept(stage: Staged) -> None:
    case = await walk(stage, HELPED.then(MISSING, FindPerson()))
    assert await phases(case) == ("in_care", "missing")
    await case.hear(*FOUND)
    assert await phases(case) == ("in_care", "with_aid")


EARLY = WAYS["Case", "triage"].then(RecordConsent(help=True), *HELPED.steps[4:])


async def test_a_case_goes_on_where_it_was(stage: Staged) -> None:
    """Help may run before the intake: the triage is not skipped because somebody was missing for a night."""
    case = await walk(stage, EARLY)
    assert await phases(case) == ("triage", "with_aid"), "the control"
    await case.hear(*MISSING)
    assert (await phases(case))[0] == "lost"
    await case.hear(*FOUND)
    assert await phases(case) == ("triage", "with_aid")


async def test_who_takes_consent_back_while_missing_is_found_as_one_who_wants_no_help(stage: Staged) -> None:
    case = await walk(stage, HELPED.then(MISSING, WithdrawConsent(help=True)))
    assert await phases(case) == ("lost", "leaving")
    await case.hear(UNKNOWN, COSM)
    await case.decide(FindPerson())
    assert await phases(case) == ("waiting",)


@pytest.mark.parametrize("crossing", [(), (FOUND,)], ids=["still missing", "back, and it crossed the recall"])
async def test_a_recall_waits_for_the_answer_whatever_crossed_it(
    stage: Staged, crossing: tuple[tuple[ClientFound, str], ...]
) -> None:
    case = await walk(stage, HELPED.then(MISSING, WithdrawConsent(help=True), *crossing))
    assert len(await case.sent(ReferralRecalled)) == 1
    assert (await phases(case))[1:] == ("leaving",)
    await case.hear(ReferralEnded(referral=1, destination=Destination.WITH_OTHERS), COSM)
    assert (await phases(case))[1:] == ()


async def test_who_goes_missing_as_the_recall_is_on_its_way_is_noted_and_the_answer_waited_for(stage: Staged) -> None:
    case = await walk(stage, WAYS["AidReferral", "leaving"])
    until = (await case.view()).tracks[0].until
    await case.skip(timedelta(hours=1))
    await case.hear(*MISSING)
    view = await case.view()
    assert (view.tracks[0].phase, view.tracks[0].until) == ("leaving", until)
    assert "client_missing" in [line.what for line in view.story]


async def test_nobody_is_given_up_as_out_of_sight_before_a_month(stage: Staged) -> None:
    case = await walk(stage, HELPED.then(MISSING))
    assert "the person is looked for until" in await case.refused(OUT_OF_SIGHT)
    await case.skip(timedelta(days=29, hours=23))
    assert "the person is looked for until" in await case.refused(OUT_OF_SIGHT)
    await case.skip(timedelta(hours=2))
    await case.decide(OUT_OF_SIGHT)
    assert await phases(case) == ("closing", "leaving", "requested")
    await case.hear(UNKNOWN, COSM)
    await case.hear(*RECORDED)
    await case.handle.result()
    assert await case.sent(CaseConcluded) == [(DESK, CaseConcluded(outcome=CaseOutcome.OUT_OF_SIGHT))]


async def hours_to_look(stage: Staged, *known: RecordFacts) -> timedelta:
    case = await walk(stage, HELPED.then(*known, MISSING))
    track = (await case.view()).track
    assert (track.phase, track.until is None) == ("lost", False)
    return (track.until or track.since) - track.since


def of(age: AgeBand) -> RecordFacts:
    return RecordFacts(age=age, source=FactSource.DOCUMENT)


@pytest.mark.parametrize("age", sorted(UNDER_18))
async def test_a_child_is_looked_for_within_hours(stage: Staged, age: AgeBand) -> None:
    assert await hours_to_look(stage, of(age)) == timedelta(hours=4), "who may be under 18 counts so"


@pytest.mark.parametrize("known", [(), (of(AgeBand.FROM_18),), (of(AgeBand.UNKNOWN),)])
async def test_an_adult_is_looked_for_within_days(stage: Staged, known: tuple[RecordFacts, ...]) -> None:
    assert await hours_to_look(stage, *known) > timedelta(days=3)


async def test_in_danger_the_police_is_asked_to_look_and_its_answers_count(stage: Staged) -> None:
    case = await walk(stage, HELPED.then(DANGER, CallPolice(), TAKEN))
    assert "the person is not out of sight" in await case.refused(AskSearch())
    await case.hear(*MISSING)
    assert (await words(case))[-1] == MISSING_IN_DANGER
    await case.decide(AskSearch())
    assert "asked to look for the person already" in await case.refused(AskSearch())
    [(to, missing)] = await case.sent(PersonMissing)
    assert (to, missing.danger, missing.whereabouts) == (POLICE_ON_DUTY, 2, "an example place")
    assert [told.danger for _, told in await case.sent(DangerReported)] == [1]
    assert len([part for part in (await content(case)).parts if part.what == "declare_danger"]) == 1, "a search is no new danger"
    await case.hear(DangerEnded(system="case", danger=1, outcome=DangerOutcome.SAFE), POLICE_ON_DUTY)
    assert (await phases(case))[-1] == "with_police", "what it says of the report before moves nothing"
    await case.hear(DangerTaken(system="case", danger=2), POLICE_ON_DUTY)
    assert (await phases(case))[-1] == "protected"
    await case.decide(StandDown())
    assert sorted(over.danger for _, over in await case.sent(DangerRecalled)) == [1, 2]


async def test_without_a_danger_nobody_is_told_of_the_person(stage: Staged) -> None:
    """The control."""
    case = await walk(stage, HELPED.then(MISSING))
    assert MISSING_IN_DANGER not in await words(case)
    assert "ask_search is not possible while" in await case.refused(AskSearch())
    assert await case.sent(PersonMissing) == []
