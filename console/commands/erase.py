"""Erasing a case: one person asks, another confirms, and every agency that was told proves that it erased it too."""

import asyncio
from typing import Annotated, Any

import typer

from activities.erasing import erasure_of
from console.files import Files, Found
from console.installation import Installation
from console.picture import draw_case
from console.screen import good, run, screen, stop
from contracts.agencies import Agency
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
    kept = _retention(await files.about(reference), installation.directory.get(slug) if slug else None, reference)
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


def _retention(found: list[Found], agency: Agency | None, reference: str) -> Found:
    """The file about keeping the case."""
    here = [file for file in found if agency is None or file.agency == agency]
    if not here:
        raise LookupError(f"no case {reference} at {agency.slug if agency else 'the agencies of this installation'}")
    kept = [file for file in here if file.view.kind == "retention"]
    open_files = [file for file in here if file not in kept and file.view.track.until]
    if open_files:
        words = "; ".join(f"{file.view.kind} at {file.agency.slug} is {file.view.track.phase}" for file in open_files)
        raise ValueError(
            f"an open case cannot be erased: {words}. End it first (`keten decide {reference}`), or name with --as "
            "an agency at which it has ended"
        )
    if len(kept) > 1:
        raise LookupError(f"several agencies keep it: name one with --as: {', '.join(file.agency.slug for file in kept)}")
    if not kept:
        raise LookupError(f"nothing is kept of {reference} any more")
    return kept[0]


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
