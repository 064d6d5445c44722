"""Who did what: the audit logs of agencies, shown and verified."""

import asyncio
import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from console.installation import Installation
from console.listing import Listing
from console.plain import plain
from console.screen import run, screen, stop, styled
from console.times import when
from contracts.agencies import Agency
from contracts.counted import counted
from runtime.audit.entry import Action, Entry, Head
from runtime.audit.log import AuditLog
from runtime.audit.proof import Proof, prove
from runtime.audit.store import Wanted

app = typer.Typer(help="Who did what: the audit logs of agencies.", no_args_is_help=True)
AT = Annotated[str | None, typer.Option("--at", help="slug of the agency; else every one that this console may act for")]
NOTED = frozenset({"audit_head_signed", "audit_head_noted"})
"""Lines of a log that say a head."""

CASE = Annotated[str | None, typer.Option(help="case reference")]
PERSON = Annotated[str | None, typer.Option(help="name of a person")]
MOMENT = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]
SINCE = Annotated[datetime | None, typer.Option(formats=MOMENT, help="a day, or a moment, in local time")]
UNTIL = Annotated[datetime | None, typer.Option(formats=MOMENT, help="up to the beginning of a day, or a moment, in local time")]
ACTION = Annotated[Action | None, typer.Option(help="a kind of act")]


@app.command()
def show(
    at: AT = None, case: CASE = None, person: PERSON = None, since: SINCE = None, *, until: UNTIL = None, action: ACTION = None
) -> None:
    """Who read and decided what. Looking here is written down, too."""
    run(_show(at, Wanted(case, person, action, since, until)))


@app.command()
def verify(
    at: AT = None,
    head: Annotated[list[str] | None, typer.Option(help="NUMBER:HASH, as it was noted elsewhere; with --at")] = None,
    log: Annotated[list[Path] | None, typer.Option(help="JSON lines of a log that was kept elsewhere; their heads count")] = None,
) -> None:
    """Recompute every log, and name the first entry that is altered, missing, inserted, reordered or cut off."""
    run(_verify(at, head or [], log or []))


async def _show(slug: str | None, wanted: Wanted) -> None:
    installation = Installation.at_rest()
    table = Listing("agency", "no.", "time", "person", "action", "case", "what", "how")
    for agency in _chosen(installation, slug):
        await installation.witness.note(agency, Action.READ_AUDIT, "audit_log", None)
        for entry in installation.audit(agency.slug).store.wanted(wanted):
            table.add(agency.slug, *cells(entry))
    screen.print(table if table.rows else "no entries that fit")


IN_WORDS: dict[str, str] = {Action.LOG_IN: "logs in", Action.LOG_OUT: "logs out", Action.PUT_OUT: "is put out"}
"""Actions that do not read as what they are."""


def cells(entry: Entry) -> tuple[str, ...]:
    """An entry as a person reads it."""
    what = (
        entry.person,
        IN_WORDS.get(entry.action, entry.action),
        entry.case_reference or "-",
        entry.object or "-",
        entry.outcome,
    )
    return (str(entry.seq), when(entry.moment), *what)


def _chosen(installation: Installation, slug: str | None) -> list[Agency]:
    return [installation.directory.get(slug)] if slug else installation.ours


async def _verify(slug: str | None, heads: list[str], logs: list[Path]) -> None:
    if heads and not slug:
        raise ValueError("a head is of one agency's log: say of which with --at")
    installation = Installation.at_rest()
    chosen = _chosen(installation, slug)
    if not chosen:
        stop("nothing was verified: no agency has keys here, so there is no log that this console could read; look at KETEN_HOME")
    elsewhere = noted_in(logs)
    if slug:
        elsewhere[slug] = [*elsewhere.get(slug, []), *map(Head.read, heads)]
    if logs and not any(elsewhere.get(agency.slug) for agency in chosen):
        raise ValueError("no head of these agencies stands in that log: it must hold JSON lines (KETEN_LOG_JSON=true)")
    wrong = [agency.slug for agency in chosen if not await _verified(installation, agency.slug, elsewhere.get(agency.slug, []))]
    if wrong:
        stop(f"not what was written: the audit log of {', '.join(wrong)}; keep it as it is, and ask whoever keeps the backups")


def noted_in(logs: list[Path]) -> dict[str, list[Head]]:
    """The heads in logs that were kept elsewhere, by agency; other lines are passed over."""
    found: dict[str, list[Head]] = {}
    for path in logs:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError, LookupError, TypeError, AttributeError, RecursionError):
                fields: Any = json.loads(line)
                if fields["event"] in NOTED:
                    found.setdefault(str(fields["agency"]), []).append(Head.read(str(fields["head"])))
    return found


async def _verified(installation: Installation, slug: str, elsewhere: list[Head]) -> bool:
    log = installation.audit(slug)
    if nothing := await asyncio.to_thread(_nothing, log, elsewhere):
        screen.print(f"{slug}: {nothing}")
        return False
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task(f"recomputing the log of {slug}", total=await asyncio.to_thread(log.store.count))
        signer = installation.audit_signer(slug)
        proof = await asyncio.to_thread(prove, log, signer, lambda: progress.advance(task), elsewhere)
    _say(slug, proof)
    return not proof.flaws


def _nothing(log: AuditLog, elsewhere: list[Head]) -> str | None:
    """Why there is nothing to verify, if so: a log that holds nothing does not hold."""
    known = log.head_file.path.exists() or elsewhere
    if log.store.is_missing and known:
        return "the log is gone, and there was one: restore it from a backup"
    if not known and (log.store.is_missing or not log.store.count()):
        return "nothing was ever written here, or all of it is gone: there is nothing to verify"
    return None


def _say(slug: str, proof: Proof) -> None:
    signed = f"signed up to {proof.signed.seq} on {proof.signed.day}" if proof.signed else "none signed yet"
    entries = counted(proof.held, "entry", "entries")
    if not proof.flaws:
        screen.print(f"{slug}: {entries}, all as written; {signed}")
    for flaw in proof.flaws:
        held = f"; {entries} before that hold, {signed}" if flaw.seq else ""
        screen.print(styled(f"{slug}: ", (plain(flaw.kind), "red"), f": {plain(flaw.words)}{held}"))
