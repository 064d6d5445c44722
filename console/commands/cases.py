"""Cases: which there are, where one stands, and deciding."""

import json
import sys
from datetime import UTC, datetime
from typing import Annotated, Any, cast

import typer
from rich.box import SIMPLE_HEAD
from rich.prompt import Prompt
from rich.table import Table

from console.files import Files, Found, Row
from console.installation import Installation
from console.picture import draw_case
from console.screen import left, run, screen
from contracts.views import Choice

REFERENCE = Annotated[str, typer.Argument(help="case reference, as `keten cases` shows it")]
AGENCY = Annotated[str | None, typer.Option("--as", help="for which agency; needed where several can decide")]
DATA = Annotated[str | None, typer.Option("--data", help="the content as JSON, instead of field=value")]


KEPT = "kept"
"""The phase of a file about what is kept for its term: listed when it is asked for, and when somebody must act."""


def cases(
    region: Annotated[str | None, typer.Option(help="care region")] = None,
    phase: Annotated[str | None, typer.Option(help="phase, for instance triage")] = None,
    owner: Annotated[str | None, typer.Option(help="slug of the agency whose turn it is")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="only those whose clock ended without anybody acting")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="also those that have ended")] = False,
) -> None:
    """Files of all agencies that this installation may see, the most urgent first."""
    wanted = {"KetenRegion": region, "KetenPhase": phase, "KetenOwner": owner}
    conditions = [f"{name} = '{_safe(value)}'" for name, value in wanted.items() if value]
    conditions += [] if closed else ["ExecutionStatus = 'Running'"]
    conditions += [] if closed or phase else [f"KetenPhase != '{KEPT}'"]
    conditions += [f"(KetenOverdue = true OR KetenDeadline < '{datetime.now(UTC).isoformat()}')"] if overdue else []
    run(_cases(conditions))


def case(reference: REFERENCE) -> None:
    """One case: whose turn, since when, until when, what happens then, and the story over all agencies."""
    run(_case(reference))


def decide(
    reference: REFERENCE,
    command: Annotated[str | None, typer.Argument(help="what to do; without it: what is possible now")] = None,
    fields: Annotated[list[str] | None, typer.Argument(help="the content, as field=value")] = None,
    agency: AGENCY = None,
    data: DATA = None,
) -> None:
    """What can be decided now; then decide it."""
    content = _whole(data) if data else dict(_field(field) for field in fields or [])
    run(_decide(reference, command, agency, content))


async def _cases(conditions: list[str]) -> None:
    rows = await Files(Installation.reach()).listing(*conditions)
    table = Table("case", "file", "phase", "turn of", box=SIMPLE_HEAD, pad_edge=False)
    table.columns[0].no_wrap = True
    for row in rows:
        file = f"{row.kind}\n[dim]at {row.agency}[/dim]"
        table.add_row(row.reference, file, row.phase, f"{row.owner}\n{_until(row)}")
    screen.print(table if rows else "no files that fit; --closed shows those that have ended")


def _until(row: Row) -> str:
    if row.deadline is None or row.status != "running":
        return row.status
    return f"until {row.deadline.astimezone():%d %b %H:%M}, {left(row.deadline)}"


async def _case(reference: str) -> None:
    draw_case(await _found(Files(Installation.reach()), reference))


async def _found(files: Files, reference: str) -> list[Found]:
    found = await files.about(_safe(reference))
    if not found:
        raise LookupError(f"no case {reference} at the agencies of this installation; `keten cases --closed` lists them")
    return found


async def _decide(reference: str, command: str | None, agency: str | None, content: dict[str, Any]) -> None:
    installation = Installation.reach()
    agency = installation.directory.get(agency).slug if agency else None
    files = Files(installation)
    found = [file for file in await _found(files, reference) if agency in {None, file.agency.slug} and file.view.choices]
    if command is None and sys.stdin.isatty() and found:
        command = Prompt.ask("decide", choices=sorted({choice.command for file in found for choice in file.view.choices}))
        content = _asked(next(c for file in found for c in file.view.choices if c.command == command))
    if command is None:
        _show_choices(reference, found)
        return
    able = [file for file in found if command in {choice.command for choice in file.view.choices}]
    if not able:
        where = ", ".join(f"{c.command} ({file.agency.slug})" for file in found for c in file.view.choices) or "nothing"
        raise LookupError(f"{command} is not possible now; possible: {where}")
    if len(able) > 1:
        raise LookupError(f"several agencies can: name one with --as: {', '.join(file.agency.slug for file in able)}")
    phase = await files.decide(able[0], command, content)
    screen.print(f"[green]done[/green]: {able[0].view.kind} at {able[0].agency.slug} is now {phase}")


def _show_choices(reference: str, found: list[Found]) -> None:
    table = Table("agency", "decision", "what it does", "fields", title=f"Possible now in {reference}")
    for file in found:
        for choice in file.view.choices:
            table.add_row(file.agency.slug, choice.command, choice.words, _fields(choice))
    screen.print(table if table.row_count else "nothing can be decided now; `keten case` shows what is waited for")


def _fields(choice: Choice) -> str:
    required = choice.fields.get("required", [])
    names = choice.fields.get("properties", {})
    return ", ".join(f"{name}{'' if name in required else '?'}{_values(choice, names[name])}" for name in names) or "-"


def _values(choice: Choice, schema: dict[str, Any]) -> str:
    name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
    codes = choice.fields.get("$defs", {}).get(name, {}).get("enum")
    return f" ({' | '.join(codes)})" if codes else ""


def _asked(choice: Choice) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name in choice.fields.get("properties", {}):
        answer = Prompt.ask(f"  {name}{_values(choice, choice.fields['properties'][name])}", default="")
        if answer:
            content.update([_field(f"{name}={answer}")])
    return content


def _whole(data: str) -> dict[str, Any]:
    try:
        content = json.loads(data)
    except ValueError as error:
        raise typer.BadParameter(f"--data is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise typer.BadParameter('--data is not a JSON object: write it like {"field": "value"}')
    return cast("dict[str, Any]", content)


def _field(text: str) -> tuple[str, Any]:
    """``field=value``; a value that is JSON is taken as such, so that lists and numbers can be given."""
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"{text!r} is not like field=value")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _safe(value: str) -> str:
    if "'" in value or "\\" in value:
        raise typer.BadParameter("a quote or backslash is in no name here")
    return value
