"""At CoMensha: every report is counted, persons apart; later facts are appended."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, select

from contracts.commands import CloseRegistration
from contracts.events.registrations import (
    Registrant,
    RegistrationAmended,
    RegistrationRecorded,
    RegistrationRequested,
    ReportRegistered,
)
from contracts.reference import new_reference
from contracts.words import AgencyKind, CaseOutcome
from runtime.database import open_database
from runtime.migrations import upgrade
from runtime.register.register import SqlRegister
from runtime.register.tables import AMENDMENT
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.ways import ALMERE, POLICE, REGISTRATION, ZWOLLE, silence, walk

BY_LAW = RegistrationRequested(consented=False, reported_by=AgencyKind.REPORTER, registrant=Registrant(birth_year=1990))
BY_CONSENT = RegistrationRequested(
    consented=True, reported_by=AgencyKind.CARE_COORDINATOR, care_region="Almere", registrant=Registrant(birth_year=1990)
)


async def test_a_report_is_recorded_and_confirmed(stage: Staged) -> None:
    file = await walk(stage, REGISTRATION)
    assert await file.phase() == "recorded"
    [report] = file.shelf.reports
    assert (report.number, report.reported_by, report.registrant) == (1, AgencyKind.CARE_COORDINATOR, None)
    assert await file.sent(RegistrationRecorded) == [(ALMERE, RegistrationRecorded(anonymous=True))]


async def test_reports_about_one_case_are_counted_apart_and_each_reporter_hears(stage: Staged) -> None:
    file = await walk(stage, replace(REGISTRATION, opening=(BY_LAW, POLICE)))
    await file.hear(BY_CONSENT, ALMERE)
    await file.settle()
    assert [(report.number, report.reported_by) for report in file.shelf.reports] == [
        (1, AgencyKind.REPORTER),
        (2, AgencyKind.CARE_COORDINATOR),
    ]
    assert await file.sent(ReportRegistered) == [(POLICE, ReportRegistered())]
    assert await file.sent(RegistrationRecorded) == [(ALMERE, RegistrationRecorded(anonymous=False))]
    assert (await file.view()).region == "Almere"


async def test_later_facts_are_appended_and_the_outcome_ends_it(stage: Staged) -> None:
    file = await walk(stage, REGISTRATION)
    await file.hear(RegistrationAmended(not_placed=1), ALMERE)
    await file.settle()
    assert await file.phase() == "recorded"
    await file.hear(RegistrationAmended(not_placed=1, outcome=CaseOutcome.NOT_PLACED), ALMERE)
    await file.handle.result()
    assert [(fact.number, fact.not_placed, fact.outcome) for fact in file.shelf.amendments] == [
        (1, 1, None),
        (2, 1, CaseOutcome.NOT_PLACED),
    ]


async def test_only_who_reported_may_append(stage: Staged) -> None:
    file = await walk(stage, REGISTRATION)
    assert await file.code(RegistrationAmended(not_placed=1), ZWOLLE) == "case_unknown"


async def test_what_comes_while_the_register_is_out_of_reach_is_recorded_later_and_once(stage: Staged) -> None:
    file = await walk(stage, replace(REGISTRATION, silent="shelf"))
    await file.hear(BY_CONSENT, ALMERE)
    await file.hear(RegistrationAmended(outcome=CaseOutcome.HELPED), ALMERE)
    await file.skip(timedelta(minutes=10))
    assert await file.phase() == "recording"
    assert file.letters.all == []
    silence(file, "")
    await file.skip(timedelta(minutes=5))
    await file.handle.result()
    assert [report.number for report in file.shelf.reports] == [1, 2]
    assert [fact.outcome for fact in file.shelf.amendments] == [CaseOutcome.HELPED]
    assert len(await file.sent(RegistrationRecorded)) == 2


async def test_a_registration_whose_case_fell_silent_alarms_a_person_who_can_close_it(stage: Staged) -> None:
    file = await walk(stage, REGISTRATION)
    await file.skip(timedelta(days=370))
    assert ["look whether its case still runs" in alarm.words for alarm in file.pages.alarms] == [True]
    await file.decide(CloseRegistration())
    await file.handle.result()


@pytest.mark.parametrize("silent", ["shelf"])
async def test_a_registration_is_not_closed_before_it_is_recorded(stage: Staged, silent: str) -> None:
    file = await walk(stage, replace(REGISTRATION, silent=silent))
    assert "not possible while registration is recording" in await file.refused(CloseRegistration())


def two_that_collided() -> tuple[str, str]:
    """Two OINs whose numbers in the register began at the same place in an earlier version."""
    seen: dict[int, str] = {}
    for number in count(1):
        oin = f"{number:020}"
        place = int(sha256(oin.encode()).hexdigest(), 16) % 2_000
        if place in seen:
            return seen[place], oin
        seen[place] = oin
    raise AssertionError("there are more OINs than places")


async def test_two_later_openers_of_one_case_stand_in_the_register_both(stage: Staged, tmp_path: Path) -> None:
    upgrade(url := f"sqlite:///{tmp_path}/registry.db")
    register, case = SqlRegister(url), {"reference": new_reference()}
    for opener in ("", *two_that_collided()):
        file: Stage = await stage(REGISTRATION.slug, REGISTRATION.process)
        file.apart = f"-{opener}" if opener else ""
        await file.open(BY_CONSENT, ALMERE)
        await file.hear(RegistrationAmended(not_placed=1, outcome=CaseOutcome.NOT_PLACED), ALMERE)
        await file.handle.result()
        for _ in range(2):  # an activity can be done again
            await register.add_report(file.shelf.reports[0].model_copy(update=case))
            await register.add_amendment(file.shelf.amendments[0].model_copy(update=case))
    assert (await register.counts()).reports == 3
    with open_database(url).connect() as connection:
        assert connection.scalar(select(func.count()).select_from(AMENDMENT)) == 3
    await register.close()
