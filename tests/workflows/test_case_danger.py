"""Somebody is in danger: help waits for no consent, the police is told, and the ground ends with the danger."""

from datetime import timedelta

import pytest

from activities.routing import Routing
from contracts.commands import (
    AcceptCase,
    CallPolice,
    ConcludeCase,
    DeclareDanger,
    OfferHelp,
    RecordConsent,
    RecordTriage,
    StandDown,
)
from contracts.events.dangers import DangerEnded, DangerRecalled, DangerReported, DangerTaken, PersonMissing
from contracts.events.referrals import FirstContactMade, ReferralAccepted, ReferralOffered, ReferralRecalled
from contracts.events.signals import CaseConcluded
from contracts.words import CaseOutcome, DangerOutcome, Finding, Ground, Recall
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.ways import ALMERE, COSM, DESK, INTAKE, NEED, POLICE_ON_DUTY, RECORDED, WAYS, WOMEN, walk
from workflows.case.danger import DECLARED, NOT_OVER
from workflows.case.danger_table import UNANSWERED
from workflows.case.letters import WITHOUT_CONSENT

DANGER = DeclareDanger(threat="an example threat", whereabouts="an example place")
TRIAGE = WAYS["Case", "offered"].then(AcceptCase())
ASK = OfferHelp(need=NEED, organisations=(COSM, WOMEN))


async def alarms(case: Stage) -> list[str]:
    await case.settle()
    return [alarm.words for alarm in case.pages.alarms]


async def phase_of_danger(case: Stage) -> str:
    view = await case.view()
    return next((track.phase for track in view.tracks if track.name == "CaseDanger"), "")


async def test_in_danger_help_waits_for_no_consent_and_no_intake(stage: Staged) -> None:
    case = await walk(stage, TRIAGE)
    assert "without consent" in await case.refused(ASK), "the control: without a danger"
    await case.decide(DANGER)
    assert await alarms(case) == [DECLARED]
    await case.decide(ASK)
    assert [to for to, _ in await case.sent(ReferralOffered)] == [COSM]
    grounds = [message.ground for to, message in case.letters.all if to == COSM]
    assert grounds == [Ground.VITAL_INTEREST]
    assert await case.phase() == "triage", "help runs beside the triage"


async def test_the_police_hears_who_is_in_danger_of_what_and_where(stage: Staged) -> None:
    case = await walk(stage, INTAKE.then(DANGER, CallPolice()))
    [(to, told)] = await case.sent(DangerReported)
    assert (to, told.danger, told.threat, told.whereabouts) == (POLICE_ON_DUTY, 1, "an example threat", "an example place")
    await case.hear(DangerTaken(system="case", danger=1), POLICE_ON_DUTY)
    assert await phase_of_danger(case) == "protected"
    await case.hear(DangerEnded(system="case", danger=1, outcome=DangerOutcome.SAFE), POLICE_ON_DUTY)
    assert await phase_of_danger(case) == ""
    assert "without consent" in await case.refused(ASK), "the ground ended with the danger"


def _nobody_asks(_: Routing, __: object) -> None:
    """As software of before."""


async def test_a_case_that_was_accepted_when_nobody_asked_who_protects_looks_that_up(
    stage: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(Routing, "_protection", _nobody_asks)
        case = await walk(stage, TRIAGE)
        await case.settle()
        assert "no investigation service" not in await case.refused(CallPolice())
    await case.decide(DANGER)
    await case.settle()
    await case.decide(CallPolice())
    assert [to for to, _ in await case.sent(DangerReported)] == [POLICE_ON_DUTY]


async def test_who_is_not_told_in_time_pages_a_person_at_any_hour(stage: Staged) -> None:
    case = await walk(stage, INTAKE.then(DANGER))
    await case.skip(timedelta(minutes=61))
    assert (await alarms(case)).count(DECLARED) == 2
    await case.decide(CallPolice())
    await case.skip(timedelta(minutes=61))
    assert (await alarms(case)).count(UNANSWERED) == 1


async def test_the_end_of_a_danger_takes_offers_back_and_puts_nobody_out(stage: Staged) -> None:
    case = await walk(stage, TRIAGE.then(DANGER, ASK, (ReferralAccepted(referral=1), COSM), (FirstContactMade(referral=1), COSM)))
    await case.decide(OfferHelp(need=NEED, organisations=(WOMEN,)))
    await case.decide(StandDown())
    recalled = [(to, event.reason) for to, event in await case.sent(ReferralRecalled)]
    assert recalled == [(WOMEN, Recall.GROUND_ENDED)]
    assert [track.phase for track in (await case.view()).tracks] == ["with_aid"]
    assert (await alarms(case))[-1] == WITHOUT_CONSENT
    assert await case.sent(DangerRecalled) == [], "the police had not been told"


async def test_with_consent_the_end_of_a_danger_changes_no_help(stage: Staged) -> None:
    case = await walk(stage, TRIAGE.then(DANGER, ASK, RecordConsent(help=True), CallPolice(), StandDown()))
    assert await case.sent(ReferralRecalled) == []
    assert await case.sent(DangerRecalled) == [(POLICE_ON_DUTY, DangerRecalled(danger=1))]
    assert WITHOUT_CONSENT not in await alarms(case)


async def test_a_danger_that_the_police_leaves_and_is_not_over_pages_a_person(stage: Staged) -> None:
    case = await walk(stage, INTAKE.then(DANGER, CallPolice()))
    await case.hear(DangerEnded(system="case", danger=1, outcome=DangerOutcome.OTHER_SERVICE), POLICE_ON_DUTY)
    assert (await alarms(case))[-1] == NOT_OVER
    await case.decide(DANGER)
    await case.decide(CallPolice())
    assert [told.danger for _, told in await case.sent(DangerReported)] == [1, 2]
    await case.hear(DangerTaken(system="case", danger=1), POLICE_ON_DUTY)
    assert await phase_of_danger(case) == "with_police", "an answer about the one before moves nothing"
    assert "a danger is declared already" in await case.refused(DANGER)


@pytest.mark.parametrize("end", [ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT), RecordTriage(finding=Finding.NO_VICTIM)])
async def test_no_case_ends_while_somebody_is_in_danger(stage: Staged, end: ConcludeCase | RecordTriage) -> None:
    case = await walk(stage, INTAKE.then(DANGER))
    assert "a danger is declared" in await case.refused(end)
    await case.decide(StandDown())
    await case.decide(end)


async def test_a_case_that_is_closing_stays_open_for_a_danger(stage: Staged) -> None:
    case = await walk(stage, INTAKE.then(ConcludeCase(outcome=CaseOutcome.OUT_OF_SIGHT), DANGER, RECORDED))
    assert await case.phase() == "closing"
    await case.decide(StandDown())
    await case.handle.result()
    assert await case.sent(CaseConcluded) == [(DESK, CaseConcluded(outcome=CaseOutcome.OUT_OF_SIGHT))]


async def test_who_is_out_of_sight_and_in_danger_is_reported_missing(stage: Staged) -> None:
    case = await walk(stage, WAYS["Case", "lost"].then(DANGER, CallPolice()))
    [(to, missing)] = await case.sent(PersonMissing)
    assert (to, missing.minor, missing.whereabouts) == (POLICE_ON_DUTY, True, "an example place"), (
        "an age that is not known may be under 18"
    )
    assert await case.sent(DangerReported) == []


async def test_another_service_can_be_named_where_it_takes_part(stage: Staged) -> None:
    case = await walk(stage, INTAKE.then(DANGER))
    assert f"these can: {POLICE_ON_DUTY}" in await case.refused(CallPolice(to=ALMERE))
    await case.decide(CallPolice(to=POLICE_ON_DUTY))
    assert [to for to, _ in await case.sent(DangerReported)] == [POLICE_ON_DUTY]
