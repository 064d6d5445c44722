"""``keten up``: one at a time on a home, stopped by an interrupt, and back with everything that was open."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from console.files import Found
from runtime.servers import read_running
from tests.faults.town import SIGNAL
from tests.installed import Keten


@pytest.fixture
def own(tmp_path: Path) -> Generator[Keten]:
    keten = Keten(tmp_path / "home", KETEN_CLOCKS="")
    keten.up()
    try:
        yield keten
    finally:
        keten.stop()


async def test_up_twice_is_refused_an_interrupt_stops_cleanly_and_the_case_still_waits(own: Keten) -> None:
    reference = await own.here.staff.report("urk", SIGNAL, "signal-desk")
    before = await own.here.staff.sees("coordinator-almere", reference, "offered", "case")
    again = own.command("up")
    assert again.returncode == 1
    assert "Keten already runs on" in again.stderr
    assert "Traceback" not in again.stderr
    running = read_running(own.settings)
    assert running
    assert own.stop() == 0
    assert not [pid for pid in (*running.pids.values(), own.pid) if _alive(pid)]
    assert read_running(own.settings) is None
    own.up()
    await _assert_waits_as(own, before)


async def _assert_waits_as(own: Keten, before: Found) -> None:
    """The same case, on the same clock, with the same story."""
    [case] = await own.here.at("coordinator-almere", before.view.reference)
    assert case.view == before.view
    shown = own.command("cases", "--phase", "offered")
    assert before.view.reference in shown.stdout


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
