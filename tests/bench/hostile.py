"""How much longer a case takes beside an agency that does all it can to stop others; the aim is at most twice as long."""

import asyncio
import logging
import tempfile
import time
from pathlib import Path

import structlog

from console.commands.demo import CLOCKS
from console.demo.staff import SimulatedStaff
from console.demo.stories import with_help_and_riec
from console.installation import everything
from console.screen import screen
from runtime.settings import Settings
from tests.faults.hostile import Attacker, poisoned
from workers.office import Office

CASES = 5
HEAD_START = 10.0
"""Seconds until shares are full, and stay so."""


async def measure() -> None:
    """Play cases alone and under attack, in one installation, and print the ratio."""
    Office.take = poisoned(Office.take)  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory(prefix="keten-bench-") as home:
        async with everything(Settings(home=Path(home), clocks=CLOCKS)) as (installation, _):
            staff = SimulatedStaff(installation)
            await with_help_and_riec(staff)
            alone = await _seconds(staff)
            async with Attacker(installation).at_work():
                await asyncio.sleep(HEAD_START)
                attacked = await _seconds(staff)
    screen.print(f"a case alone {alone:.1f} s, under attack {attacked:.1f} s: {attacked / alone:.1f} times")


async def _seconds(staff: SimulatedStaff) -> float:
    began = time.monotonic()
    for _ in range(CASES):
        await with_help_and_riec(staff)
    return (time.monotonic() - began) / CASES


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)  # what is refused to the attacker is tried again and again, and said each time
    asyncio.run(measure())
