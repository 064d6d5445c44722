"""Which cases there are, page by page."""

from typing import Annotated

import typer
from rich.text import Text

from console.cutting import Asked
from console.installation import Installation
from console.listing import Listing
from console.lists import MOST, PAGE, Lists
from console.options import JSON, safe
from console.plain import plain
from console.rows import Row, looked_into
from console.screen import run, screen, styled
from console.searching import search_for
from console.times import ago, left, when
from console.wanted import Wanted
from contracts.counted import counted
from contracts.event import File


def cases(
    *,
    region: Annotated[str | None, typer.Option(help="care region")] = None,
    phase: Annotated[str | None, typer.Option(help="phase, for instance triage")] = None,
    owner: Annotated[str | None, typer.Option(help="slug of the agency whose turn it is in the file's own step")] = None,
    turn: Annotated[str | None, typer.Option(help="slug of the agency whose turn it is in some step, by its clock")] = None,
    waits: Annotated[str | None, typer.Option(help="slug of an agency that waits for others in all its steps")] = None,
    kind: Annotated[File | None, typer.Option(help="kind of file")] = None,
    week: Annotated[bool, typer.Option("--week", help="only those whose clock ends in this week, and has not ended")] = False,
    alarm: Annotated[bool, typer.Option("--alarm", help="only those with an alarm that nobody has acknowledged")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="only those whose clock ended without anybody acting")] = False,
    failing: Annotated[bool, typer.Option("--failing", help="only those whose workflow fails at every try")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="also those that have ended")] = False,
    after: Annotated[str | None, typer.Option(help="the page that begins after this place; the page before shows it")] = None,
    most: Annotated[int, typer.Option("--limit", min=1, max=MOST, help="files on a page")] = PAGE,
    as_json: JSON = False,
) -> None:
    """Files of all agencies that this installation may see, the most urgent first."""
    wanted = Wanted(
        region=region and safe(region),
        kind=kind and kind.value,
        phase=phase and safe(phase),
        owner=owner and safe(owner),
        turn=turn and safe(turn),
        not_turn=waits and safe(waits),
        overdue=overdue,
        alarm=alarm,
        failing=failing,
        week=week,
        closed=closed,
    )
    run(_cases(search_for(wanted), after, most, overdue=overdue, as_json=as_json))


async def _cases(asked: Asked, after: str | None, most: int, *, overdue: bool, as_json: bool) -> None:
    lists = Lists(Installation.reach())
    page = await lists.page(asked, after, most)
    rows = await looked_into(lists, page.rows, overdue=overdue)
    if as_json:
        screen.print_as_json([row.as_json() for row in rows])
        return
    screen.print(table_of(rows) if rows else "no files that fit; --closed shows those that have ended")
    if page.failing:
        stands = "stands" if page.failing == 1 else "stand"
        screen.print(
            f"{page.failing} of {counted(page.total, 'file')} {stands} still: `keten cases --failing` says why", style="red"
        )
    if page.after:
        screen.print(
            f"{len(rows)} of {counted(page.total, 'file')}; the next ones: the same with --after {page.after}", soft_wrap=True
        )
    elif after:
        screen.print(f"these are the last of {counted(page.total, 'file')}")


def table_of(rows: list[Row]) -> Listing:
    """Files with whose turn it is, until when, and what is wrong."""
    table = Listing("case", "file", "phase", "turn of")
    for row in rows:
        table.add(row.reference, styled(f"{plain(row.kind)}\n", (f"at {plain(row.agency)}", "dim")), row.phase, _turn(row))
    return table


def _turn(row: Row) -> Text:
    """Whose turn it is until when, and what is wrong."""
    lines = [Text(plain(row.owner)), *_until(row), *_step(row)]
    lines += [Text("alarm: `keten case` says which", style="red")] if row.alarm else []
    lines += [Text(f"stands still: {plain(trouble.words)}", style="red") for trouble in row.troubles]
    lines += [Text(plain(row.unreadable), style="red")] if row.unreadable else []
    return Text("\n").join(lines)


def _step(row: Row) -> list[Text]:
    """The step that an inbox speaks of, where it is another one than that of the file itself."""
    if row.due is None or (row.turn, row.due) == (row.owner, row.deadline):
        return []
    return [Text(f"{plain(row.turn)}: {plain(row.step)} until {when(row.due)}")]


def _until(row: Row) -> list[Text]:
    if row.deadline is None or row.status != "running":
        return [Text(row.status)]
    late = left(row.deadline)
    lines = [styled(f"until {when(row.deadline)}, ", (late, "red") if late == "overdue" else late)]
    if row.overdue_since:
        times = f", reminded {row.reminded}x" if row.reminded else ""
        lines.append(Text(f"overdue since {when(row.overdue_since)}, {ago(row.overdue_since)}{times}", style="red"))
    return lines
