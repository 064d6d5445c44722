"""Who consents is decided by age: each row of the rules is asked, by whoever gives it; a no counts from everybody."""

import re
from datetime import UTC, datetime
from itertools import product

import pytest

from contracts.ages import UNDER_16, UNDER_18
from contracts.clocks import Clocks
from contracts.commands import RecordConsent, RecordFacts
from contracts.consent_by_age import CONSENT_RULES, rule_for
from contracts.profile import AgeBand, Answer
from contracts.words import ConsentBecause, ConsentBy, ConsentTo, FactSource
from tests.workflows.conftest import Staged
from tests.workflows.stage import party
from tests.workflows.test_let_go import content
from tests.workflows.ways import ALMERE, INTAKE, NOTIFIED, walk
from workflows.case.consent_rules import (
    FOR_THE_CHILD,
    NOBODY_TOLD,
    SUSPECTED,
    THEMSELVES,
    TOGETHER,
    does_not_count,
)
from workflows.case.file import CaseFile, FactFile, MinorFile

NOW = datetime(2026, 3, 2, tzinfo=UTC)
P, G, B, A = ConsentBy
FROM_12, SUSPICION = AgeBand.FROM_12, RecordFacts(age=AgeBand.UNKNOWN, guardian_suspected=Answer.YES, source=FactSource.PERSON)


def a_file(*, suspected: Answer = Answer.UNKNOWN, told: bool = True) -> CaseFile:
    file = CaseFile.begun("k" + "1" * 24, party(ALMERE), "case", Clocks())
    file.minor = MinorFile(accounts=["an example account"]) if told else None
    file.facts = [FactFile(at=NOW, who=ALMERE, source=FactSource.PERSON, guardian_suspected=suspected)]
    return file


def words(age: AgeBand, by: ConsentBy, **said: object) -> str | None:
    order = RecordConsent.model_validate({"help": True, "by": by, "written": True, **said})
    return does_not_count(a_file(), age, order)


HELP: dict[AgeBand, dict[ConsentBy, str | None]] = {
    AgeBand.UNDER_12: {P: FOR_THE_CHILD, G: None, B: None, A: None},
    AgeBand.UNDER_16: {P: FOR_THE_CHILD, G: None, B: None, A: None},
    AgeBand.FROM_12: {P: TOGETHER, G: TOGETHER, B: None, A: None},
    AgeBand.FROM_16: {P: None, G: THEMSELVES, B: None, A: THEMSELVES},
    AgeBand.PERHAPS_UNDER_18: {P: None, G: THEMSELVES, B: None, A: THEMSELVES},
    AgeBand.FROM_18: {P: None, G: None, B: None, A: None},
    AgeBand.UNKNOWN: {P: None, G: None, B: None, A: None},
}


@pytest.mark.parametrize(("age", "by"), product(HELP, ConsentBy))
def test_consent_to_help(age: AgeBand, by: ConsentBy) -> None:
    assert words(age, by) == HELP[age][by]


@pytest.mark.parametrize("purpose", [ConsentTo.REGISTRATION, ConsentTo.RIEC])
@pytest.mark.parametrize("age", sorted(UNDER_16))
def test_under_16_registration_is_never_consented_to_by_the_person_alone(age: AgeBand, purpose: ConsentTo) -> None:
    said = {"help": None, purpose: True}
    alone = words(age, P, **said, because=ConsentBecause.SERIOUS_HARM)
    assert (alone, words(age, G, **said)) == (FOR_THE_CHILD, None)


@pytest.mark.parametrize("because", list(ConsentBecause))
def test_from_12_the_person_alone_with_a_reason_and_under_12_not(because: ConsentBecause) -> None:
    assert words(FROM_12, P, because=because) is None
    assert words(AgeBand.UNDER_12, P, because=because) == FOR_THE_CHILD


@pytest.mark.parametrize(("age", "by"), product(AgeBand, ConsentBy))
def test_a_no_counts_from_whoever_says_it(age: AgeBand, by: ConsentBy) -> None:
    order = RecordConsent(help=False, by=by)
    assert does_not_count(a_file(suspected=Answer.YES, told=False), age, order) is None


@pytest.mark.parametrize("by", [G, B])
@pytest.mark.parametrize("age", sorted(UNDER_16))
def test_a_guardian_who_is_suspected_does_not_count(age: AgeBand, by: ConsentBy) -> None:
    order = RecordConsent(help=True, by=by)
    assert does_not_count(a_file(suspected=Answer.YES), age, order) == SUSPECTED
    assert does_not_count(a_file(suspected=Answer.NO), age, order) != SUSPECTED
    assert does_not_count(a_file(suspected=Answer.YES), age, RecordConsent(help=True, by=A)) is None


def test_child_protection_decides_nothing_that_it_was_not_told() -> None:
    assert does_not_count(a_file(told=False), FROM_12, RecordConsent(help=True, by=A)) == NOBODY_TOLD


def test_what_was_recorded_before_keeps_its_meaning() -> None:
    assert RecordConsent.model_validate({"help": True, "by_guardian": True}).given_by is G
    assert RecordConsent.model_validate({"help": True}).given_by is P


def test_each_rule_has_a_source_and_every_age_under_18_a_rule_for_each_purpose() -> None:
    assert all(re.match(r"(LAW|AGREEMENT|DEFAULT): \S", rule.source) for rule in CONSENT_RULES)
    assert not [(age, purpose) for age, purpose in product(UNDER_18, ConsentTo) if rule_for(age, purpose) is None]
    doubled = [
        (age, purpose)
        for age, purpose in product(AgeBand, ConsentTo)
        if sum(age in rule.ages and purpose in rule.purposes for rule in CONSENT_RULES) > 1
    ]
    assert not doubled


async def test_it_is_refused_in_words_and_noted_by_whom(stage: Staged) -> None:
    case = await walk(stage, NOTIFIED.then(SUSPICION))
    assert SUSPECTED in await case.refused(RecordConsent(help=True, by=B))
    assert TOGETHER in await case.refused(RecordConsent(help=True))
    await case.decide(RecordConsent(help=True, by=A))
    assert [(one.purpose, one.by) for one in (await case.view()).consents] == [("help", "authority")]


async def test_a_reason_stands_in_the_content_and_not_in_the_story(stage: Staged) -> None:
    young = RecordFacts(age=FROM_12, source=FactSource.DOCUMENT)
    alone = RecordConsent(help=True, because=ConsentBecause.CONSIDERED_REFUSAL)
    case = await walk(stage, INTAKE.then(young, alone))
    assert "considered_refusal" not in str((await case.view()).story)
    [said] = [part.data for part in (await content(case)).parts if part.what == "record_consent"]
    assert said == {"because": "considered_refusal"}
