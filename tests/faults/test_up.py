"""``keten up``: one at a time on a home, stopped by an interrupt, and back with everything that was open."""

import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest

from console.files import Found
from runtime.ending import EXIT_CUT_OFF
from runtime.servers.embedded import read_running
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


@pytest.mark.chaos
@pytest.mark.parametrize("hangs", [("nats-server",), ("temporal",), ("nats-server", "temporal")], ids="+".join)
def test_a_termination_signal_ends_it_while_servers_hang(own: Keten, hangs: tuple[str, ...]) -> None:
    running = read_running(own.settings)
    assert running
    for name in hangs:
        os.kill(running.pids[name], signal.SIGSTOP)
    os.kill(own.pid, signal.SIGTERM)
    assert own.ended(within=10) in {0, EXIT_CUT_OFF}
    if own.logged("end_cut_off"):
        assert own.logged("end_cut_off")[0]["kind"], "it says what hung"
    assert not [pid for pid in running.pids.values() if _alive(pid)]


@pytest.mark.chaos
@pytest.mark.parametrize("dies", ["nats-server", "temporal"])
def test_it_ends_when_a_server_dies_and_says_which(own: Keten, dies: str) -> None:
    running = read_running(own.settings)
    assert running
    os.kill(running.pids[dies], signal.SIGKILL)
    assert own.ended(within=10) in {1, EXIT_CUT_OFF}
    assert [line["server"] for line in own.logged("server_died")] == [dies]
    assert not [pid for pid in running.pids.values() if _alive(pid)]


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
