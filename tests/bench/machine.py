"""On what it was measured: figures say nothing without it."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from runtime.servers.embedded import binary
from tests.installed import ROOT


def machine() -> dict[str, str]:
    """This machine, what runs on it, and which Keten."""
    memory = Path("/proc/meminfo").read_text(encoding="ascii").split("MemTotal:")[1].split()[0]
    return {
        "commit": _said("git", "rev-parse", "--short", "HEAD")
        + (" with changes" if _said("git", "status", "--porcelain") else ""),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {int(memory) / 2**20:.1f} GiB of memory",
        "load before it began": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "Python": platform.python_version(),
        "temporalio": version("temporalio"),
        "Temporal": _said(binary("temporal"), "--version"),
        "NATS": _said(binary("nats-server"), "--version"),
    }


def _said(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()
