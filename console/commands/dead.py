"""Events that could not be taken: look, correct, replay."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from console.installation import Installation
from console.screen import run, screen, stop, when
from contracts.refusals import Refused
from runtime.audit.entry import Action
from runtime.bus import DeadLetter

app = typer.Typer(help="Events that could not be taken: look, correct, replay.", no_args_is_help=True)
AGENCY = Annotated[str, typer.Argument(help="slug of the agency that refused the event")]
NUMBER = Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="number of the dead letter, from `keten dead list`")]


@app.command("list")
def list_letters() -> None:
    """Every dead letter at the agencies that this installation may see."""
    run(_list())


@app.command()
def show(agency: AGENCY, number: NUMBER) -> None:
    """One dead letter: why it was refused, and the original (which may hold personal data)."""
    run(_show(agency, number))


@app.command()
def replay(
    agency: AGENCY,
    number: NUMBER,
    corrected: Annotated[Path | None, typer.Option(help="a file with the corrected event; else the original as it is")] = None,
) -> None:
    """Put a dead letter into the inbox again; it leaves the dead letters only when the inbox's disk has it."""
    if corrected and not corrected.is_file():
        stop(f"{corrected} is not a file: give one with the corrected event")
    run(_replay(agency, number, corrected.read_bytes() if corrected else None))


@app.command()
def remove(
    agency: AGENCY,
    number: Annotated[int | None, typer.Argument(min=1, max=2**63 - 1, help="number of the dead letter")] = None,
    of: Annotated[str | None, typer.Option(metavar="SENDER", help="instead of a number: all of this sender")] = None,
) -> None:
    """Remove a dead letter that nobody needs, or all of one sender: that makes room where a sender's share is full."""
    if (number is None) == (of is None):
        stop("say which: a number from `keten dead list`, or --of and the slug of a sender")
    run(_remove(agency, number, of))


async def _list() -> None:
    installation = Installation.reach()
    table = Table("agency", "number", "at", "from", "event", "code", "reason")
    for agency in installation.ours:
        await installation.witness.read(agency, "dead_letters")
        async with await installation.dead_letters(agency) as letters:
            for letter in await letters.list():
                words = (letter.sender, letter.event, letter.code, letter.reason)
                table.add_row(agency.slug, str(letter.seq), _at(letter), *map(escape, words))
    screen.print(table if table.row_count else "no dead letters")


async def _show(slug: str, number: int) -> None:
    installation = Installation.reach()
    agency = installation.directory.get(slug)
    await installation.witness.read(agency, f"dead_letter:{number}")
    async with await installation.dead_letters(agency) as letters:
        letter = await letters.show(number)
        text = letters.text(letter, installation.directory.by_slug.get(letter.sender))
    why = f"[red]{escape(letter.code)}[/red]: {escape(letter.reason)}"
    screen.print(f"from {escape(letter.sender)}, {escape(letter.event)}, {_at(letter)}: {why}")
    screen.print(text.decode("utf-8", errors="replace"), markup=False)


async def _replay(slug: str, number: int, corrected: bytes | None) -> None:
    installation = Installation.reach()
    agency = installation.directory.get(slug)
    what = f"dead_letter:{number}{':corrected' if corrected else ''}"
    try:
        async with (
            installation.witness.act(agency, Action.REPLAY, what),
            await installation.dead_letters(agency) as letters,
        ):
            await letters.replay(number, corrected, installation.directory)
    except Refused as refused:
        stop(f"not replayed: the corrected event would be refused: {refused.code}: {refused.reason}")
    screen.print(f"[green]replayed[/green]: {agency.slug} takes it again; if it is refused again, `keten dead list` shows it")


async def _remove(slug: str, number: int | None, of: str | None) -> None:
    installation = Installation.reach()
    agency = installation.directory.get(slug)
    what = f"dead_letter:{number}" if of is None else f"dead_letters:{installation.directory.get(of).slug}"
    async with installation.witness.act(agency, Action.REMOVE_LETTER, what), await installation.dead_letters(agency) as letters:
        if number is not None:
            await letters.remove(number)
        count = 1 if of is None else await letters.remove_of(of)
    screen.print(f"[green]removed[/green]: {count}; what waits in the inbox of {agency.slug} for that room is taken in a minute")


def _at(letter: DeadLetter) -> str:
    return when(letter.at) if letter.at else "-"
