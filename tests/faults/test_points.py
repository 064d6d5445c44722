"""A kill between every two steps of posting and taking: nothing is lost, doubled or refused, and no alarm is false."""

import subprocess
import sys
from pathlib import Path

import pytest

from contracts.agencies import read_directory
from contracts.events.signals import CaseConcluded, SignalReceived, SignalReported
from tests.faults.checker import irregular
from tests.faults.points import ANSWERING, Point
from tests.faults.town import (
    COORDINATOR,
    SIGNAL,
    Town,
    all_closed,
    doubled_effects,
    events_that_entered,
    to_consent,
    town,
    without_help,
)
from tests.installed import eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads how a server was started from /proc")
EVENTS = (SignalReceived, CaseConcluded)
"""The first of a line, on which others follow, and the last."""


async def case_with_a_kill(there: Town, point: Point, event: str, once: Path, *how: str) -> str:
    """A case from report to closure; the process with all offices is killed at a point, and started anew without it."""
    offices = await there.open_offices(*how, point, event, "0", str(once))
    here = there.here
    reported = here.event("urk", SignalReported, SIGNAL.model_dump(mode="json"))
    reference = reported["caseref"]
    await here.put("urk", "signal-desk", SignalReported, reported)
    if event == CaseConcluded.rule.type:
        await to_consent(here.staff, reference)
        await without_help(here.staff, [reference])
        await dead(offices)
        await there.open_offices(*how)
    else:
        await dead(offices)
        await there.open_offices(*how)
        await to_consent(here.staff, reference)
        await without_help(here.staff, [reference])
    return reference


async def dead(offices: "subprocess.Popen[bytes]") -> None:
    async def ended() -> bool:
        return offices.poll() is not None

    await eventually(ended)


async def assert_nothing_happened(there: Town, reference: str) -> None:
    """Every file closed, every event once and in order, no dead letter, and no alarm."""
    await all_closed(there, [reference])
    alarms = [alarm for file in await there.here.files.about(reference) for alarm in file.view.alarms]
    assert alarms == []
    assert there.keten.logged("alarm_raised") == []


@pytest.mark.chaos
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
@pytest.mark.parametrize("point", [point for point in Point if point not in ANSWERING])
async def test_a_kill_at_a_point_is_not_noticed(
    tmp_path: Path, point: Point, event: type[SignalReceived | CaseConcluded]
) -> None:
    async with town(tmp_path / "home") as there:
        reference = await case_with_a_kill(there, point, event.rule.type, tmp_path / "killed")
        await assert_nothing_happened(there, reference)


@pytest.mark.chaos
async def test_a_kill_before_the_sender_knows_that_its_letter_was_taken_is_not_noticed(tmp_path: Path) -> None:
    async with town(tmp_path / "home") as there:
        reference = await case_with_a_kill(there, Point.TAKEN, SignalReceived.rule.type, tmp_path / "killed")
        await assert_nothing_happened(there, reference)
        entered = await events_that_entered(there.here, reference)
        entered.remove(next(event for event in entered if event.name == "SignalStatusChanged"))
        assert await doubled_effects(there.here, reference, entered), "what is told once more than it was sent is found"


@pytest.mark.chaos
async def test_temporal_is_killed_while_a_letter_is_on_the_bus_and_nobody_notices(tmp_path: Path) -> None:
    async with town(tmp_path / "home") as there:
        temporal = str(there.pid("temporal"))
        await there.open_offices(Point.TAKEN, SignalReceived.rule.type, temporal, str(tmp_path / "killed"))
        reported = there.here.event("urk", SignalReported, SIGNAL.model_dump(mode="json"))
        await there.here.put("urk", "signal-desk", SignalReported, reported)
        await there.gone("temporal")
        await there.revive("temporal")
        await to_consent(there.here.staff, reported["caseref"])
        await without_help(there.here.staff, [reported["caseref"]])
        await assert_nothing_happened(there, reported["caseref"])


@pytest.mark.chaos
async def test_a_letter_that_leaves_before_it_is_recorded_breaks_its_line(tmp_path: Path) -> None:
    """The control: as files were before, the same kill is found by the same checks."""
    async with town(tmp_path / "home") as there:
        offices = await there.open_offices(
            "--leaves-at-once", Point.TAKEN, SignalReceived.rule.type, "0", str(tmp_path / "killed")
        )
        here = there.here
        reported = here.event("urk", SignalReported, SIGNAL.model_dump(mode="json"))
        await here.put("urk", "signal-desk", SignalReported, reported)
        await dead(offices)
        await there.open_offices("--leaves-at-once")
        reference = reported["caseref"]
        await here.staff.decide(COORDINATOR, reference, "accept_case")
        await there.logs("event_refused")
        entered = await events_that_entered(here, reference)
        refused = [letter for agency in read_directory().agencies for letter in await here.dead(agency.slug)]
        assert irregular(entered) or refused
