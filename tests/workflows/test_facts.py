"""What is known of a person is kept fact beside fact; the newest that says something counts."""

from datetime import date

import pytest

from contracts.clocks import Clocks
from contracts.commands import ConcludeCase, RecordAdult, RecordConsent, RecordFacts, RecordIntake
from contracts.events.signals import Person
from contracts.profile import AgeBand
from contracts.words import CaseOutcome, FactSource
from tests.workflows.conftest import Staged
from tests.workflows.stage import party
from tests.workflows.test_let_go import content
from tests.workflows.ways import ALMERE, INTAKE, WAYS, walk
from workflows.case.file import CaseFile

DAY = date(2026, 3, 2)
TOLD = RecordFacts(age=AgeBand.FROM_12, source=FactSource.OTHERS)
DENIED = RecordFacts(age=AgeBand.UNKNOWN, source=FactSource.PERSON)


async def test_a_fact_stands_beside_the_one_before_with_who_when_and_from_where(stage: Staged) -> None:
    case = await walk(stage, INTAKE.then(TOLD, DENIED))
    facts = [part for part in (await content(case)).parts if part.what == "record_facts"]
    assert [(one.who, one.data) for one in facts] == [
        (ALMERE, {"source": "others", "age": "from_12", "guardian_suspected": "unknown"}),
        (ALMERE, {"source": "person", "age": "unknown", "guardian_suspected": "unknown"}),
    ]
    assert all(one.at for one in facts)


async def test_unknown_is_an_answer_and_takes_nothing_back(stage: Staged) -> None:
    case = await walk(stage, INTAKE.then(TOLD, DENIED))
    assert "parent or guardian" in await case.refused(RecordConsent(help=True))
    await case.decide(RecordAdult(age=AgeBand.FROM_18, source=FactSource.DOCUMENT))
    await case.decide(RecordConsent(help=True))


async def test_the_story_says_from_where_and_never_which_age(stage: Staged) -> None:
    case = await walk(stage, INTAKE.then(TOLD))
    view = await case.view()
    assert (view.story[-1].what, view.story[-1].facts) == ("record_facts", {"source": "others"})
    assert "from_12" not in view.model_copy(update={"choices": ()}).model_dump_json()


@pytest.mark.parametrize("phase", ["triage", "talk", "intake", "consent", "planning", "waiting", "in_care", "lost", "aftercare"])
async def test_a_fact_can_be_added_in_every_state_and_moves_no_clock(stage: Staged, phase: str) -> None:
    case = await walk(stage, WAYS["Case", phase])
    before = (await case.view()).track
    await case.decide(DENIED)
    after = (await case.view()).track
    assert (after.phase, after.until) == (phase, before.until)


async def test_also_while_a_case_is_being_closed(stage: Staged) -> None:
    case = await walk(stage, INTAKE.then(ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT)))
    assert await case.decide(DENIED) == "closing"


def file_with(**fields: object) -> CaseFile:
    return CaseFile.begun("k" + "1" * 24, party(ALMERE), "case", Clocks()).model_copy(update=fields)


def test_a_file_of_before_says_what_it_said() -> None:
    old = file_with(intake=RecordIntake.model_validate({"needs": "an example", "under_16": True}))
    assert CaseFile.model_validate_json(old.model_dump_json()).age_on(DAY) is AgeBand.UNDER_16
    assert file_with(intake=RecordIntake(needs="an example")).age_on(DAY) is AgeBand.UNKNOWN


def test_a_birth_year_counts_where_nobody_said_more() -> None:
    born = file_with(intake=RecordIntake(needs="an example", person=Person(birth_year=2012)))
    assert born.age_on(DAY) is AgeBand.FROM_12
    told = file_with(intake=RecordIntake(needs="an example", person=Person(birth_year=2012), age=AgeBand.FROM_16))
    assert told.age_on(DAY) is AgeBand.FROM_16
