"""What processes use, as Linux tells it (proc(5))."""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def spent_by(pid: int) -> float:
    """Processor seconds of a process so far: fields 14 and 15 of ``stat``."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    """What a process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def children(pid: int) -> set[int]:
    """The processes that a process has started and that still run."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return {int(child) for task in tasks for child in (task / "children").read_text(encoding="ascii").split()}


def kill_all(pids: Iterable[int]) -> None:
    """Kill processes without a word; one may be gone already, since it ends with the one that started it."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
