"""Servers and offices are killed while cases run: what was promised is kept, once."""

import asyncio
import sys
from pathlib import Path

import pytest

from contracts.events.signals import SignalReported
from tests.faults.town import SIGNAL, all_closed, reported, to_consent, town, without_help

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads how a server was started from /proc"),
    pytest.mark.chaos,
]


async def test_the_bus_is_killed_while_cases_run_and_all_go_on(tmp_path: Path) -> None:
    async with town(tmp_path / "home") as there:
        await there.open_offices()
        staff = there.here.staff
        early, late = await reported(staff, 1), await reported(staff, 2)
        await asyncio.gather(*(to_consent(staff, reference) for reference in late))
        await there.kill("nats-server")
        await to_consent(staff, early[0])
        await without_help(staff, late)
        await there.logs("letter_delayed", recipient="comensha")
        await there.revive("nats-server")
        await without_help(staff, early)
        await all_closed(there, early + late)


async def test_temporal_is_killed_while_events_arrive_and_they_wait_in_the_inbox(tmp_path: Path) -> None:
    async with town(tmp_path / "home") as there:
        await there.open_offices()
        here = there.here
        [running] = await reported(here.staff, 1)
        await to_consent(here.staff, running)
        await there.kill("temporal")
        events = [here.event("urk", SignalReported, SIGNAL.model_dump(mode="json")) for _ in range(3)]
        for event in events:
            await here.put("urk", "signal-desk", SignalReported, event)
        await there.logs("event_delayed", agency="signal-desk")
        assert await here.waiting("signal-desk") == 3
        assert await here.dead("signal-desk") == ()
        await there.revive("temporal")
        references = [event["caseref"] for event in events]
        await asyncio.gather(*(to_consent(here.staff, reference) for reference in references))
        await without_help(here.staff, [running, *references])
        await all_closed(there, [running, *references])


async def test_all_offices_are_killed_in_the_middle_and_all_cases_go_on(tmp_path: Path) -> None:
    async with town(tmp_path / "home") as there:
        offices = await there.open_offices()
        here = there.here
        references = await reported(here.staff, 3)
        await asyncio.gather(*(here.staff.decide("coordinator-almere", case, "accept_case") for case in references))
        offices.kill()
        events = [here.event("urk", SignalReported, SIGNAL.model_dump(mode="json")) for _ in range(2)]
        for event in events:
            await here.put("urk", "signal-desk", SignalReported, event)
        await there.open_offices()
        new = [event["caseref"] for event in events]
        await asyncio.gather(*(to_consent(here.staff, reference) for reference in new))
        for case in references:
            await here.staff.decide("coordinator-almere", case, "record_triage", finding="presumed_victim")
            await here.staff.decide("coordinator-almere", case, "record_intake", needs="an example")
        await without_help(here.staff, references + new)
        await all_closed(there, references + new)
