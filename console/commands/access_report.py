"""What a person who asks for access is told: what is held of them where, and who received what, when and on which ground."""

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markdown import Markdown

from console.access_text import ABOUT, of_agency, of_others
from console.commands.publish import delivered
from console.files import Files, Found
from console.installation import Installation
from console.plain import without_orders
from console.screen import good, run, screen, stop
from console.written import complete
from contracts.access import Answers
from contracts.agencies import Agency
from contracts.event import File
from contracts.events.disclosures import ASKING, AccessAsked
from contracts.words import AgencyKind
from runtime.audit.entry import Action

INVESTIGATING = frozenset({AgencyKind.RIEC, AgencyKind.INVESTIGATION})
"""Agencies whose files are shielded whole: even that there is one could frustrate an investigation (GDPR art. 23; Wgs; Wpg)."""

PATIENCE = 20.0
"""Seconds to wait until those are asked who hold something; their answers may take weeks."""


def access_report(
    reference: Annotated[str, typer.Argument(help="case reference")],
    output: Annotated[Path | None, typer.Option(help="write it here, as Markdown, to hand it over")] = None,
    ask: Annotated[bool, typer.Option("--ask", help="ask every other agency that was told something what it holds")] = False,
    agency: Annotated[str | None, typer.Option("--as", help="at which agency; needed where several may ask")] = None,
) -> None:
    """What is held of a case where, and who received what, when, on which ground; each agency shields what the law requires."""
    run(_ask(reference, agency) if ask else _report(reference, output, agency))


async def _ask(reference: str, slug: str | None) -> None:
    installation = Installation.reach()
    files = Files(installation)
    agency = await _who_asks(installation, files, reference, slug)
    if _access(await files.at(agency, reference), running=True):
        stop(f"{agency.slug} has asked already: `keten access-report {reference} --as {agency.slug}` shows who has answered")
    raw = json.dumps({"type": AccessAsked.rule.type, "caseref": reference, "data": {}}).encode()
    _, message = complete(raw, agency.slug, installation)
    async with installation.witness.act(agency, Action.PUBLISH, AccessAsked.short_name(), reference):
        await delivered(installation, agency, message, agency, wait=0)
    with screen.waiting("finding out who holds something"):
        asked = await _asked(files, agency, reference)
    if not asked.waiting and not asked.answers:
        screen.print(f"nobody else was told anything: `keten access-report {reference} --as {agency.slug}` is the whole answer")
        return
    screen.print(good("asked", f": {', '.join(asked.waiting)}"))
    screen.print(
        f"when they have answered, `keten access-report {reference} --as {agency.slug}` shows it; see `keten case {reference}`"
    )


async def _who_asks(installation: Installation, files: Files, reference: str, slug: str | None) -> Agency:
    """The agency that answers for the case.

    Raises:
        LookupError: None does, or several do.
    """
    ours = [agency for agency in installation.ours if agency.kind in ASKING and slug in {None, agency.slug}]
    holding = [agency for agency in ours if await files.at(agency, reference)]
    if not holding:
        kinds = ", ".join(sorted(ASKING))
        raise LookupError(f"no agency here that may ask ({kinds}) holds anything of {reference}")
    if len(holding) > 1:
        raise LookupError(f"several agencies may ask: name one with --as: {', '.join(agency.slug for agency in holding)}")
    return holding[0]


async def _asked(files: Files, agency: Agency, reference: str) -> Answers:
    """Who was asked, when that is known.

    Raises:
        TimeoutError: It is not known yet.
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            file = _access(await files.at(agency, reference))
            if file and file.view.track.phase not in {"opening", "looking"}:
                return await answers_of(file)
            await asyncio.sleep(0.2)


def _access(files: list[Found], *, running: bool = False) -> Found | None:
    found = (file for file in files if file.view.kind == File.ACCESS)
    return next((file for file in found if file.view.track.until or not running), None)


async def answers_of(file: Found) -> Answers:
    """What was answered to a request for access."""
    handle: Any = file.handle
    return await handle.query("answers", result_type=Answers)


async def _report(reference: str, output: Path | None, slug: str | None) -> None:
    installation = Installation.reach()
    files = await Files(installation).about(reference)
    parts = [f"# Access report on case {reference}", ABOUT]
    ours = [installation.directory.get(slug)] if slug else installation.ours
    for agency in ours:
        if agency.kind not in INVESTIGATING:
            await installation.witness.read(agency, "access_report", reference)
            records = await installation.processing_log(agency.slug).about(reference)
            parts += list(of_agency(installation.directory, agency, [f for f in files if f.agency == agency], records))
    if slug and (file := _access([found for found in files if found.agency.slug == slug])):
        parts += list(of_others(installation.directory, await answers_of(file)))
    if len(parts) == 2:
        raise LookupError(f"nothing is held of {reference} at {slug or 'the agencies of this installation'}")
    text = "\n\n".join(parts) + "\n"
    if output:
        await asyncio.to_thread(_hand_over, output, text)
        screen.print(good("written", f": {output}; whoever hands it over checks first who asks"))
    else:
        screen.print(Markdown(without_orders(text)))


def _hand_over(path: Path, text: str) -> None:
    """Nobody else on this machine reads it, whatever the umask is or the file was before."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.truncate()
        file.write(text)
