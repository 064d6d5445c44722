"""What a case costs, always beside the smallest Temporal program that does as much: ``make bench``.

Both run as people run them, in processes of their own, on servers with the same settings; this process drives them and is not
measured. They take turns in every round, so that what else the machine does is in both.
"""

import argparse
import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from console.screen import screen
from tests.bench.bare import BareSide
from tests.bench.counts import Counts
from tests.bench.figures import Measured, Results, page, picture, tables
from tests.bench.machine import machine
from tests.bench.sides import Heard, Side
from tests.bench.whole import KetenSide
from tests.installed import ROOT

PAGE = ROOT / "docs" / "benchmarks" / "README.md"
AT_ONCE = 16
"""Signals under way while many are opened."""
LAST = 10
"""Decisions of which the middle one is taken."""
NOT_MEASURED = "the process that drives both; more machines than one, TLS, PostgreSQL; files with more than a thousand events"


class Sizes(NamedTuple):
    """How much is measured."""

    rounds: int = 5
    cases: int = 8
    in_flight: tuple[int, ...] = (1, 4, 16)
    signals: int = 20
    restarts: int = 3
    long: tuple[int, ...] = (10, 100, 1000)
    open: int = 1000
    processes: int = 0
    """Among which Keten's offices are divided; 0: as `keten up` does when nothing is said."""


class Bench:
    """Both sides, and what was found so far."""

    def __init__(self, keten: KetenSide, bare: BareSide, sizes: Sizes) -> None:
        self._keten, self._bare, self._sizes = keten, bare, sizes
        self._sides: dict[str, Side] = {"keten": keten, "bare": bare}
        self._found: defaultdict[tuple[str, str, bool], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    async def play(self) -> Results:
        """Everything; the first case of each pays for imports."""
        circumstances = machine()
        self._bare.like_open = await self._keten.count(whole=False)
        keten = self._bare.like = await self._keten.count(whole=True)
        bare = await self._bare.count()
        for number in range(self._sizes.rounds):
            screen.print(f"round {number + 1} of {self._sizes.rounds}")
            for in_flight in self._sizes.in_flight:
                await self._each(lambda name, side, count=in_flight: self._cases(name, side, count))
            await self._each(lambda name, side: self._signals(name, side, "few are open"))
        for _ in range(self._sizes.restarts):
            await self._each(self._restart)
        if self._sizes.long:
            await self._each(self._long)
        if self._sizes.open:
            await self._each(self._open)
        return Results(self._measured(), keten, bare, circumstances | self._how(bare))

    async def _each(self, work: Callable[[str, Side], Awaitable[None]]) -> None:
        for name, side in self._sides.items():
            await work(name, side)

    async def _cases(self, name: str, side: Side, in_flight: int) -> None:
        count, room = max(self._sizes.cases, in_flight), asyncio.Semaphore(in_flight)

        async def one() -> None:
            async with room:
                await side.case()

        before, began = side.spent(), time.monotonic()
        await asyncio.gather(*(one() for _ in range(count)))
        took = time.monotonic() - began
        spent = {process: (after - before[process]) * 1000 / count for process, after in side.spent().items()}
        where = f"{in_flight} in flight"
        self._note(name, f"cases, {where}", "per second", count / took, more_is_better=True)
        self._note(name, f"processor, {where}", "ms per case", sum(spent.values()))
        for process, used in spent.items():
            self._note(name, f"of which {process}, {where}", "ms per case", used)

    async def _signals(self, name: str, side: Side, when: str) -> None:
        heard: list[Heard] = [await side.signal() for _ in range(self._sizes.signals)]
        self._note(name, f"signal to receipt, {when}", "ms", 1000 * median(one.answered for one in heard))
        self._note(name, f"signal to coordinator's file, {when}", "ms", 1000 * median(one.arrived for one in heard))

    async def _restart(self, name: str, side: Side) -> None:
        began = time.monotonic()
        await side.restart()
        await side.signal()
        self._note(name, "all killed to next file", "s", time.monotonic() - began)

    async def _long(self, name: str, side: Side) -> None:
        took = await side.long(max(self._sizes.long))
        for told in self._sizes.long:
            self._note(name, f"a decision, after {told:,} in its file", "ms", 1000 * median(took[:told][-LAST:]))

    async def _open(self, name: str, side: Side) -> None:
        room, before = asyncio.Semaphore(AT_ONCE), side.megabytes()

        async def one() -> None:
            async with room:
                await side.signal()

        await asyncio.gather(*(one() for _ in range(self._sizes.open)))
        self._note(name, "memory, few are open", "MB", before)
        self._note(name, f"memory, {self._sizes.open:,} are open", "MB", side.megabytes())
        await self._signals(name, side, f"{self._sizes.open:,} are open")

    def _note(self, name: str, what: str, unit: str, value: float, *, more_is_better: bool = False) -> None:
        self._found[what, unit, more_is_better][name].append(value)

    def _measured(self) -> list[Measured]:
        return [
            Measured(what, unit, tuple(of["keten"]), tuple(of["bare"]), better)
            for (what, unit, better), of in self._found.items()
        ]

    def _how(self, bare: Counts) -> dict[str, str]:
        sizes = self._sizes
        cases = ", ".join(f"{max(sizes.cases, count)} with {count} in flight" for count in sizes.in_flight)
        return {
            "rounds": f"{sizes.rounds}; cases in each: {cases}; signals in each: {sizes.signals}; restarts: {sizes.restarts}",
            "processes": f"{1 + sum(name.startswith('offices') for name in self._keten.pids)} with Keten's offices, 1 of bare",
            "bare": f"{bare.workflows} workflows, {bare.updates} updates, {bare.hops} hops per case, counted at Keten",
            "not measured": NOT_MEASURED,
        }


@asynccontextmanager
async def both(processes: int = 0) -> AsyncGenerator[tuple[KetenSide, BareSide]]:
    """Keten and the bare program, each in a home of its own; Keten's offices among so many processes, as ``keten up`` divides."""
    with tempfile.TemporaryDirectory(prefix="keten-bench-") as home:
        keten, bare = KetenSide(Path(home) / "keten", processes), BareSide(Path(home) / "bare")
        try:
            await keten.up()
            await bare.up()
            yield keten, bare
        finally:
            await bare.stop()
            await keten.stop()


async def measure(sizes: Sizes) -> Results:
    """Measure, and print what was found."""
    async with both(sizes.processes) as (keten, bare):
        results = await Bench(keten, bare, sizes).play()
    for table in tables(results):
        screen.print(table)
    for name, value in results.circumstances.items():
        screen.print(f"{name}: {value}")
    return results


def main() -> None:
    """Read what is asked for, measure it, and write it down if asked."""
    usual = Sizes()
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("rounds", "cases", "signals", "restarts", "open", "processes"):
        parser.add_argument(f"--{name}", type=int, default=getattr(usual, name))
    parser.add_argument("--long", type=int, nargs="*", default=usual.long)
    parser.add_argument("--in-flight", type=int, nargs="+", default=usual.in_flight)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)} and the picture beside it")
    given = vars(parser.parse_args())
    write = given.pop("write")
    results = asyncio.run(measure(Sizes(**given)))
    if write:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
        PAGE.with_name("times.svg").write_text(picture(results.measured), encoding="utf-8")


if __name__ == "__main__":
    main()
