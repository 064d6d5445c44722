"""A worker is killed in the middle of a case: nothing is lost, nothing is done twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from console.demo.staff import SimulatedStaff
from console.installation import Installation
from contracts.agencies import read_directory
from contracts.events.signals import Signal, SignalReported
from contracts.views import FileView
from runtime.servers.embedded import embedded
from runtime.settings import Settings
from workers.kinds import office

pytestmark = pytest.mark.long

KILLED = "coordinator-almere"
SIGNAL = SignalReported(signal=Signal(municipality="GM0995", account="an example"))


@asynccontextmanager
async def town(home: Path) -> AsyncGenerator[Installation]:
    """Servers and every office but one in this process."""
    settings = Settings(home=home, gap_patience=5.0)
    directory = read_directory()
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(embedded(settings, directory))
        installation = Installation.of(settings, running)
        for agency in directory.agencies:
            if agency.slug != KILLED:
                await stack.enter_async_context(office(agency, installation).open())
        yield installation


def worker(installation: Installation) -> "subprocess.Popen[bytes]":
    """The missing office, as a process of its own."""
    told = {
        **os.environ,
        "KETEN_HOME": str(installation.settings.home),
        "KETEN_NATS_URL": installation.nats_url,
        "KETEN_TEMPORAL_ADDRESS": installation.temporal_address,
        "KETEN_GAP_PATIENCE": "5",
    }
    keten = Path(sys.executable).parent / "keten"
    with (installation.settings.home / "worker.log").open("ab") as log:
        return subprocess.Popen([keten, "worker", KILLED], env=told, stdout=log, stderr=log)


def kill(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def doubled(views: list[FileView]) -> list[tuple[str, str, str, str]]:
    """What stands more often in the story of one agency's file than it can."""
    lines = Counter((view.agency, view.kind, line.what, str(sorted(line.facts.items()))) for view in views for line in view.story)
    return [line for line, count in lines.items() if count > 1]


@pytest.mark.chaos
async def test_a_killed_worker_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    async with town(tmp_path / "home") as installation:
        staff = SimulatedStaff(installation)
        first = worker(installation)
        try:
            case = await staff.report("lelystad", SIGNAL, "signal-desk")
            await staff.decide(KILLED, case, "accept_case")
            await staff.decide(KILLED, case, "record_triage", finding="presumed_victim")
            await staff.decide(KILLED, case, "record_intake", needs="an example")
        finally:
            kill(first)
        meanwhile = await staff.report("urk", SIGNAL, "signal-desk")
        second = worker(installation)
        try:
            await staff.decide(KILLED, case, "record_consent", help=True)
            shelters = ["cosm-shelter", "womens-shelter"]
            await staff.decide(KILLED, case, "offer_help", need={"service": "cosm"}, organisations=shelters)
        finally:
            kill(second)
        third = worker(installation)
        try:
            await staff.decide("cosm-shelter", case, "decline_offer", reason="full")
            await staff.decide("womens-shelter", case, "accept_offer")
            await staff.decide("womens-shelter", case, "report_first_contact")
            await staff.decide("womens-shelter", case, "complete_help", outcome="safe_housing")
            await staff.decide(KILLED, case, "start_aftercare")
            await staff.decide(KILLED, case, "conclude_case", outcome="helped")
            await staff.sees("lelystad", case, "closed", "report")
            await staff.decide(KILLED, meanwhile, "accept_case")
            views = [found.view for found in await staff.files(case) if found.view.kind != "retention"]
        finally:
            kill(third)
    assert doubled(views) == []
    assert {view.kind: view.track.phase for view in views} == {
        "signal": "closed",
        "case": "closed",
        "placement": "closed",
        "registration": "closed",
        "report": "closed",
    }


async def test_what_is_doubled_is_found(tmp_path: Path) -> None:
    async with town(tmp_path / "home") as installation:
        staff = SimulatedStaff(installation)
        case = await staff.report("lelystad", SIGNAL, "signal-desk")
        view = (await staff.sees("signal-desk", case, "with_coordinator", "signal")).view
    twice = view.model_copy(update={"story": (*view.story, view.story[0])})
    assert doubled([view]) == []
    assert doubled([view, view.model_copy(update={"agency": "almere"})]) == [], "two agencies may have the same line"
    assert doubled([twice])
