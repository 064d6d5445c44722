"""Kills at random moments: what dies, when, and for how long follows from one number, so that a run can be had again."""

import asyncio
import os
import random
import subprocess
from typing import NamedTuple

from tests.faults.progress import say
from tests.faults.record import Record
from tests.faults.town import Town

SEED = "CHAOS_SEED"
OFFICES, BUS, TEMPORAL = "offices", "nats-server", "temporal"
TOGETHER: tuple[tuple[str, ...], ...] = (
    (OFFICES,),
    (BUS,),
    (TEMPORAL,),
    (OFFICES, BUS),
    (OFFICES, TEMPORAL),
    (BUS, TEMPORAL),
    (OFFICES, BUS, TEMPORAL),
)
ALONE_THRICE = (3, 3, 3, 1, 1, 1, 1)
LONGEST = 6.0
"""Seconds for which something may be away."""
AGAIN = 0.4
MEANWHILE = 0.1


class Kill(NamedTuple):
    """What dies when so much was acknowledged, and for how many seconds; those that die come back in this order."""

    after: int
    victims: tuple[str, ...]
    away: float
    again: bool
    """Whether the offices die once more while they open."""


def seed() -> int:
    """The number of this run: given, or drawn."""
    return int(os.environ.get(SEED) or random.SystemRandom().randrange(10**6))


def plan(number: int, kills: int, acts: int) -> list[Kill]:
    """So many kills, spread over so many acts."""
    draw = random.Random(number)
    found: list[Kill] = []
    for after in sorted(draw.sample(range(acts // 50, acts * 19 // 20), kills)):
        [victims] = draw.choices(TOGETHER, ALONE_THRICE)
        order, again = tuple(draw.sample(victims, len(victims))), draw.random() < AGAIN
        found.append(Kill(after, order, draw.uniform(0, LONGEST), again=again and OFFICES in order))
    return found


class Killer:
    """Carries a plan out.

    Args:
        town: Whose servers and offices die.
        record: What was acknowledged so far.
        offices: The process that has them open.
    """

    def __init__(self, town: Town, record: Record, offices: "subprocess.Popen[bytes]") -> None:
        self._town = town
        self._record = record
        self._offices = offices
        self.killed = 0

    async def carry_out(self, kills: list[Kill]) -> None:
        """One after the other; all is up again at the end."""
        for kill in kills:
            while self._record.acts < kill.after:
                assert self._offices.poll() is None, "the offices ended by themselves"
                await asyncio.sleep(MEANWHILE)
            say(f"kill {self.killed + 1} of {len(kills)}: {self._record.acts} acknowledged; {kill}")
            await self._once(kill)
            self.killed += 1
        assert self._offices.poll() is None, "the offices ended by themselves"

    async def _once(self, kill: Kill) -> None:
        for victim in kill.victims:
            await self._end(victim)
        await asyncio.sleep(kill.away)
        for server in kill.victims:
            if server != OFFICES:
                await self._town.revive(server)
        if OFFICES in kill.victims:
            if kill.again:
                await self._town.start_offices(kill.away / 2)
            self._offices = await self._town.open_offices()

    async def _end(self, victim: str) -> None:
        if victim == OFFICES:
            self._offices.kill()
            self._offices.wait()
        else:
            await self._town.kill(victim)
