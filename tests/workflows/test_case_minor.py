"""Who may be under 18: child protection is told in time, and no case ends while nobody protects a child."""

from datetime import timedelta

import pytest

from contracts.clocks import Clocks
from contracts.commands import (
    AcceptCase,
    AskPrivacyCheck,
    ConcludeCase,
    DeclareDanger,
    NotifyChildProtection,
    OfferHelp,
    RecordAdult,
    RecordConsent,
    RecordFacts,
    RecordIntake,
    RecordTriage,
)
from contracts.events.children import (
    ChildAssessed,
    ChildDeclined,
    ChildRecalled,
    ChildReported,
    Guardian,
    GuardianNamed,
    GuardingEnded,
)
from contracts.events.referrals import Need, ReferralAccepted
from contracts.events.signals import CaseConcluded, Person, SignalAmended, SignalRouted, Supplement
from contracts.profile import AgeBand
from contracts.words import (
    AgencyKind,
    CaseOutcome,
    ChildAssessment,
    ChildDecline,
    ChildRecall,
    ConsentBy,
    FactSource,
    Finding,
    GuardingOutcome,
    Service,
    Urgency,
)
from tests.workflows.conftest import Staged
from tests.workflows.samples import OBSERVATION, SIGNAL
from tests.workflows.stage import DIRECTORY, Stage
from tests.workflows.test_let_go import content
from tests.workflows.ways import ALMERE, DESK, INTAKE, MINOR, NIDOS, NOTIFIED, RECORDED, VEILIG_THUIS, WAYS, Way, walk
from workflows.case.case import Case
from workflows.case.letters import ASK_ANEW
from workflows.case.minor import Minors
from workflows.case.minor_answers import DECLINED, ENDED
from workflows.case.minor_table import UNASSESSED, UNGUARDED

NOTIFY = NotifyChildProtection(account="an example account")
ADULT = RecordAdult(age=AgeBand.FROM_18, source=FactSource.DOCUMENT)
END = ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT)
CHILD = Person(birth_year=2013)
AMBULATORY = next(a.slug for a in DIRECTORY.agencies if Service.AMBULATORY in a.services)
GUARDED, EXAMINED = WAYS["CaseMinor", "guarded"], WAYS["CaseMinor", "examined"]


def assessed(found: ChildAssessment, report: int = 1) -> tuple[ChildAssessed, str]:
    return ChildAssessed(report=report, assessment=found), VEILIG_THUIS


async def alarms(case: Stage) -> list[str]:
    await case.settle()
    return [alarm.words for alarm in case.pages.alarms]


async def phase_of_child(case: Stage) -> str:
    view = await case.view()
    return next((track.phase for track in view.tracks if track.name == "CaseMinor"), "")


def _nobody_asks(_: Minors) -> None:
    """As software of before."""


@pytest.mark.parametrize("age", [AgeBand.UNDER_16, AgeBand.FROM_18])
async def test_a_child_that_was_recorded_when_nobody_followed_it_is_told_of_at_the_next_step(
    stage: Staged, monkeypatch: pytest.MonkeyPatch, age: AgeBand
) -> None:
    with monkeypatch.context() as before:
        before.setattr(Minors, "age_was_told", _nobody_asks)
        before.setattr(Minors, "is_child_of_before", False)
        case = await walk(stage, INTAKE.then(RecordIntake(needs="an example need", age=age)))
        assert await phase_of_child(case) == ""
        await case.settle()
    await case.decide(RecordConsent(registration=False))
    assert await phase_of_child(case) == ("unguarded" if age is AgeBand.UNDER_16 else "")
    await case.decide(RecordConsent(registration=False))
    assert (await alarms(case)).count(UNGUARDED) <= 1


@pytest.mark.parametrize("age", [AgeBand.UNDER_12, AgeBand.UNDER_16, AgeBand.FROM_16, AgeBand.PERHAPS_UNDER_18])
async def test_who_may_be_under_18_counts_as_under_18(stage: Staged, age: AgeBand) -> None:
    case = await walk(stage, INTAKE.then(RecordFacts(age=age, source=FactSource.ESTIMATE)))
    assert await phase_of_child(case) == "unguarded"


@pytest.mark.parametrize("age", [AgeBand.FROM_18, AgeBand.UNKNOWN])
async def test_an_adult_and_an_age_that_nobody_knows_begin_nothing(stage: Staged, age: AgeBand) -> None:
    case = await walk(stage, INTAKE.then(RecordFacts(age=age, source=FactSource.PERSON)))
    assert await phase_of_child(case) == ""


def _told(person: Person) -> Way:
    routed = SignalRouted(signal=SIGNAL.model_copy(update={"person": person}), reported_by=AgencyKind.REPORTER)
    return Way(Case, ALMERE, (routed, DESK), (AcceptCase(),))


ADDED = SignalAmended(supplement=Supplement(account="an example addition", person=CHILD)), DESK
BEGINNINGS: dict[str, tuple[Way, str]] = {
    "the signal": (_told(CHILD), "reporter"),
    "a supplement": (INTAKE.then(ADDED), "reporter"),
    "a supplement before acceptance": (WAYS["Case", "offered"].then(ADDED, AcceptCase()), "reporter"),
    "the intake": (INTAKE.then(RecordIntake(needs="an example", person=CHILD)), "intake"),
    "the age in the intake": (INTAKE.then(RecordIntake(needs="an example", age=AgeBand.FROM_12)), "intake"),
    "an intake of before": (INTAKE.then(RecordIntake(needs="an example", under_16=True)), "intake"),
}


@pytest.mark.parametrize(("way", "source"), BEGINNINGS.values(), ids=BEGINNINGS)
async def test_it_begins_wherever_the_age_becomes_known(stage: Staged, way: Way, source: str) -> None:
    case = await walk(stage, way)
    assert await phase_of_child(case) == "unguarded"
    [fact] = [part.data for part in (await content(case)).parts if part.what == "record_facts"]
    assert fact["source"] == source


async def test_the_control_a_birth_year_of_an_adult_begins_nothing(stage: Staged) -> None:
    assert await phase_of_child(await walk(stage, _told(Person(birth_year=1990)))) == ""


async def test_what_a_person_here_recorded_counts_for_more_than_a_birth_year_of_the_reporter(stage: Staged) -> None:
    known = RecordFacts(age=AgeBand.FROM_23, source=FactSource.DOCUMENT)
    case = await walk(stage, INTAKE.then(known, ADDED))
    assert await phase_of_child(case) == ""


async def test_whoever_assesses_children_here_hears_who_it_is_and_why(stage: Staged) -> None:
    case = await walk(stage, _told(CHILD).then(NOTIFY))
    expected = ChildReported(report=1, person=CHILD, account="an example account")
    assert await case.sent(ChildReported) == [(VEILIG_THUIS, expected)]
    assert await phase_of_child(case) == "notified"


async def test_another_agency_is_told_by_name_where_it_takes_part(stage: Staged) -> None:
    case = await walk(stage, MINOR)
    assert f"these can: {VEILIG_THUIS}, {NIDOS}" in await case.refused(NOTIFY.model_copy(update={"to": ALMERE}))
    assert "leave `outside` out" in await case.refused(NOTIFY.model_copy(update={"outside": True}))
    await case.decide(NOTIFY.model_copy(update={"to": NIDOS}))
    assert [to for to, _ in await case.sent(ChildReported)] == [NIDOS]


async def test_where_no_agency_takes_part_a_person_tells_one_otherwise(stage: Staged) -> None:
    case = await stage(ALMERE, Case)
    case.maps.without_child_protection = True
    await case.open(SignalRouted(signal=SIGNAL, reported_by=AgencyKind.REPORTER), DESK)
    for step in (AcceptCase(), RecordFacts(age=AgeBand.FROM_12, source=FactSource.OTHERS)):
        await case.decide(step)
    assert "call Veilig Thuis (0800-2000)" in await case.refused(NOTIFY)
    await case.decide(NOTIFY.model_copy(update={"outside": True}))
    assert await phase_of_child(case) == "guarded"
    assert await case.sent(ChildReported) == []


async def test_who_is_told_of_nobody_in_a_working_day_pages_a_person_and_in_danger_within_the_hour(stage: Staged) -> None:
    case = await walk(stage, MINOR)
    await case.skip(timedelta(minutes=61))
    assert await alarms(case) == []
    await case.decide(DeclareDanger(threat="an example threat"))
    await case.skip(timedelta(minutes=61))
    assert UNGUARDED in await alarms(case)
    await case.decide(NOTIFY)
    [(_, told)] = await case.sent(ChildReported)
    assert told.urgency is Urgency.CRISIS
    await case.skip(timedelta(minutes=61))
    assert UNASSESSED in await alarms(case)


async def test_the_term_of_the_law_for_child_protection(stage: Staged) -> None:
    case = await walk(stage, NOTIFIED)
    [child] = [track for track in (await case.view()).tracks if track.name == "CaseMinor"]
    assert (child.turn, str(Clocks().child_safety), child.who) == (
        VEILIG_THUIS,
        "5 working days",
        "the worker on duty at child protection",
    )
    await case.skip(timedelta(days=4))
    assert UNASSESSED not in await alarms(case)
    await case.skip(timedelta(days=8))
    assert UNASSESSED in await alarms(case)


@pytest.mark.parametrize("way", [MINOR, NOTIFIED], ids=["unguarded", "notified"])
async def test_no_case_ends_while_nobody_protects_the_child(stage: Staged, way: Way) -> None:
    case = await walk(stage, way)
    for end in (END, RecordTriage(finding=Finding.NO_VICTIM)):
        assert "a child has nobody who protects it yet" in await case.refused(end)
    await case.decide(ADULT)
    await case.decide(END)


@pytest.mark.parametrize("way", [EXAMINED, GUARDED], ids=["examined", "guarded"])
async def test_where_child_protection_knows_a_case_may_end_and_it_hears_so(stage: Staged, way: Way) -> None:
    case = await walk(stage, way.then(END, RECORDED))
    await case.handle.result()
    assert await case.sent(ChildRecalled) == [(VEILIG_THUIS, ChildRecalled(report=1, reason=ChildRecall.CASE_CLOSED))]
    assert await case.sent(CaseConcluded) == [(DESK, CaseConcluded(outcome=CaseOutcome.OUT_OF_SIGHT))]


async def test_a_case_that_is_closing_waits_for_a_child_that_becomes_known(stage: Staged) -> None:
    told = RecordFacts(age=AgeBand.FROM_16, source=FactSource.PERSON)
    case = await walk(stage, INTAKE.then(END, told, RECORDED))
    assert await case.phase() == "closing"
    await case.decide(NOTIFY)
    await case.hear(*assessed(ChildAssessment.GUARDED))
    await case.handle.result()
    assert [event.reason for _, event in await case.sent(ChildRecalled)] == [ChildRecall.CASE_CLOSED]


async def test_from_the_inquiry_to_a_guardian(stage: Staged) -> None:
    case = await walk(stage, NOTIFIED.then(assessed(ChildAssessment.EXAMINED)))
    assert await phase_of_child(case) == "examined"
    await case.hear(*assessed(ChildAssessment.GUARDED))
    guardian = Guardian(name="an example name", safe_contact="an example contact")
    before = next(track for track in (await case.view()).tracks if track.name == "CaseMinor")
    await case.hear(GuardianNamed(report=1, guardian=guardian), VEILIG_THUIS)
    after = next(track for track in (await case.view()).tracks if track.name == "CaseMinor")
    assert (after.phase, after.until) == ("guarded", before.until), "a name moves no clock"
    named = [part for part in (await content(case)).parts if part.what == "guardian_named"]
    assert [(part.who, part.data["guardian"]["name"]) for part in named] == [(VEILIG_THUIS, "an example name")]


async def test_where_there_is_no_need_those_who_have_the_child_go_on_and_nobody_there_waits(stage: Staged) -> None:
    case = await walk(stage, NOTIFIED.then(assessed(ChildAssessment.NO_NEED)))
    [child] = [track for track in (await case.view()).tracks if track.name == "CaseMinor"]
    assert (child.phase, child.turn) == ("guarded", ALMERE)
    await case.decide(END)
    assert await case.sent(ChildRecalled) == []


async def test_who_declines_pages_a_person_and_the_next_report_is_answered_for_itself(stage: Staged) -> None:
    case = await walk(stage, NOTIFIED.then((ChildDeclined(report=1, reason=ChildDecline.OTHER_AGENCY), VEILIG_THUIS)))
    assert (await phase_of_child(case), (await alarms(case))[-1]) == ("unguarded", DECLINED)
    await case.decide(NOTIFY.model_copy(update={"to": NIDOS}))
    assert [(to, told.report) for to, told in await case.sent(ChildReported)] == [(VEILIG_THUIS, 1), (NIDOS, 2)]
    await case.hear(*assessed(ChildAssessment.GUARDED))
    assert await phase_of_child(case) == "notified", "an answer about the report before moves nothing"
    assert await case.code(ChildAssessed(report=2, assessment=ChildAssessment.GUARDED), VEILIG_THUIS) == "not_a_party"
    await case.hear(ChildAssessed(report=2, assessment=ChildAssessment.GUARDED), NIDOS)
    assert await phase_of_child(case) == "guarded"


async def test_who_is_reported_anew_is_reported_once(stage: Staged) -> None:
    case = await walk(stage, GUARDED.then(NOTIFY.model_copy(update={"to": NIDOS})))
    assert await case.sent(ChildRecalled) == [(VEILIG_THUIS, ChildRecalled(report=1, reason=ChildRecall.REPORTED_ELSEWHERE))]
    assert await phase_of_child(case) == "notified"


OUTCOMES = {
    GuardingOutcome.ADULT: "",
    GuardingOutcome.LEFT_COUNTRY: "",
    GuardingOutcome.WITH_PARENTS: "unguarded",
    GuardingOutcome.OTHER_GUARDIAN: "unguarded",
    GuardingOutcome.OUT_OF_SIGHT: "unguarded",
}


@pytest.mark.parametrize(("outcome", "phase"), OUTCOMES.items())
async def test_when_nobody_guards_a_child_any_more_a_person_looks_who_does(
    stage: Staged, outcome: GuardingOutcome, phase: str
) -> None:
    case = await walk(stage, GUARDED.then((GuardingEnded(report=1, outcome=outcome), VEILIG_THUIS)))
    assert await phase_of_child(case) == phase
    assert (ENDED in await alarms(case)) == bool(phase)
    assert await case.sent(ChildRecalled) == []


async def test_an_adult_is_asked_anew_and_child_protection_hears_it(stage: Staged) -> None:
    case = await walk(stage, GUARDED.then(RecordConsent(help=True, by=ConsentBy.BOTH)))
    for refused in (RecordFacts(age=AgeBand.FROM_18, source=FactSource.PERSON), RecordIntake(needs="x", age=AgeBand.FROM_18)):
        assert "use record_adult" in await case.refused(refused)
    assert "an estimate makes nobody an adult" in await case.refused(ADULT.model_copy(update={"source": FactSource.ESTIMATE}))
    assert "not the age of an adult" in await case.refused(ADULT.model_copy(update={"age": AgeBand.FROM_16}))
    await case.decide(ADULT)
    assert (await alarms(case))[-1] == ASK_ANEW
    assert await case.sent(ChildRecalled) == [(VEILIG_THUIS, ChildRecalled(report=1, reason=ChildRecall.ADULT))]
    assert await phase_of_child(case) == ""


async def test_who_turns_out_to_be_a_child_after_all_is_protected_again(stage: Staged) -> None:
    again = RecordFacts(age=AgeBand.FROM_16, source=FactSource.DOCUMENT)
    case = await walk(stage, NOTIFIED.then(ADULT, again, NOTIFY))
    assert [told.report for _, told in await case.sent(ChildReported)] == [1, 2]
    assert ASK_ANEW not in await alarms(case), "nobody had consented to anything"


async def test_the_story_never_says_which_age(stage: Staged) -> None:
    case = await walk(stage, NOTIFIED.then(ADULT))
    view = await case.view()
    shown = view.model_copy(update={"choices": ()}).model_dump_json()
    assert not [age for age in AgeBand if f'"{age}"' in shown and age is not AgeBand.UNKNOWN]


async def test_why_a_child_may_not_be_safe_goes_to_child_protection_and_that_hears_nothing_else(stage: Staged) -> None:
    told, needs = "a mark of why", "a mark of needs"
    everything = RecordConsent(help=True, riec=True, registration=True, written=True, by=ConsentBy.BOTH)
    help_asked = OfferHelp(need=Need(service=Service.AMBULATORY), organisations=(AMBULATORY,))
    case = await walk(
        stage,
        MINOR.then(
            RecordIntake(needs=needs, person=Person(name="a mark of a name")),
            NotifyChildProtection(account=told),
            everything,
            help_asked,
            (ReferralAccepted(referral=1), AMBULATORY),
            AskPrivacyCheck(observation=OBSERVATION),
            assessed(ChildAssessment.GUARDED),
        ),
    )
    await case.settle()
    letters = [(to, type(message.event()).__name__, str(message.data)) for to, message in case.letters.all]
    assert {to for to, _, data in letters if told in data} == {VEILIG_THUIS}
    assert [what for to, what, _ in letters if to == VEILIG_THUIS] == ["ChildReported"]
    assert [to for to, _, data in letters if needs in data] == []
    assert {to for to, _, data in letters if "a mark of a name" in data} == {VEILIG_THUIS, AMBULATORY}, "the control"
