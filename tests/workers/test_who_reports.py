"""An agency that reports keeps what it hears back beside its other files of the same case, in real offices."""

import pytest

from contracts.events.signals import Signal, SignalReported
from tests.installed import Keten, statuses

COORDINATOR, REGISTRY, DESK, SHELTER = "coordinator-almere", "comensha", "signal-desk", "cosm-shelter"
IN_LELYSTAD = SignalReported(signal=Signal(municipality="GM0995", account="an example"))


async def test_a_coordinator_that_reported_decides_in_its_case_and_follows_its_report(keten: Keten) -> None:
    here = keten.here
    case = await here.staff.report(COORDINATOR, IN_LELYSTAD, DESK)
    await here.staff.sees(COORDINATOR, case, "offered", "case")
    assert {file.view.kind for file in await here.at(COORDINATOR, case)} == {"case", "report"}
    await here.staff.decide(COORDINATOR, case, "decline_case", reason="no_capacity")
    await here.staff.decide(REGISTRY, case, "accept_case")
    await here.staff.decide(REGISTRY, case, "record_triage", finding="no_victim")
    report = await here.staff.sees(COORDINATOR, case, "closed", "report")
    assert statuses(report) == ["with_desk", "with_coordinator", "with_registry", "accepted", "closed"]
    assert [file.view.track.phase for file in await here.at(COORDINATOR, case) if file.view.kind == "case"] == ["closed"]


@pytest.mark.parametrize("reporter", [SHELTER, REGISTRY, DESK])
async def test_so_do_a_shelter_comensha_and_the_desk_itself(keten: Keten, reporter: str) -> None:
    here = keten.here
    case = await here.staff.report(reporter, IN_LELYSTAD, DESK)
    await here.staff.decide(COORDINATOR, case, "accept_case")
    await here.staff.decide(COORDINATOR, case, "record_triage", finding="no_victim")
    report = await here.staff.sees(reporter, case, "closed", "report")
    assert statuses(report) == ["with_desk", "with_coordinator", "accepted", "closed"]
