"""The demo: five stories on real servers."""

import asyncio
import logging
import shutil
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from console.beside import console_beside
from console.commands.servers import show_addresses, show_console
from console.demo.staff import SimulatedStaff
from console.demo.stories import STORIES, Story, Told, left_waiting
from console.everything import everything
from console.installation import Installation
from console.listing import Listing
from console.picture import story_table
from console.plain import plain
from console.screen import run, screen, styled
from contracts.clocks import read_clocks
from runtime.bus import DeadLetter, DeadLetters
from runtime.ending import ending
from runtime.logs import configure_logs
from runtime.servers.production import refuse_embedded
from runtime.settings import Settings, load_settings
from runtime.watchdog import watched

CLOCKS = Path(__file__).parents[2] / "infra" / "clocks" / "demo.toml"
"""Shorter clocks by configuration; the code is the same. They are for the stories; what a person tries has usual ones."""


def demo(keep: Annotated[bool, typer.Option("--keep", help="leave everything running afterwards")] = False) -> None:
    """Five stories from signal to closure, on real servers, drawn in the terminal."""
    configure_logs(level=logging.CRITICAL)
    run(_demo(keep))


async def _demo(keep: bool) -> None:
    settings = _settings()
    began = time.monotonic()
    async with ending() as end, AsyncExitStack() as stack:
        with screen.waiting("starting a NATS server, a Temporal server and the offices of all agencies"):
            installation, running = await stack.enter_async_context(everything(settings))
            await stack.enter_async_context(watched())
        staff = SimulatedStaff(installation)
        told = await _tell_all(staff)
        await _draw(installation, staff, told)
        screen.print(f"\nfive stories in {time.monotonic() - began:.0f} s. The same in the Temporal UI of each agency:")
        show_addresses(installation)
        if keep:
            installation.open_files_with(read_clocks(None))
            waits = await left_waiting(staff)
            show_console(await stack.enter_async_context(console_beside(installation, waits)))
            look = f"KETEN_HOME={settings.home} .venv/bin/keten cases --closed"
            screen.print(styled("\nLook around in another terminal: ", (look, "bold")))
            screen.print("Ctrl-C stops everything.")
            await end.wait(running.watch())
        else:
            screen.print("\nThe servers stop now; `make demo KEEP=1` leaves them running, to look around.")


def _settings() -> Settings:
    """A home of its own, empty at every demo, and the demo's clocks."""
    refuse_embedded(load_settings())
    home = load_settings().home / "demo"
    shutil.rmtree(home, ignore_errors=True)
    return load_settings().model_copy(update={"home": home, "clocks": CLOCKS, "gap_patience": 5.0})


async def _tell_all(staff: SimulatedStaff) -> list[Told]:
    columns = (
        SpinnerColumn(finished_text=styled(("✓", "green"))),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen) as progress:
        return list(await asyncio.gather(*(_tell(progress, name, story, staff) for name, story in STORIES)))


async def _tell(progress: Progress, name: str, story: Story, staff: SimulatedStaff) -> Told:
    task = progress.add_task(f"story {name}", total=None)
    told = await story(staff)
    progress.update(task, total=1, completed=1, description=f"story {name}: {told.outcome}")
    return told


async def _draw(installation: Installation, staff: SimulatedStaff, told: list[Told]) -> None:
    """Every story as lanes, one per agency; then what was refused; then the count."""
    for (name, story), end in zip(STORIES, told, strict=True):
        head = styled((f"story {name}", "bold"), f"\n{story.__doc__}\n", (end.outcome, "green"))
        screen.print(Panel(head, expand=False))
        for reference in end.references:
            screen.print(story_table(await staff.files(reference), title=f"case {reference}"))
        for remark in end.remarks:
            screen.print(f"  {remark}")
    screen.print(await _dead_letters(installation))
    screen.print(await _counts(staff, told))


async def _dead_letters(installation: Installation) -> Listing:
    table = Listing("from", "code", "reason", title="Dead letters at the signal desk: nothing lost, each can be replayed")
    desk = installation.directory.desk
    async with await installation.dead_letters(desk) as letters:
        for letter in await _settled(letters, 2):
            table.add(letter.sender, styled((plain(letter.code), "red")), letter.reason)
    return table


async def _settled(letters: DeadLetters, expected: int) -> tuple[DeadLetter, ...]:
    async with asyncio.timeout(30):
        while True:
            found = await letters.list()
            if len(found) >= expected:
                return found
            await asyncio.sleep(0.1)


async def _counts(staff: SimulatedStaff, told: list[Told]) -> str:
    files = [file for end in told for reference in end.references for file in await staff.files(reference)]
    kinds = Counter(file.view.kind for file in files)
    return "files: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()) + ", each in its own agency's namespace"
