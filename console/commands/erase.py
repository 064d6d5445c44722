"""Erasing a case: one person asks, another confirms, and every agency that was told proves that it erased it too."""

import asyncio
from typing import Annotated, Any

import typer

from console.files import Files, Found
from console.installation import Installation
from console.picture import draw_case
from console.screen import good, run, screen, stop
from contracts.agencies import Agency
from contracts.orders import erasure_of
from contracts.views import FileView
from contracts.words import ErasureReason
from workflows.retention.table import Phase

ERASED = frozenset({Phase.COLLECTING, Phase.ERASED})
PATIENCE = 20.0
"""Seconds to wait for the key to be destroyed; receipts of other agencies may take days."""


def erase(
    reference: Annotated[str, typer.Argument(help="case reference, as `keten cases --closed` shows it")],
    agency: Annotated[str | None, typer.Option("--as", help="at which agency; needed where several keep the case")] = None,
    because: Annotated[ErasureReason, typer.Option(help="why: its term ended, or the person's request was granted")] = (
        ErasureReason.REQUEST
    ),
    confirm: Annotated[bool, typer.Option("--confirm", help="as a second person; this cannot be undone")] = False,
) -> None:
    """Erase a case that has ended. One person asks; another, with --confirm, has it done."""
    run(_erase(reference, agency, because, confirm))


async def _erase(reference: str, slug: str | None, because: ErasureReason, confirm: bool) -> None:
    installation = Installation.reach()
    files = Files(installation)
    kept = await _kept(installation, files, reference, installation.directory.get(slug) if slug else None, confirm)
    name = "confirm_erasure" if confirm else "ask_erasure"
    if name not in {choice.command for choice in kept.view.choices}:
        stop(_not_now(kept, confirm))
    order = installation.witness.sign(erasure_of(reference), kept.agency)
    content: dict[str, Any] = {"order": order} if confirm else {"order": order, "reason": because}
    await files.decide(kept, name, content)
    if not confirm:
        again = f"`keten erase {reference} --as {kept.agency.slug} --confirm`"
        screen.print(good("asked", f": another person of {kept.agency.slug} confirms with {again}"))
        return
    with screen.waiting("destroying the key of the case in every store"):
        done = await _done(kept)
    if done.track.phase not in ERASED:
        stop("; ".join(done.alarms) or f"not erased: it is {done.track.phase}")
    draw_case([file for file in await files.about(reference) if file.view.kind == "retention"])


async def _kept(installation: Installation, files: Files, reference: str, agency: Agency | None, confirm: bool) -> Found:
    """The file in which it is decided whether the case is kept: opened where the case only has a line that says until when."""
    here = [file for file in await files.about(reference) if agency is None or file.agency == agency]
    if not here:
        raise LookupError(f"no case {reference} at {agency.slug if agency else 'the agencies of this installation'}")
    _refuse_open(here, reference)
    decided = {file.agency.slug: file for file in here if file.view.kind == "retention"}
    waiting = {file.agency.slug: file.agency for file in here if await installation.ended_files(file.agency.slug).of(reference)}
    keepers = sorted({*decided, *waiting})
    if len(keepers) > 1:
        raise LookupError(f"several agencies keep it: name one with --as: {', '.join(keepers)}")
    if not keepers:
        raise LookupError(f"nothing is kept of {reference} any more")
    [keeper] = keepers
    if keeper in decided:
        return decided[keeper]
    if confirm:
        stop("nobody has asked yet: leave --confirm out; it is kept")
    from workers.keeping import Keeper

    await Keeper(waiting[keeper], installation, await installation.client(waiting[keeper])).ask(reference)
    [opened] = [file for file in await files.at(waiting[keeper], reference) if file.view.kind == "retention"]
    return opened


def _refuse_open(here: list[Found], reference: str) -> None:
    open_files = [file for file in here if file.view.kind != "retention" and file.view.track.until]
    if open_files:
        words = "; ".join(f"{file.view.kind} at {file.agency.slug} is {file.view.track.phase}" for file in open_files)
        raise ValueError(
            f"an open case cannot be erased: {words}. End it first (`keten decide {reference}`), or name with --as "
            "an agency at which it has ended"
        )


def _not_now(kept: Found, confirm: bool) -> str:
    phase = kept.view.track.phase
    if phase == Phase.ASKED:
        return "a person asked already: another one confirms it, with --confirm"
    if phase in {*ERASED, Phase.ERASING}:
        return f"it is erased at {kept.agency.slug} already, or being erased: {phase}"
    return f"nobody has asked yet: leave --confirm out; it is {phase}" if confirm else f"it is {phase}: not now"


async def _done(kept: Found) -> FileView:
    """Wait, asking that one file only: the others cannot be read from the moment on at which the key goes."""
    async with asyncio.timeout(PATIENCE):
        while True:
            now = await kept.handle.query("view", result_type=FileView)
            if now.track.phase != Phase.ERASING:
                return now
            await asyncio.sleep(0.2)
