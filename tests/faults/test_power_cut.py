"""The power fails while cases run: what was acknowledged is there when it is back, and has its effect once."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from runtime.audit.proof import Proof, prove
from runtime.audit.tampering import Kind
from runtime.keys.signatures import KeyFileSigner
from runtime.servers.embedded import read_running
from tests.faults.checker import faults
from tests.faults.disk import Disk, disk_of_its_own
from tests.faults.looking import seen, settled
from tests.faults.playing import LEFT_OPEN
from tests.faults.progress import say
from tests.faults.record import Record
from tests.installed import PATIENCE, ROOT, Keten
from tests.runtime.audit_logs import opened

pytestmark = pytest.mark.power_cut
CASES = 20
CUT_AFTER = 45
"""Acts that were acknowledged before the cut: some cases are closed by then, and some not begun."""
WRITES = """
import os, sys
kept, lost = (open(name, "w") for name in sys.argv[1:])
for file in (kept, lost):
    file.write("the last word")
    file.flush()
os.fsync(kept.fileno())
"""


@pytest.fixture
def disk(tmp_path: Path) -> Generator[Disk]:
    yield from disk_of_its_own(tmp_path)


@pytest.mark.timeout(900)
async def test_what_was_acknowledged_outlives_a_power_cut(tmp_path: Path, disk: Disk, capsys: pytest.CaptureFixture[str]) -> None:
    keten, path = Keten(disk.where / "home", KETEN_CLOCKS=""), tmp_path / "record"
    keten.log_file, keten.out_file = tmp_path / "keten.log", tmp_path / "keten.out"
    with capsys.disabled():
        keten.up()
        running = read_running(keten.settings)
        assert running
        staff = playing(keten, path)
        until_acknowledged(path, staff, CUT_AFTER)
        disk.cut()
        end(staff.pid, keten.pid, *running.pids.values())
        staff.wait()
        keten.stop()
        say(f"\nthe power was cut after {Record(path).acts} acts")
        disk.unmount()
        assert disk.mount()
        keten.up()
        try:
            staff = playing(keten, path)
            assert staff.wait(600) == 0
            record = Record(path)
            await settled(keten, record)
            found = await seen(keten, record)
        finally:
            staff.kill()
            keten.stop()
    assert len(record.signals) >= CASES + CASES // LEFT_OPEN
    assert record.finished == record.signals.keys()
    assert faults(record, found) == []


def test_what_was_not_flushed_is_lost(disk: Disk) -> None:
    """The control: the cut really cuts."""
    kept, lost = disk.where / "kept", disk.where / "lost"
    subprocess.run([sys.executable, "-c", WRITES, kept, lost], check=True)
    assert lost.read_text() == "the last word"
    disk.cut()
    disk.unmount()
    assert disk.mount()
    assert kept.read_text() == "the last word"
    assert not lost.exists() or lost.read_text() == ""


def test_an_audit_log_agrees_with_its_head_after_a_power_cut(tmp_path: Path, disk: Disk) -> None:
    """The head is not flushed with each entry: it may be one of before, and is never half there."""
    folder = disk.where / "audit"
    url, writing = f"sqlite:///{folder}/some.db", [sys.executable, "-m", "tests.runtime.appending"]
    subprocess.run([*writing, url, folder, "c-17", "3"], check=True, cwd=ROOT)
    os.sync()
    subprocess.run([*writing, url, folder, "c-17", "20"], check=True, cwd=ROOT)
    disk.cut()
    disk.unmount()
    assert disk.mount()
    signer = KeyFileSigner(tmp_path / "almere.audit.jwk", "almere.audit")
    copy = shutil.copytree(folder, tmp_path / "copy")  # what is opened here would keep the disk busy
    log = opened(f"sqlite:///{copy}/some.db", copy)
    assert prove(log, signer) == Proof(held=23, signed=None, flaws=())
    kept = log.head_file.read()
    assert kept
    assert 3 <= kept.seq <= 23
    log.head_file.path.write_text("")
    [flaw] = prove(log, signer).flaws
    assert flaw.kind is Kind.NO_HEAD, "the control: half a head would be found"


def playing(keten: Keten, record: Path) -> "subprocess.Popen[bytes]":
    """The staff as a process of its own, whose record lies on another disk; it goes on with what is not finished."""
    arguments = [sys.executable, "-m", "tests.faults.playing", str(CASES), str(record)]
    return subprocess.Popen(arguments, env=keten.environment, cwd=ROOT)


def until_acknowledged(path: Path, staff: "subprocess.Popen[bytes]", acts: int) -> None:
    ends = time.monotonic() + 2 * PATIENCE
    while Record(path).acts < acts:
        assert staff.poll() is None, "the staff ended too soon"
        assert time.monotonic() < ends, "too little was acknowledged"
        time.sleep(0.05)


def end(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
