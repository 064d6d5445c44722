"""What privacy costs: the share of processor time that goes into encryption, signing and logging, per case.

``make bench`` plays whole cases (help, RIEC, registration: the demo's first story) on real servers with all offices in this
process, one after another. Each guarded function is wrapped by a clock of its thread's processor time, which counts neither
waiting nor what other threads do meanwhile. Inner clocks are taken off outer ones, so that nothing is counted twice. Shares are
of this process, where all of Keten runs; the two servers' processor time stands beside it, and how often Keten's own stores
waited for the disk.
"""

import argparse
import asyncio
import functools
import logging
import os
import platform
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.progress import track
from rich.table import Table

from console.commands.demo import CLOCKS
from console.demo.staff import SimulatedStaff
from console.demo.stories import with_help_and_riec
from console.everything import everything
from console.screen import screen
from runtime.audit.log import AuditLog
from runtime.bus.seal import Seal
from runtime.keys.case_keys import CaseKeys
from runtime.logs import configure_logs
from runtime.processing.log import SqlProcessingLog
from runtime.settings import Settings
from runtime.temporal.codec import CaseCodec
from tests.bench.processes import spent_by
from tests.flushes import counted

GUARDED: dict[str, tuple[tuple[type[Any], tuple[str, ...]], ...]] = {
    "encryption of what Temporal stores": (
        (CaseCodec, ("_encrypted", "_decrypted")),
        (CaseKeys, ("_make_or_get", "_get")),
    ),
    "sealing and signing of events": ((Seal, ("closed", "opened")),),
    "processing log": ((SqlProcessingLog, ("_write",)),),
    "audit log": ((AuditLog, ("_append", "_sign_head")),),
}


class Clock:
    """Processor time and calls per part, over all threads."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self._of_thread = threading.local()
        self._alone = threading.Lock()

    def wrap(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, measured."""

        @functools.wraps(work)
        def measured(*arguments: Any, **named: Any) -> Any:
            open_ones: list[float] = self._of_thread.__dict__.setdefault("inner", [])
            open_ones.append(0.0)
            began = time.thread_time()
            try:
                return work(*arguments, **named)
            finally:
                whole = time.thread_time() - began
                inner = open_ones.pop()
                if open_ones:
                    open_ones[-1] += whole
                with self._alone:
                    self.seconds[part] += whole - inner
                    self.calls[part] += 1

        return measured


def measure_all(clock: Clock) -> None:
    """Wrap every guarded function, for the rest of this process.

    Raises:
        AttributeError: One has another name now: change ``GUARDED``.
    """
    for part, places in GUARDED.items():
        for owner, names in places:
            for name in names:
                setattr(owner, name, clock.wrap(part, getattr(owner, name)))


async def measure(cases: int) -> None:
    """Play the cases and print the shares."""
    clock = Clock()
    measure_all(clock)
    with tempfile.TemporaryDirectory(prefix="keten-bench-") as home:
        settings = Settings(home=Path(home), clocks=CLOCKS)
        async with everything(settings) as (installation, running):
            staff = SimulatedStaff(installation)
            await with_help_and_riec(staff)  # the first pays for imports and for statements that are compiled once
            clock.seconds.clear()
            clock.calls.clear()
            own, others = time.process_time(), {name: spent_by(pid) for name, pid in running.pids.items()}
            with counted(Path(home)) as flushes:
                for _ in track(range(cases), description="cases", console=screen):
                    await with_help_and_riec(staff)
            own = time.process_time() - own
            others = {name: spent_by(running.pids[name]) - before for name, before in others.items()}
    screen.print(table(clock, cases, own, others))
    each = ", ".join(f"{store} {count / cases:.1f}" for store, count in flushes.most_common())
    screen.print(f"waits for the disk per case: {flushes.total() / cases:.1f} ({each})")
    screen.print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")


def table(clock: Clock, cases: int, own: float, others: dict[str, float]) -> Table:
    """Per part: calls and milliseconds per case, and the share of this process."""
    drawn = Table("part", "calls per case", "ms per case", "share", title=f"processor time of {cases} cases")
    for part in GUARDED:
        spent = clock.seconds[part]
        drawn.add_row(part, f"{clock.calls[part] / cases:.0f}", f"{spent * 1000 / cases:.1f}", f"{spent / own:.1%}")
    privacy = sum(clock.seconds.values())
    drawn.add_row("all of these", "", f"{privacy * 1000 / cases:.1f}", f"{privacy / own:.1%}", end_section=True)
    drawn.add_row("Keten, all offices", "", f"{own * 1000 / cases:.0f}", "100%")
    for name, spent in others.items():
        drawn.add_row(name, "", f"{spent * 1000 / cases:.0f}", f"+{spent / own:.0%}")
    return drawn


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20)
    configure_logs(level=logging.CRITICAL)
    asyncio.run(measure(parser.parse_args().cases))
