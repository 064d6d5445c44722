"""``keten up``: one at a time on a home, stopped by an interrupt, and back with all that was open; in several processes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from console.files import Found
from contracts.agencies import read_directory
from runtime.ending import EXIT_CUT_OFF
from runtime.servers.embedded import read_running
from tests.faults.checker import KINDS
from tests.faults.town import SIGNAL, to_consent, without_help
from tests.installed import Keten, eventually

pytestmark = pytest.mark.long


@pytest.fixture
def own(tmp_path: Path) -> Generator[Keten]:
    keten = Keten(tmp_path / "home", KETEN_CLOCKS="", KETEN_PROCESSES="2")
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
    assert not [pid for pid in (*running.pids.values(), *_offices(own), own.pid) if _alive(pid)]
    assert read_running(own.settings) is None
    own.up()
    await _assert_waits_as(own, before)
    await _close(own, reference)
    assert own.stop() == 0
    lines = own.log_file.read_text().splitlines()
    assert [line for line in lines if not isinstance(json.loads(line), dict)] == [], "one stream, an event per line"


@pytest.mark.parametrize(("processes", "started"), [("1", 0), ("3", 2)])
def test_offices_are_divided_among_as_many_processes_as_a_setting_says(tmp_path: Path, processes: str, started: int) -> None:
    keten = Keten(tmp_path / "home", KETEN_CLOCKS="", KETEN_PROCESSES=processes)
    keten.up()
    try:
        assert len(_offices(keten)) == started
        opened = [str(line["agency"]) for line in keten.logged("office_opened")]
        assert sorted(opened) == sorted(agency.slug for agency in read_directory().agencies)
    finally:
        assert keten.stop() == 0


def test_it_ends_when_a_process_with_offices_dies_and_says_whose(own: Keten) -> None:
    running, [other] = read_running(own.settings), _offices(own)
    assert running
    os.kill(other, signal.SIGKILL)
    assert own.ended(within=10) == 1
    [died] = own.logged("offices_died")
    assert (died["pid"], died["exit_code"]) == (other, -signal.SIGKILL)
    said = " ".join(own.log_file.read_text().split())
    assert f"the process with the offices of {died['agency']} ended with code -9" in said
    assert "Traceback" not in said
    assert not [pid for pid in running.pids.values() if _alive(pid)]


async def test_a_killed_parent_leaves_no_office(own: Keten) -> None:
    running = read_running(own.settings)
    assert running
    pids = [*_offices(own), *running.pids.values()]
    assert all(_alive(pid) for pid in pids)
    os.kill(own.pid, signal.SIGKILL)
    assert own.ended(within=10) == -signal.SIGKILL

    async def gone() -> bool:
        return not any(_alive(pid) for pid in pids)

    await eventually(gone)


def test_offices_without_servers_are_refused_in_words(tmp_path: Path) -> None:
    nobody = Keten(tmp_path / "home")
    command = [sys.executable, "-P", "-m", "console.offices", "30", "almere"]
    alone = subprocess.run(command, env=nobody.environment, capture_output=True, text=True, check=False)
    assert alone.returncode == 1
    assert "Keten does not run in" in alone.stderr
    assert "Traceback" not in alone.stderr
    assert alone.stdout == ""


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


def _offices(own: Keten) -> list[int]:
    """The processes with offices."""
    return [int(line["pid"]) for line in own.logged("offices_started")]


async def _close(own: Keten, reference: str) -> None:
    """On to the end, over agencies of both processes: the desk's, the coordinator's and the registry's files end."""
    await to_consent(own.here.staff, reference)
    await without_help(own.here.staff, [reference])

    async def closed() -> bool:
        ends = {
            (file.agency.slug, file.view.track.phase) for file in await own.here.files.about(reference) if file.view.kind in KINDS
        }
        return ends == {(slug, "closed") for slug in ("urk", "signal-desk", "coordinator-almere", "comensha")}

    await eventually(closed)
    assert len(own.registered(reference)) == 1


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
