"""Rows of a listing: each is read and drawn by itself, so that none can break the list."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from temporalio.client import WorkflowExecution

from console.times import iso
from console.troubles import Trouble
from contracts.agencies import Agency
from contracts.views import FileView, TrackView

LOOKED_INTO = 300
"""How many files of a listing are asked one by one: for what fails there, and since when they are overdue."""

AT_ONCE = 16
CLOCK_ENDED = ".clock"
"""How the line of a story ends that says that a clock ended."""


class Row(NamedTuple):
    """A file in a listing, from search attributes alone."""

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
    troubles: tuple[Trouble, ...] = ()
    overdue_since: datetime | None = None
    reminded: int = 0
    unreadable: str | None = None

    @property
    def urgency(self) -> tuple[str, str, str]:
        """What is due first stands first."""
        return (iso(self.deadline) or "9999", self.agency, self.name)

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
            "overdue_since": iso(self.overdue_since),
            "reminded": self.reminded,
            "troubles": [trouble.model_dump() for trouble in self.troubles],
            "unreadable": self.unreadable,
        }


def read_row(agency: Agency, run: WorkflowExecution) -> Row:
    """A file as a search shows it; what cannot be read of it is said in its row."""
    status = run.status.name.lower() if run.status else "-"
    try:
        attributes: Any = run.typed_search_attributes  # generic in the library
        values: dict[str, Any] = {pair.key.name: pair.value for pair in attributes}
        names = ("Case", "Kind", "Phase", "Owner", "Region")
        case, kind, phase, owner, region = (str(values.get(f"Keten{name}", "-")) for name in names)
        due = _moment(values.get("KetenDeadline"))
        return Row(agency.slug, run.id, case, kind, phase, owner, region, due, status, run.start_time)
    except (ValueError, OverflowError, TypeError, AttributeError) as error:
        kind, _, reference = run.id.partition("-")
        why = f"this row cannot be read ({type(error).__name__}): `keten case` may show more"
        return Row(agency.slug, run.id, reference, kind, "-", "-", "-", None, status, run.start_time, unreadable=why)


def _moment(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    raise TypeError("this is no moment")


class Looks(Protocol):
    """What is asked of single files."""

    async def troubles_of(self, agency: Agency, name: str) -> tuple[Trouble, ...]:
        """What fails in a file."""
        ...

    async def view_of(self, row: Row) -> FileView | None:
        """The file as a person sees it; None if it is gone."""
        ...


async def looked_into(files: Looks, agencies: Iterable[Agency], rows: Sequence[Row], *, overdue: bool) -> list[Row]:
    """The same rows, with what fails in each and, if that is asked, since when it is overdue; the most overdue first then."""
    by_slug = {agency.slug: agency for agency in agencies}
    places = asyncio.Semaphore(AT_ONCE)

    async def look(row: Row) -> Row:
        async with places:
            return await _looked_into(files, by_slug[row.agency], row, overdue=overdue)

    looked = [*await asyncio.gather(*(look(row) for row in rows[:LOOKED_INTO])), *rows[LOOKED_INTO:]]
    return sorted(looked, key=_most_overdue) if overdue else looked


def _most_overdue(row: Row) -> tuple[str, tuple[str, str, str]]:
    return (iso(row.overdue_since) or "9999", row.urgency)


async def _looked_into(files: Looks, agency: Agency, row: Row, *, overdue: bool) -> Row:
    """A file that does not answer says so in its row."""
    if row.status != "running" or row.unreadable:
        return row
    try:
        row = row._replace(troubles=await files.troubles_of(agency, row.name))
        view = await files.view_of(row) if overdue else None
    except Exception as error:
        return row._replace(
            unreadable=f"this file does not answer ({type(error).__name__}): does the office of {agency.slug} run?"
        )
    return row._replace(overdue_since=_overdue_since(view, row), reminded=_reminded(view)) if view else row


def _reminded(view: FileView) -> int:
    return sum(track.reminders for track in _tracks(view))


def _overdue_since(view: FileView, row: Row) -> datetime | None:
    """When the first clock ended in a state in which nobody has acted since."""
    ended = [_first_end(view, track) for track in _tracks(view) if track.reminders]
    if row.deadline and row.deadline < datetime.now(UTC):
        ended.append(row.deadline)
    return min(ended, default=None)


def _first_end(view: FileView, track: TrackView) -> datetime:
    ended = f".{track.phase}{CLOCK_ENDED}"
    return next((line.at for line in view.story if line.at >= track.since and line.what.endswith(ended)), track.since)


def _tracks(view: FileView) -> tuple[TrackView, ...]:
    return (view.track, *view.tracks)
