"""What processes use, as Linux tells it (proc(5))."""

import os
from pathlib import Path


def spent_by(pid: int) -> float:
    """Processor seconds of a process so far: fields 14 and 15 of ``stat``."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    """What a process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
