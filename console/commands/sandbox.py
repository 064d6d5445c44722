"""The whole chain on this machine, for whoever builds an agency's own system."""

import logging
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.screen import good, run, screen, settings, stop, styled

if TYPE_CHECKING:
    from console.sandbox.running import Plan, Sandbox

app = typer.Typer(
    add_completion=False,
    help="The whole chain on this machine, for whoever builds an agency's own system: everybody else is invented.",
)
HOME = Annotated[Path | None, typer.Option("--home", help="where its state is; none: .keten-sandbox here")]


@app.callback(invoke_without_command=True)
def sandbox(  # noqa: PLR0917 - options of a command
    context: typer.Context,
    own: Annotated[str | None, typer.Option("--as", metavar="AGENCY", help="slug of your agency; its system is yours")] = None,
    home: HOME = None,
    script: Annotated[Path | None, typer.Option(help="a TOML file that says what the people of the others do")] = None,
    clocks: Annotated[Path | None, typer.Option(help="a TOML file with other terms than those of a sandbox")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="show the log")] = False,
) -> None:
    """Start the servers, the offices of all other agencies with invented people, and your post office; Ctrl-C stops it."""
    if context.invoked_subcommand:
        return
    from console.sandbox.home import sandbox_settings
    from console.sandbox.running import plan
    from runtime.logs import configure_logs

    if own is None:
        stop("say which agency is yours: `keten sandbox --as AGENCY`; `keten agencies` lists them")
    configure_logs(as_json=settings().log_json, level=logging.INFO if verbose else logging.CRITICAL)

    async def serve() -> None:
        await _serve(plan(sandbox_settings(home, clocks), own, script))

    run(serve())


@app.command()
def trigger(
    event: Annotated[str, typer.Argument(help="an event, as referrals.offered")],
    home: HOME = None,
) -> None:
    """Have the other agencies bring about an event at yours: their people really do what leads to it."""
    _order(home, "trigger", event)


@app.command()
def fault(
    name: Annotated[str, typer.Argument(help="duplicate, late, reorder, gap, refuse, bus-down or key-renewal; end ends them")],
    home: HOME = None,
) -> None:
    """Have something go wrong between the bus and your agency, for a while."""
    _order(home, "fault", name)


def _order(home: Path | None, order: str, name: str) -> None:
    from console.sandbox.control import ordered
    from console.sandbox.home import sandbox_settings

    async def do() -> str:
        return ordered(sandbox_settings(home).home, order, name)

    screen.print(run(do()), soft_wrap=True)


async def _serve(plan: "Plan") -> None:
    import asyncio

    from console.sandbox.own_agency import post_office
    from console.sandbox.running import sandbox
    from runtime.ending import ending
    from runtime.watchdog import watched

    async with ending() as end, AsyncExitStack() as stack:
        with screen.waiting("starting the bus, Temporal, every other agency and your post office"):
            box = await stack.enter_async_context(sandbox(plan, post_office))
        await stack.enter_async_context(watched())
        _show(box)
        beginning = asyncio.create_task(box.begin())
        stack.callback(beginning.cancel)
        await end.wait(box.running.watch())
        screen.print("stopping")


def _show(box: "Sandbox") -> None:
    """Where everything is, and what comes next."""
    from console.sandbox.curls import steps
    from console.sandbox.page import words
    from console.sandbox.paths import reached

    own, said = box.cast.own, words("en")
    screen.print(good("The sandbox runs", f": you are {own.name} ({own.slug}, {own.kind}); everybody else is invented"))
    screen.print(styled("  your post office  ", (box.own.url, "bold")), soft_wrap=True)
    screen.print(styled("  what passes       ", (box.address, "bold")), soft_wrap=True)
    screen.print(f"  state             {box.installation.settings.home}", soft_wrap=True)
    screen.print("\nIn another terminal, in a folder of your own, first where your post office is and the token that opens it:")
    for text in box.setup:
        screen.print(f"  {text}", soft_wrap=True)
    for line in steps(box.cast):
        screen.print(styled((f"\n{said[f'do_{line.does}']}:", "bold")))
        screen.print(f"  {line.text}", soft_wrap=True)
    screen.print(f"\n`keten sandbox trigger EVENT` in another terminal has others bring about: {', '.join(reached(own.kind))}")
    screen.print(f"`keten sandbox fault NAME` has go wrong: {', '.join(box.faults.names)}")
    screen.print("Ctrl-C stops everything; what is in it stays.")
