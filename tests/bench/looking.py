"""What twenty people who look cost the others, and their console in memory: ``python -m tests.bench.looking --files 10000``.

An installation runs as people run it (``keten up``), with a console in a process of its own (``keten console``). In each round
signals are sent while nobody looks, and then while people open one page after the other. An idle office of one agency
(``keten worker``) is what the memory of the console stands beside.
"""

import argparse
import asyncio
import itertools
import logging
import subprocess
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx
import structlog
from rich.table import Table

from console.door.dev_login import Offered
from console.lists import Lists
from console.screen import screen
from console.web.one_agency import OneAgency
from tests.bench.machine import machine
from tests.bench.many_files import fill, listed
from tests.bench.processes import megabytes
from tests.bench.sides import Heard
from tests.bench.whole import OWNER, KetenSide
from tests.console.web.serving import Browser
from tests.installed import KETEN, PATIENCE, ROOT, Keten

PEOPLE = 20
READS = 5.0
"""Seconds that a person reads a page before the next."""
SETTLES = 20.0
"""Seconds after which a process that was just started is idle."""
PAGES = ("/inbox", "/board", "/help")
"""What each opens in turn."""


class Sizes(NamedTuple):
    """How much is measured."""

    files: int
    rounds: int
    signals: int


async def play(side: KetenSide, sizes: Sizes) -> None:
    """Everything, on an installation of its own."""
    await side.up()
    try:
        for name, value in machine().items():
            screen.print(f"{name}: {value}")
        await _filled(side.keten, sizes.files)
        async with AsyncExitStack() as stack:
            console, address = await stack.enter_async_context(_console(side.keten))
            people = [await stack.enter_async_context(_person(side.keten, address, number)) for number in range(PEOPLE)]
            await side.signal()  # the first pays for imports
            quiet: list[Heard] = []
            looking: list[Heard] = []
            opened = 0
            for number in range(sizes.rounds):
                screen.print(f"round {number + 1} of {sizes.rounds}")
                quiet += await _signals(side, sizes.signals)
                async with _looking(people) as paths:
                    looking += await _signals(side, sizes.signals)
                opened += len(paths)
            async with _office(side.keten) as office:
                screen.print(_table(quiet, looking, megabytes(console), megabytes(office)))
            screen.print(f"{PEOPLE} people opened {opened} pages meanwhile; {sizes.files} files are open")
    finally:
        await side.stop()


async def _filled(keten: Keten, files: int) -> None:
    installation = keten.here.installation
    agency = installation.directory.get(OWNER)
    lists = Lists(OneAgency(installation, agency, installation.witness), installation.witness)
    await fill(await installation.client(agency), agency, files - await listed(lists, agency, 0), screen.print)
    await listed(lists, agency, files)


async def _signals(side: KetenSide, number: int) -> list[Heard]:
    return [await side.signal() for _ in range(number)]


@asynccontextmanager
async def _console(keten: Keten) -> AsyncGenerator[tuple[int, str]]:
    """A console in a process of its own, and where it answers."""
    command = (KETEN, "console", "--dev-issuer", "--port", "0")
    process = subprocess.Popen(command, env=keten.environment, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout
        said = await asyncio.to_thread(process.stdout.readline)
        yield process.pid, next(word for word in said.split() if word.startswith("http://")).rstrip(".,")
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, PATIENCE)


@asynccontextmanager
async def _office(keten: Keten) -> AsyncGenerator[int]:
    """One more office of the owner, which has nothing to do."""
    process = subprocess.Popen(
        (KETEN, "worker", OWNER), env=keten.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await asyncio.sleep(SETTLES)
        assert process.poll() is None, "the office did not stay"
        yield process.pid
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, PATIENCE)


@asynccontextmanager
async def _person(keten: Keten, address: str, number: int) -> AsyncGenerator[Browser]:
    """Somebody at the owner, logged in."""
    name = f"person-{number}"
    keten.here.installation.people.add(name, OWNER)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE) as client:
        browser = Browser(client)
        assert (await browser.log_in(Offered(name, OWNER))).status_code == 303
        yield browser


@asynccontextmanager
async def _looking(people: list[Browser]) -> AsyncGenerator[list[str]]:
    """All look, each at another moment, until this ends; what comes back grows by each page that was opened."""
    opened: list[str] = []

    async def look(number: int, browser: Browser) -> None:
        await asyncio.sleep(READS * number / PEOPLE)
        for path in itertools.cycle(PAGES):
            assert (await browser.get(path)).status_code == 200, path
            opened.append(path)
            await asyncio.sleep(READS)

    looks = [asyncio.create_task(look(number, browser)) for number, browser in enumerate(people)]
    try:
        await asyncio.sleep(READS)
        yield opened
        assert not any(task.done() for task in looks), "somebody could not look"
    finally:
        for task in looks:
            task.cancel()
        await asyncio.gather(*looks, return_exceptions=True)


def _table(quiet: list[Heard], looking: list[Heard], console: float, office: float) -> Table:
    table = Table("what", "nobody looks", f"{PEOPLE} people look", "times", "goal", title="middle of all signals")
    rows = (
        ("signal to receipt, ms", [one.answered for one in quiet], [one.answered for one in looking]),
        ("signal to coordinator's file, ms", [one.arrived for one in quiet], [one.arrived for one in looking]),
    )
    for what, before, after in rows:
        alone, beside = median(before) * 1000, median(after) * 1000
        table.add_row(what, f"{alone:.0f}", f"{beside:.0f}", f"{beside / alone:.2f}", "1.1")
    table.add_row("memory, MB: idle office, console", f"{office:.0f}", f"{console:.0f}", f"{console / office:.2f}", "1.5")
    return table


def main() -> None:
    """Read the sizes, and play."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="open files of the agency whose people look")
    parser.add_argument("--rounds", type=int, default=5, help="how often both are measured")
    parser.add_argument("--signals", type=int, default=20, help="signals in each round")
    sizes = Sizes(**vars(parser.parse_args()))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(KetenSide(Path(folder) / "home", 0), sizes))


if __name__ == "__main__":
    main()
