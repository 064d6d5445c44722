"""Rows of a listing: each is read and drawn by itself, so that none can break the list."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from temporalio.client import WorkflowExecution

from console.times import iso
from console.troubles import Trouble
from contracts.agencies import Agency
from contracts.views import FileView, TrackView

TABLES = {
    "signal": "SignalRouting",
    "report": "Report",
    "case": "Case",
    "placement": "Placement",
    "observation": "Observation",
    "danger": "Danger",
    "guarding": "Guarding",
    "privacy": "PrivacyCheck",
    "dossier": "Dossier",
    "registration": "Registration",
    "coverage": "CoverageGap",
    "retention": "Retention",
    "access": "Access",
    "disclosure": "Disclosure",
}
"""The table of each kind of file."""

NOBODY = "-"
"""The owner of a file in which nobody's turn is left."""

AT_ONCE = 16
CLOCK_ENDED = ".clock"
"""How the line of a story ends that says that a clock ended."""


class Row(NamedTuple):
    """A file in a listing, from search attributes alone.

    Attributes:
        turn: Whose turn it is in the track that waits for the agency that keeps the file; where none does, in the one due first.
        step: The table of that track and its phase, as `Case.intake`.
        due: When its clock ends.
        waits_for: For which other agency it waits, too; None: for none, or a file of before does not say it.
        waits_in: In which step.
    """

    agency: str
    name: str
    reference: str
    kind: str
    phase: str
    owner: str
    region: str
    deadline: datetime | None
    status: str
    began: datetime
    run: str = ""
    troubles: tuple[Trouble, ...] = ()
    overdue_since: datetime | None = None
    reminded: int = 0
    unreadable: str | None = None
    place: str | None = None
    turn: str | None = None
    step: str | None = None
    due: datetime | None = None
    alarm: bool = False
    waits_for: str | None = None
    waits_in: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "case": self.reference,
            "agency": self.agency,
            "kind": self.kind,
            "phase": self.phase,
            "owner": self.owner,
            "region": self.region,
            "status": self.status,
            "until": iso(self.deadline),
            "turn": self.turn,
            "step": self.step,
            "due": iso(self.due),
            "alarm": self.alarm,
            "waits_for": self.waits_for,
            "waits_in": self.waits_in,
            "overdue_since": iso(self.overdue_since),
            "reminded": self.reminded,
            "troubles": [trouble.model_dump() for trouble in self.troubles],
            "unreadable": self.unreadable,
            "place": self.place,
        }


def read_row(agency: Agency, run: WorkflowExecution) -> Row:
    """A file as a search shows it; what cannot be read of it is said in its row."""
    status = run.status.name.lower() if run.status else "-"
    try:
        attributes: Any = run.typed_search_attributes  # generic in the library
        values: dict[str, Any] = {pair.key.name: pair.value for pair in attributes}
        names = ("Case", "Kind", "Phase", "Owner", "Region")
        case, kind, phase, owner, region = (str(values.get(f"Keten{name}", "-")) for name in names)
        due, ended = _moment(values.get("KetenDeadline")), _moment(values.get("KetenOverdueSince"))
        row = Row(agency.slug, run.id, case, kind, phase, owner, region, due, status, run.start_time, run.run_id)
        row = row._replace(overdue_since=ended or _passed(row), reminded=int(values.get("KetenReminded", 0)))
        return _with_turn(row, values)
    except (ValueError, OverflowError, TypeError, AttributeError) as error:
        kind, _, reference = run.id.partition("-")
        why = f"this row cannot be read ({type(error).__name__}): `keten case` may show more"
        return Row(agency.slug, run.id, reference, kind, "-", "-", "-", None, status, run.start_time, run.run_id, unreadable=why)


def _with_turn(row: Row, values: Mapping[str, Any]) -> Row:
    """A file that an earlier version began shows its own phase and owner, until its page turns."""
    alarm = values.get("KetenAlarm") is True
    if "KetenTurn" in values:
        turn, due = str(values["KetenTurn"]), _moment(values.get("KetenDue"))
        row = row._replace(waits_for=values.get("KetenWaitsFor"), waits_in=values.get("KetenWaitsIn"))
        return row._replace(turn=turn, step=values.get("KetenStep"), due=due, alarm=alarm)
    if row.owner == NOBODY or row.deadline is None:
        return row._replace(alarm=alarm)
    table = TABLES.get(row.kind)
    return row._replace(turn=row.owner, step=f"{table}.{row.phase}" if table else None, due=row.deadline, alarm=alarm)


def _moment(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    raise TypeError("this is no moment")


class Looks(Protocol):
    """What is asked of single files."""

    async def troubles_of(self, row: Row) -> tuple[Trouble, ...] | None:
        """What fails in a file; None where another run stands for it now."""
        ...

    async def view_of(self, row: Row) -> FileView | None:
        """The file as a person sees it; None if it is gone."""
        ...


async def looked_into(files: Looks, rows: Sequence[Row], *, overdue: bool) -> list[Row]:
    """The same rows, with what fails in each.

    Args:
        files: What is asked.
        rows: Of one page.
        overdue: Files of an earlier version, which do not show since when they are overdue, are asked for that, too.
    """
    places = asyncio.Semaphore(AT_ONCE)

    async def look(row: Row) -> Row | None:
        async with places:
            return await _looked_into(files, row, overdue=overdue)

    return [row for row in await asyncio.gather(*(look(row) for row in rows)) if row]


async def _looked_into(files: Looks, row: Row, *, overdue: bool) -> Row | None:
    """A file that does not answer says so in its row."""
    if row.unreadable:
        return row
    try:
        troubles = await files.troubles_of(row)
        view = await files.view_of(row) if overdue and not row.overdue_since else None
    except Exception as error:
        return row._replace(
            unreadable=f"this file does not answer ({type(error).__name__}): does the office of {row.agency} run?"
        )
    row = row._replace(troubles=troubles or ())
    if troubles is None:
        return None
    return row._replace(overdue_since=_overdue_since(view), reminded=_reminded(view)) if view else row


def _reminded(view: FileView) -> int:
    return sum(track.reminders for track in _tracks(view))


def _overdue_since(view: FileView) -> datetime | None:
    """When the first clock ended in a state in which nobody has acted since."""
    return min((_first_end(view, track) for track in _tracks(view) if track.reminders), default=None)


def _passed(row: Row) -> datetime | None:
    """The deadline of an open file whose clock should have ended already."""
    return row.deadline if row.deadline and row.status == "running" and row.deadline < datetime.now(UTC) else None


def _first_end(view: FileView, track: TrackView) -> datetime:
    ended = f".{track.phase}{CLOCK_ENDED}"
    return next((line.at for line in view.story if line.at >= track.since and line.what.endswith(ended)), track.since)


def _tracks(view: FileView) -> tuple[TrackView, ...]:
    return (view.track, *view.tracks)
