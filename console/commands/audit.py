"""Who did what: the audit logs of agencies, shown and verified."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from console.installation import Installation
from console.listing import Listing
from console.plain import plain
from console.screen import run, screen, stop, styled
from console.times import when
from contracts.agencies import Agency
from runtime.audit.entry import Action, Entry
from runtime.audit.proof import Proof, prove

app = typer.Typer(help="Who did what: the audit logs of agencies.", no_args_is_help=True)
AT = Annotated[str | None, typer.Option("--at", help="slug of the agency; else every one that this console may act for")]
CASE = Annotated[str | None, typer.Option(help="case reference")]
PERSON = Annotated[str | None, typer.Option(help="name of a person")]
SINCE = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="a day, or a moment, in local time")]


@app.command()
def show(at: AT = None, case: CASE = None, person: PERSON = None, since: SINCE = None) -> None:
    """Who read and decided what. Looking here is written down, too."""
    run(_show(at, case, person, since))


@app.command()
def verify(at: AT = None) -> None:
    """Recompute every log, and name the first entry that is altered, missing, inserted, reordered or cut off."""
    run(_verify(at))


async def _show(slug: str | None, case: str | None, person: str | None, since: datetime | None) -> None:
    installation = Installation.at_rest()
    table = Listing("agency", "no.", "time", "person", "action", "case", "what", "how")
    for agency in _chosen(installation, slug):
        await installation.witness.note(agency, Action.READ_AUDIT, "audit_log", None)
        for entry in installation.audit(agency.slug).store.entries(case=case, person=person, since=since):
            table.add(agency.slug, *_cells(entry))
    screen.print(table if table.rows else "no entries that fit")


def _cells(entry: Entry) -> tuple[str, ...]:
    what = (entry.person, entry.action, entry.case_reference or "-", entry.object or "-", entry.outcome)
    return (str(entry.seq), when(entry.moment), *what)


def _chosen(installation: Installation, slug: str | None) -> list[Agency]:
    return [installation.directory.get(slug)] if slug else installation.ours


async def _verify(slug: str | None) -> None:
    installation = Installation.at_rest()
    wrong = [agency.slug for agency in _chosen(installation, slug) if not await _verified(installation, agency.slug)]
    if wrong:
        stop(f"not what was written: the audit log of {', '.join(wrong)}; keep it as it is, and ask whoever keeps the backups")


async def _verified(installation: Installation, slug: str) -> bool:
    log = installation.audit(slug)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task(f"recomputing the log of {slug}", total=await asyncio.to_thread(log.store.count))
        proof = await asyncio.to_thread(prove, log, installation.audit_signer(slug), lambda: progress.advance(task))
    _say(slug, proof)
    return not proof.flaws


def _say(slug: str, proof: Proof) -> None:
    signed = f"signed up to {proof.signed.seq} on {proof.signed.day}" if proof.signed else "none signed yet"
    entries = f"{proof.held} entr{'y' if proof.held == 1 else 'ies'}"
    if not proof.flaws:
        screen.print(f"{slug}: {entries}, all as written; {signed}")
    for flaw in proof.flaws:
        held = f"; {entries} before that hold, {signed}" if flaw.seq else ""
        screen.print(styled(f"{slug}: ", (plain(flaw.kind), "red"), f": {plain(flaw.words)}{held}"))
