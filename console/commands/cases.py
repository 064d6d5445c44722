"""Cases: which there are, and where one stands."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from console.files import Files, Looked
from console.installation import Installation
from console.listing import Listing
from console.options import JSON, REFERENCE
from console.picture import draw_case
from console.plain import plain
from console.rows import LOOKED_INTO, Row, looked_into
from console.screen import run, screen, styled
from console.times import ago, left, when

KEPT = "kept"
"""The phase of a file that was asked about and is kept: listed when it is asked for, and when somebody must act."""


def cases(
    *,
    region: Annotated[str | None, typer.Option(help="care region")] = None,
    phase: Annotated[str | None, typer.Option(help="phase, for instance triage")] = None,
    owner: Annotated[str | None, typer.Option(help="slug of the agency whose turn it is")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="only those whose clock ended without anybody acting")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="also those that have ended")] = False,
    as_json: JSON = False,
) -> None:
    """Files of all agencies that this installation may see, the most urgent first."""
    wanted = {"KetenRegion": region, "KetenPhase": phase, "KetenOwner": owner}
    conditions = [f"{name} = '{safe(value)}'" for name, value in wanted.items() if value]
    conditions += [] if closed else ["ExecutionStatus = 'Running'"]
    conditions += [] if closed or phase else [f"KetenPhase != '{KEPT}'"]
    conditions += [f"(KetenOverdue = true OR KetenDeadline < '{datetime.now(UTC).isoformat()}')"] if overdue else []
    run(_cases(conditions, overdue=overdue, as_json=as_json))


def case(reference: REFERENCE, as_json: JSON = False) -> None:
    """One case: whose turn, since when, until when, what happens then, and the story over all agencies."""
    run(_case(reference, as_json=as_json))


async def _cases(conditions: list[str], *, overdue: bool, as_json: bool) -> None:
    installation = Installation.reach()
    files = Files(installation)
    rows = await looked_into(files, installation.ours, await files.listing(*conditions), overdue=overdue)
    if as_json:
        screen.print_as_json([row.as_json() for row in rows])
        return
    screen.print(table_of(rows) if rows else "no files that fit; --closed shows those that have ended")


def table_of(rows: list[Row]) -> Listing:
    """Files with whose turn it is, until when, and what is wrong."""
    table = Listing("case", "file", "phase", "turn of")
    for row in rows:
        table.add(row.reference, styled(f"{plain(row.kind)}\n", (f"at {plain(row.agency)}", "dim")), row.phase, _turn(row))
    if len(rows) > LOOKED_INTO:
        table.caption = f"only the first {LOOKED_INTO} were looked into for what fails there: narrow the list"
    return table


def _turn(row: Row) -> Text:
    """Whose turn it is until when, and what is wrong."""
    lines = [Text(plain(row.owner)), *_until(row)]
    lines += [Text(f"stands still: {plain(trouble.words)}", style="red") for trouble in row.troubles]
    lines += [Text(plain(row.unreadable), style="red")] if row.unreadable else []
    return Text("\n").join(lines)


def _until(row: Row) -> list[Text]:
    if row.deadline is None or row.status != "running":
        return [Text(row.status)]
    late = left(row.deadline)
    lines = [styled(f"until {when(row.deadline)}, ", (late, "red") if late == "overdue" else late)]
    if row.overdue_since:
        times = f", reminded {row.reminded}x" if row.reminded else ""
        lines.append(Text(f"overdue since {when(row.overdue_since)}, {ago(row.overdue_since)}{times}", style="red"))
    return lines


async def _case(reference: str, *, as_json: bool) -> None:
    looked = await seen(Files(Installation.reach()), reference)
    if as_json:
        screen.print_as_json(_as_json(reference, looked))
    else:
        draw_case(looked.found, looked.silent)


def _as_json(reference: str, looked: Looked) -> dict[str, Any]:
    found = [
        {**file.view.model_dump(mode="json"), "troubles": [one.model_dump() for one in file.troubles]} for file in looked.found
    ]
    silent = [
        {"agency": file.agency.slug, "kind": file.kind, "why": file.why, "troubles": [one.model_dump() for one in file.troubles]}
        for file in looked.silent
    ]
    return {"case": reference, "files": found, "silent": silent}


async def seen(files: Files, reference: str) -> Looked:
    """What is there about a case.

    Raises:
        LookupError: Nothing.
    """
    looked = await files.look(safe(reference))
    if not (looked.found or looked.silent):
        raise LookupError(f"no case {reference} at the agencies of this installation; `keten cases --closed` lists them")
    return looked


def safe(value: str) -> str:
    """A value that cannot end the quotes around it in a filter.

    Raises:
        BadParameter: It could.
    """
    if "'" in value or "\\" in value:
        raise typer.BadParameter("a quote or backslash is in no name here")
    return value
