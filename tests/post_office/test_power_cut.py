"""The power fails under post offices: what was said to be kept arrives, and what was acknowledged to the bus is in the feed."""

import asyncio
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from contracts.agencies import Directory
from tests.bus_server import DESK, POLICE, BusServer
from tests.faults.disk import Disk, disk_of_its_own
from tests.post_office.at_work import PATIENT, at_work, heard
from tests.post_office.test_killed import Driven, in_order, live

pytestmark = pytest.mark.power_cut
CASES, EVENTS, CUTS = 8, 40, 3


@pytest.fixture
def disk(tmp_path: Path) -> Generator[Disk]:
    yield from disk_of_its_own(tmp_path)


@pytest.fixture
def bus(disk: Disk, directory: Directory) -> Generator[BusServer]:
    """Bus, books, logs and keys all lie on that disk."""
    server = BusServer(disk.where / "home", directory)
    server.start()
    try:
        server.provision()
        os.sync()  # what was there before anything was handed in
        yield server
    finally:
        server.kill()


async def _cut(disk: Disk, bus: BusServer, *offices: Driven) -> None:
    disk.cut()
    for office in offices:
        await office.kill()
    bus.kill()
    disk.unmount()
    assert disk.mount()
    bus.start()


@pytest.mark.timeout(900)
async def test_what_was_kept_and_what_was_acknowledged_outlive_power_cuts(disk: Disk, bus: BusServer) -> None:
    police, desk = Driven(bus, POLICE), Driven(bus, DESK)
    await asyncio.gather(police.start(), desk.start())
    living = asyncio.gather(*(live(police, case, EVENTS) for case in range(CASES)))
    for cut in range(1, CUTS + 1):
        while police.kept < CASES * EVENTS * cut / (CUTS + 1):
            await asyncio.sleep(0.01)
        assert not living.done(), "it was cut while something was under way"
        await _cut(disk, bus, police, desk)
        await asyncio.gather(police.start(), desk.start())
    await living
    await desk.kill()
    async with at_work(bus, DESK, **PATIENT) as whole:
        in_order(await heard(whole, CASES * EVENTS), CASES, EVENTS)
    await police.kill()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("control", ["", "cache"])
async def test_a_book_that_does_not_wait_for_its_disk_is_found_out(disk: Disk, bus: BusServer, control: str) -> None:
    police = Driven(bus, POLICE, control=control)
    await police.start()
    await asyncio.to_thread(os.sync)  # the stores are there; what is said from now on is what this is about
    said = [await police.keep(str(number), f"0 {number}", None) for number in range(30)]
    await _cut(disk, bus, police)
    async with at_work(bus, POLICE) as whole:
        there = [caseref for caseref in said if await whole.book.case(caseref)]
    assert (there == said) is (control == "")
