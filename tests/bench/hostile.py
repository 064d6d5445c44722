"""How much longer a case takes beside an agency that does all it can to stop others; the aim is at most twice as long.

    python -m tests.bench.hostile [ROUNDS]

Rounds alone and under attack take turns in one installation, so that what else the machine does is in both. The attacker is a
process of its own that sends at most 100 messages of each of five kinds in a second; what it uses of the processor is printed,
because on a machine with few of them it lacks elsewhere.
"""

import asyncio
import logging
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import structlog

from console.commands.demo import CLOCKS
from console.demo.stories import with_help_and_riec
from console.everything import everything
from console.screen import screen
from runtime.settings import Settings
from tests.faults.hostile import Patient, attacking, poisoned
from workers.office import Office

ROUNDS = 5
HEAD_START = 10.0
"""Seconds until shares are full, and stay so."""
REST = 10.0
"""Seconds in which what the attacker left is refused or taken."""


async def measure(rounds: int = ROUNDS) -> None:
    """Play cases alone and under attack, and print the ratio."""
    Office.take = poisoned(Office.take)  # type: ignore[method-assign]
    alone: list[float] = []
    attacked: list[float] = []
    with tempfile.TemporaryDirectory(prefix="keten-bench-") as home:
        async with everything(Settings(home=Path(home), clocks=CLOCKS)) as (installation, _):
            staff = Patient(installation)
            await with_help_and_riec(staff)
            for _ in range(rounds):
                alone.append(await _seconds(staff, "alone"))
                async with attacking(Path(home)):
                    await asyncio.sleep(HEAD_START)
                    attacked.append(await _seconds(staff, "attacked"))
                await asyncio.sleep(REST)
    used = resource.getrusage(resource.RUSAGE_SELF)
    ratios = [under / by_itself for by_itself, under in zip(alone, attacked, strict=True)]
    screen.print(f"a case alone {_said(alone)} s, under attack {_said(attacked)} s: {_said(ratios)} times")
    screen.print(f"{os.cpu_count()} processors; the offices used {used.ru_utime + used.ru_stime:.0f} s of them")


async def _seconds(staff: Patient, what: str) -> float:
    began = time.monotonic()
    await with_help_and_riec(staff)
    took = time.monotonic() - began
    screen.print(f"{what} {took:.1f} s")
    return took


def _said(found: list[float]) -> str:
    return f"{statistics.median(found):.1f} ({min(found):.1f} to {max(found):.1f})"


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)  # what is refused to the attacker is tried again and again, and said each time
    asyncio.run(measure(*map(int, sys.argv[1:])))
