"""Lists among many files, and pages beside a bare page of as many bytes: ``python -m tests.bench.pages --files 10000``.

An installation runs as people run it (``keten up``). Its console is served by this process; who asks is another one. Files that
nobody works on are opened beside a real case.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from rich.table import Table

from console.demo.staff import SimulatedStaff
from console.door.dev_login import Offered
from console.lists import Lists
from console.screen import screen
from console.web.one_agency import OneAgency
from contracts.events.signals import Signal, SignalReported
from runtime.http.listening import bound
from tests.bench.loaded import AT_ONCE
from tests.bench.machine import machine
from tests.bench.many_files import Reached, fill, listed, reached
from tests.console.web.serving import Browser, consoled
from tests.installed import PATIENCE, ROOT, Here, Keten, eventually

OWNER, SHELTER, REPORTER = "coordinator-almere", "cosm-shelter", "urk"
FILES = 5
"""Of one case at one agency."""

LINE = 100
"""Bytes of a line of the bare page."""


class Goal(NamedTuple):
    """A page, and how often it may need what the bare page needs."""

    what: str
    path: str
    browser: Browser
    times: float


class Took(NamedTuple):
    """How long a page and the bare one took: of a hundred answers the ninety-fifth, in seconds."""

    goal: Goal
    size: int
    ours: float
    bare: float

    @property
    def times(self) -> float:
        """How often it needs what the bare one needs."""
        return self.ours / self.bare


async def play(home: Path, few: int, many: int, asked: int) -> None:
    """Everything, on an installation of its own."""
    keten = Keten(home, KETEN_CLOCKS="", KETEN_OPENING_RATE="100")
    await asyncio.to_thread(keten.up)
    try:
        for name, value in machine().items():
            screen.print(f"{name}: {value}")
        here = keten.here
        reference = await _case(here)
        grown = [await _grown(here, few), await _grown(here, many)]
        screen.print(_lists(*grown))
        screen.print(_pages(await _asked(here, reference, asked)))
    finally:
        await asyncio.to_thread(keten.stop)


async def _grown(here: Here, number: int) -> Reached:
    """Open files until there are so many, and look."""
    installation = here.installation
    agency = installation.directory.get(OWNER)
    lists = Lists(OneAgency(installation, agency, installation.witness), installation.witness)
    missing = number - await listed(lists, agency, 0)
    await fill(await installation.client(agency), agency, missing, screen.print)
    return await reached(lists, agency, await listed(lists, agency, number))


async def _case(here: Here) -> str:
    """A case in which one organisation is asked so often that it has as many files about it."""
    staff = SimulatedStaff(here.installation)
    signal = Signal(municipality="GM0995", account="an example")
    reference = await staff.report(REPORTER, SignalReported(signal=signal), "signal-desk")
    await staff.decide(OWNER, reference, "accept_case")
    await staff.decide(OWNER, reference, "record_triage", finding="presumed_victim")
    await staff.decide(OWNER, reference, "record_intake", needs="an example")
    await staff.decide(OWNER, reference, "record_consent", help=True)
    for _ in range(FILES):
        await staff.decide(OWNER, reference, "offer_help", need={"service": "cosm"}, organisations=[SHELTER])

    async def there() -> bool:
        return len(await here.at(SHELTER, reference)) >= FILES

    await eventually(there)
    return reference


async def _asked(here: Here, reference: str, times: int) -> list[Took]:
    """Each page beside a bare one of its size, one after the other, in two rounds of which the second counts."""
    async with consoled(here.installation) as console, _bare() as bare:
        browsers = {slug: console.browser() for slug in (OWNER, SHELTER)}
        for slug, browser in browsers.items():
            name = "coordinator" if slug == OWNER else "worker"
            here.installation.people.add(name, slug)
            await browser.log_in(Offered(name, slug))
            browser.client.timeout = httpx.Timeout(PATIENCE)  # the first page of each pays for what is asked first
        goals = [
            Goal("a page without lists", "/help", browsers[OWNER], 1.5),
            Goal("inbox", "/inbox", browsers[OWNER], 6),
            Goal("board, counts warm", "/board", browsers[OWNER], 6),
            Goal(f"case with {FILES} files, warm", f"/cases/{reference}", browsers[SHELTER], 12),
        ]
        took: list[Took] = []
        for goal in goals:
            answer = await goal.browser.get(goal.path)
            assert answer.status_code == 200, (goal.path, answer.status_code)
            size, cookie = len(answer.content), f"keten={goal.browser.secret}"
            ours, plain = console.answering.address + goal.path, f"{bare}/{size}"
            rounds = [(await _p95(ours, times, cookie), await _p95(plain, times, "")) for _ in range(2)]
            took.append(Took(goal, size, *rounds[-1]))
        return took


async def _p95(url: str, times: int, cookie: str) -> float:
    command = (sys.executable, "-m", "tests.bench.loaded", url, str(times))
    pipe = asyncio.subprocess.PIPE
    asking = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=ROOT)
    said, _ = await asking.communicate(cookie.encode() + b"\n")
    assert asking.returncode == 0, url
    took = sorted(json.loads(said))
    return took[min(len(took) * 95 // 100, len(took) - 1)]


@asynccontextmanager
async def _bare() -> AsyncGenerator[str]:
    """A page of FastAPI and Jinja with as many bytes as its address says."""
    template = Environment(autoescape=True).from_string("{% for line in lines %}<p>{{ line }}</p>\n{% endfor %}")
    app = FastAPI(openapi_url=None)

    @app.get("/{size}")
    async def page(size: int) -> HTMLResponse:
        return HTMLResponse(template.render(lines=["x" * (LINE - 8)] * (size // LINE)))

    door = bound("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[door.socket]))
    try:
        while not server.started:
            await asyncio.sleep(0.02)
        yield door.address
    finally:
        server.should_exit = True
        await serving


def _lists(few: Reached, many: Reached) -> Table:
    table = Table("list", "ms", "among", "ms ", "among ", "times", "goal", title="pages of lists, the middle of several")
    rows = (
        ("first page of the inbox", few.inbox, many.inbox, 1.5),
        ("first page of what is overdue", few.overdue, many.overdue, 1.5),
    )
    for what, before, after, goal in rows:
        table.add_row(what, _ms(before), str(few.files), _ms(after), str(many.files), f"{after / before:.2f}", f"{goal:g}")
    far, first = f"page {many.page} beside page 1", many.inbox
    table.add_row(far, _ms(first), str(many.files), _ms(many.far), str(many.files), f"{many.far / first:.2f}", "1.2")
    return table


def _pages(took: list[Took]) -> Table:
    title = f"95th of 100 answers, {AT_ONCE} at a time, beside a bare page of as many bytes"
    table = Table("page", "bytes", "ms", "bare ms", "times", "goal", title=title)
    for one in took:
        row = (one.goal.what, f"{one.size:,}", _ms(one.ours), _ms(one.bare), f"{one.times:.2f}", f"{one.goal.times:g}")
        table.add_row(*row)
    return table


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"


def main() -> None:
    """Read the sizes, and play."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1_000, help="open files at first")
    parser.add_argument("--files", type=int, default=10_000, help="open files then")
    parser.add_argument("--asked", type=int, default=400, help="how often each page is asked for")
    sizes = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder) / "home", sizes.few, sizes.files, sizes.asked))


if __name__ == "__main__":
    main()
