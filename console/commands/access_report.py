"""What a person who asks for access is told: what is held of them where, and who received what, when and on which ground."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown

from console.files import Files, Found
from console.generate.tables import table, words
from console.installation import Installation
from console.screen import run, screen
from contracts.agencies import Agency, Directory
from contracts.catalogue import CATALOGUE
from contracts.event import File
from contracts.processing import Direction, Processing
from contracts.words import AgencyKind
from workflows.tables.retention import Phase

INVESTIGATING = frozenset({AgencyKind.RIEC})
"""Agencies whose files are shielded whole: even that there is one could frustrate an investigation (GDPR art. 23; Wgs)."""


ERASED = frozenset({Phase.COLLECTING, Phase.ERASED})
DECIDED_UNSEEN = frozenset({File.PRIVACY, File.DOSSIER})
"""Kinds of file of which a person is not told how far they came: it would say what an officer or the RIEC decided."""


def access_report(
    reference: Annotated[str, typer.Argument(help="case reference")],
    output: Annotated[Path | None, typer.Option(help="write it here, as Markdown, to hand it over")] = None,
) -> None:
    """What is held of a case where, and who received what, when, on which ground; each agency shields what the law requires."""
    run(_report(reference, output))


async def _report(reference: str, output: Path | None) -> None:
    installation = Installation.reach()
    files = await Files(installation).about(reference)
    parts = [f"# Access report on case {reference}", ABOUT]
    for agency in installation.ours:
        if agency.kind not in INVESTIGATING:
            await installation.witness.read(agency, "access_report", reference)
            records = await installation.processing_log(agency.slug).about(reference)
            parts += list(_of_agency(installation.directory, agency, [f for f in files if f.agency == agency], records))
    if len(parts) == 2:
        raise LookupError(f"nothing is held of {reference} at the agencies of this installation")
    text = "\n\n".join(parts) + "\n"
    if output:
        await asyncio.to_thread(output.write_text, text, encoding="utf-8")
        screen.print(f"[green]written[/green]: {output}; whoever hands it over checks first who asks")
    else:
        screen.print(Markdown(text))


ABOUT = (
    "This is what the agencies named here hold, and what they have told each other, about the person whom this case is about "
    "(GDPR art. 15). What the law shields from this report is left out without a trace; every agency answers for its own part."
)


def _of_agency(directory: Directory, agency: Agency, files: list[Found], records: tuple[Processing, ...]) -> Iterator[str]:
    told = _told(records)
    kept = next((file for file in files if file.view.kind == File.RETENTION), None)
    held = [(file.view.kind, _stands(file), _until(kept)) for file in files if file.view.kind != File.RETENTION]
    if not held and not told:
        return
    yield f"## {agency.name}"
    if held:
        yield table(("what is held", "where it stands", "kept until"), held)
    elif kept and kept.view.track.phase in ERASED:
        yield "What was held here has been erased."
    if told:
        head = ("when", "what", "from or to", "purpose", "ground", "data about you")
        yield table(head, [_line(directory, record) for record in told])


def _told(records: tuple[Processing, ...]) -> list[Processing]:
    """What may be told of. A request to erase, or a refusal, says that something was shared: it is told where that is told of."""
    told = [record for record in records if record.event_type in CATALOGUE and not _shielded(record)]
    known = {record.counterparty for record in told if not CATALOGUE[record.event_type].rule.partners}
    return [record for record in told if record.counterparty in known]


def _stands(file: Found) -> str:
    return "it is held" if file.view.kind in DECIDED_UNSEEN else file.view.track.phase


def _until(kept: Found | None) -> str:
    until = kept.view.track.until if kept else None
    return f"{until:%Y-%m-%d}" if until else "its term begins when the case ends"


def _shielded(record: Processing) -> bool:
    event = CATALOGUE[record.event_type]
    return event.rule.shielded is not None or event.rule.itself


def _line(directory: Directory, record: Processing) -> tuple[str, ...]:
    event = CATALOGUE[record.event_type]
    other = directory.by_slug.get(record.counterparty)
    way = "to" if record.direction is Direction.SENT else "from"
    return (
        f"{record.start_time:%Y-%m-%d %H:%M}",
        (event.__doc__ or "").split("\n", 1)[0],
        f"{way} {other.name if other else record.counterparty}",
        record.purpose,
        words([record.ground]) if record.ground else "-",
        ", ".join(event.personal_fields()) or "none; a pseudonym only",
    )
