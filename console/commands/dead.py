"""Events that could not be taken: look, correct, replay."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.correction_errors import WrongCorrection
from console.dead_codes import Dismissal
from console.event_names import shown
from console.installation import Installation
from console.listing import Listing
from console.options import JSON
from console.plain import plain
from console.screen import good, run, screen, stop, styled
from console.times import iso, when
from console.written import named, whole
from contracts.envelope import parse
from contracts.refusals import Refused
from runtime.audit.entry import Action
from runtime.bus import DeadLetter

if TYPE_CHECKING:
    from console.corrections import Corrector

app = typer.Typer(help="Events that could not be taken: look, correct, replay.", no_args_is_help=True)
AGENCY = Annotated[str, typer.Argument(help="slug of the agency that refused the event")]
NUMBER = Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="number of the dead letter, from `keten dead list`")]
EVENT_ONLY = Annotated[bool, typer.Option("--json", help="only the event, as JSON: correct it, and replay it")]


@app.command("list")
def list_letters(as_json: JSON = False) -> None:
    """Every dead letter at the agencies that this installation may see."""
    run(_list(as_json=as_json))


@app.command()
def show(agency: AGENCY, number: NUMBER, as_json: EVENT_ONLY = False) -> None:
    """One dead letter: why it was refused, and the original (which may hold personal data)."""
    run(_show(agency, number, as_json=as_json))


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
def correct(
    agency: AGENCY,
    number: NUMBER,
    content: Annotated[Path, typer.Argument(help="a file with the corrected content: what stands in `data`, as JSON")],
) -> None:
    """Keep a correction of the content until somebody else of the agency releases it: nothing moves before."""
    if not content.is_file():
        stop(f"{content} is not a file: give one with the corrected content")
    run(_correct(agency, number, content.read_bytes()))


@app.command()
def release(
    agency: AGENCY,
    number: NUMBER,
    seen: Annotated[str, typer.Argument(help="the word that stood beside the difference")] = "",
) -> None:
    """Look at a correction that waits; with the word beside it, put it into the inbox instead of the dead letter."""
    run(_release(agency, number, seen))


@app.command()
def remove(
    agency: AGENCY,
    number: Annotated[int | None, typer.Argument(min=1, max=2**63 - 1, help="number of the dead letter")] = None,
    of: Annotated[str | None, typer.Option(metavar="SENDER", help="instead of a number: all of this sender")] = None,
    why: Annotated[Dismissal | None, typer.Option(help="why nobody needs it: it stands in the audit log")] = None,
) -> None:
    """Remove a dead letter that nobody needs, or all of one sender: that makes room where a sender's share is full."""
    if (number is None) == (of is None):
        stop("say which: a number from `keten dead list`, or --of and the slug of a sender")
    run(_remove(agency, number, of, why))


async def _list(*, as_json: bool) -> None:
    installation = Installation.reach()
    found: list[tuple[str, DeadLetter]] = []
    for agency in installation.ours:
        await installation.witness.read(agency, "dead_letters")
        async with await installation.dead_letters(agency) as letters:
            found += [(agency.slug, letter) for letter in await letters.list()]
    if as_json:
        screen.print_as_json([_as_json(slug, letter) for slug, letter in found])
        return
    table = Listing("agency", "number", "at", "from", "event", "code", "reason")
    for slug, letter in found:
        table.add(slug, str(letter.seq), _at(letter), letter.sender, shown(letter.event), letter.code, letter.reason)
    screen.print(table if found else "no dead letters")


def _as_json(slug: str, letter: DeadLetter) -> dict[str, Any]:
    return {
        "agency": slug,
        "number": letter.seq,
        "at": iso(letter.at),
        "from": letter.sender,
        "event": shown(letter.event),
        "event_id": letter.event_id,
        "code": letter.code,
        "reason": letter.reason,
    }


async def _show(slug: str, number: int, *, as_json: bool) -> None:
    installation = Installation.reach()
    agency = installation.directory.get(slug)
    await installation.witness.read(agency, f"dead_letter:{number}")
    async with await installation.dead_letters(agency) as letters:
        letter = await letters.show(number)
        text = letters.text(letter, installation.directory.by_slug.get(letter.sender))
    if as_json:
        screen.print_as_json(_as_event(text))
        return
    head = f"from {plain(letter.sender)}, {plain(shown(letter.event))}, {_at(letter)}: "
    screen.print(styled(head, (plain(letter.code), "red"), f": {plain(letter.reason)}"))
    screen.print(text.decode("utf-8", errors="replace"), soft_wrap=True)


def _as_event(text: bytes) -> Any:
    try:
        return parse(text)
    except Refused as refused:
        stop(f"what arrived is no event in JSON ({refused.reason}): `keten dead show` without --json shows it as it came")


async def _replay(slug: str, number: int, corrected: bytes | None) -> None:
    installation = Installation.reach()
    agency = installation.directory.get(slug)
    what = f"dead_letter:{number}{':corrected' if corrected else ''}"
    try:
        async with (
            installation.witness.act(agency, Action.REPLAY, what),
            await installation.dead_letters(agency) as letters,
        ):
            letter = await letters.show(number)
            before = letters.text(letter, installation.directory.by_slug.get(letter.sender))
            instead = _checked(corrected, before) if corrected is not None else None
            await letters.replay(number, instead, installation.directory)
    except Refused as refused:
        stop(f"not replayed: the corrected event would be refused: {refused.code}: {refused.reason}")
    screen.print(good("replayed", f": {agency.slug} takes it again; if it is refused again, `keten dead list` shows it"))


def _checked(corrected: bytes, before: bytes) -> bytes:
    """A corrected event, as whoever publishes one is told what is wrong with it; what its sender added may stay."""
    fields = parse(corrected)
    named(fields)
    return whole(fields, _attributes(before)).to_json()


def _attributes(text: bytes) -> frozenset[str]:
    try:
        return frozenset(parse(text))
    except Refused:
        return frozenset()


async def _corrector(slug: str) -> "Corrector":
    installation = Installation.reach()
    from console.corrections import Corrector
    from runtime.migrations import Tables, upgrade
    from runtime.sessions.corrections import Corrections

    await asyncio.to_thread(upgrade, installation.settings.console, Tables.SESSIONS)
    rows = Corrections(installation.settings.console)
    return Corrector(installation, installation.directory.get(slug), installation.witness, rows)


async def _correct(slug: str, number: int, content: bytes) -> None:
    try:
        await (await _corrector(slug)).propose(number, content.decode("utf-8", errors="replace"))
    except WrongCorrection as wrong:
        from contracts.texts import words

        english = words("en")
        said = (f"{one.path} {english.validation(one.kind, one.facts)}" if one.kind else one.said for one in wrong.faults)
        stop(f"not kept, it would be refused: {'; '.join(said)}")
    screen.print(good("kept", f": somebody else of {slug} looks at it with `keten dead release {slug} {number}`"))


async def _release(slug: str, number: int, seen: str) -> None:
    corrector = await _corrector(slug)
    waits = (await corrector.look(number)).waits
    if waits is None:
        stop(f"no correction of dead letter {number} waits: write one with `keten dead correct {slug} {number} FILE`")
    if not seen:
        screen.print(f"written by {waits.person}, {when(waits.made_at)}")
        screen.print("\n".join(f"{line.sign or ' '} {line.text}" for line in waits.lines), soft_wrap=True)
        screen.print(f"if this is right: `keten dead release {slug} {number} {waits.seen}`")
        return
    if not await corrector.release(number, seen):
        stop("another correction waits now: look at it first, without the word")
    screen.print(good("released", f": {slug} takes it under its own signature; tell its sender what was changed"))


async def _remove(slug: str, number: int | None, of: str | None, why: Dismissal | None) -> None:
    installation = Installation.reach()
    agency, because = installation.directory.get(slug), f":{why}" if why else ""
    what = f"dead_letter:{number}{because}" if of is None else f"dead_letters:{installation.directory.get(of).slug}{because}"
    async with (
        installation.witness.act(agency, Action.REMOVE_LETTER, what),
        await installation.dead_letters(agency) as letters,
    ):
        if number is not None:
            await letters.remove(number)
        count = 1 if of is None else await letters.remove_of(of)
    screen.print(good("removed", f": {count}; what waits in the inbox of {agency.slug} for that room is taken in a minute"))


def _at(letter: DeadLetter) -> str:
    return when(letter.at) if letter.at else "-"
