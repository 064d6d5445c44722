"""No single row breaks a list, in whatever zone the machine stands; the most overdue stands first."""

import os
import subprocess
import sys
import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from console.commands.cases import table_of
from console.rows import TABLES, Row, looked_into, read_row
from console.troubles import Trouble
from contracts.agencies import read_directory
from contracts.views import FileView, StoryLine, TrackView
from tests.console.test_listing import REFERENCE, seen
from tests.workflows.ways import PROCESSES

NOW = datetime.now(UTC)
DESK = read_directory().desk


@pytest.fixture(params=["Pacific/Kiritimati", "America/Los_Angeles", "Europe/Amsterdam"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def run(number: int, **attributes: Any) -> Any:
    """A workflow as the search shows it."""
    pairs = [SimpleNamespace(key=SimpleNamespace(name=f"Keten{name}"), value=value) for name, value in attributes.items()]
    return SimpleNamespace(
        id=f"signal-k{number}", run_id="1", status=WorkflowExecutionStatus.RUNNING, start_time=NOW, typed_search_attributes=pairs
    )


class Unreadable:
    """Search attributes that nobody can read."""

    def __iter__(self) -> Any:
        raise ValueError("year 10000 is out of range")


@pytest.mark.parametrize("deadline", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), "soon", None])
def test_a_deadline_that_cannot_be_reckoned_stands_in_its_row(zone: str, deadline: Any) -> None:
    rows = [read_row(DESK, run(1, Case="k1", Deadline=deadline)), read_row(DESK, run(2, Case="k2", Deadline=NOW))]
    said = seen(table_of(rows), 200)
    assert "k1" in said
    assert "k2" in said


def test_a_row_says_whose_turn_it_is_in_which_step_and_until_when() -> None:
    turn = {"Turn": "cosm-shelter", "Step": "AidReferral.offered", "Due": NOW, "Alarm": True}
    row = read_row(DESK, run(1, Case="k1", Kind="case", Phase="in_care", Owner="coordinator-almere", Deadline=NOW, **turn))
    assert (row.turn, row.step, row.due, row.alarm) == ("cosm-shelter", "AidReferral.offered", NOW, True)
    assert row.as_json() | {"turn": "cosm-shelter", "step": "AidReferral.offered", "alarm": True} == row.as_json()
    said = seen(table_of([row]), 200)
    assert "cosm-shelter: AidReferral.offered until" in said
    assert "alarm: `keten case` says which" in said


def test_a_row_of_a_file_of_before_says_it_by_the_step_of_the_file_itself() -> None:
    row = read_row(DESK, run(1, Case="k1", Kind="case", Phase="triage", Owner="coordinator-almere", Deadline=NOW))
    assert (row.turn, row.step, row.due, row.alarm) == ("coordinator-almere", "Case.triage", NOW, False)
    ended = read_row(DESK, run(1, Case="k1", Kind="case", Phase="closed", Owner="-"))
    assert (ended.turn, ended.step, ended.due) == (None, None, None)


def test_the_table_of_every_kind_of_file_is_known() -> None:
    assert {process.system: process.table.name for process in PROCESSES} == TABLES


def test_a_row_that_cannot_be_read_says_so(zone: str) -> None:
    broken = run(1)
    broken.typed_search_attributes = Unreadable()
    said = seen(table_of([read_row(DESK, broken), read_row(DESK, run(2, Case="k2"))]), 200)
    assert "this row cannot be read (ValueError)" in said
    assert "k1" in said
    assert "k2" in said


class Some:
    """Files that answer as they are told to."""

    def __init__(self, *views: FileView | Exception) -> None:
        self._views = dict(enumerate(views, 1))

    async def troubles_of(self, row: Row) -> tuple[Trouble, ...] | None:
        return ()

    async def view_of(self, row: Row) -> FileView:
        view = self._views[int(row.reference[1:])]
        if isinstance(view, Exception):
            raise view
        return view


def overdue(since: timedelta, reminders: int) -> FileView:
    """A file whose clock ended so long ago, and so often since."""
    began = NOW - since - timedelta(days=1)
    track = TrackView(
        title="signal",
        phase="with_desk",
        turn="signal-desk",
        who="desk",
        since=began,
        until=NOW,
        then="again",
        reminders=reminders,
    )
    clock = StoryLine(at=NOW - since, what="Signal.with_desk.clock", who="signal-desk")
    return FileView(
        reference=REFERENCE,
        kind="signal",
        agency="signal-desk",
        region=None,
        responsible="signal-desk",
        track=track,
        tracks=(),
        alarms=(),
        story=(clock,),
        choices=(),
    )


async def test_a_file_of_before_is_asked_since_when_it_is_overdue_and_how_often_somebody_was_reminded() -> None:
    files: Any = Some(overdue(timedelta(days=9), 4))
    rows = [read_row(DESK, run(1, Case="k1", Overdue=True, Deadline=NOW + timedelta(hours=1)))]
    assert "9 d ago, reminded 4x" in seen(table_of(await looked_into(files, rows, overdue=True)), 200)


async def test_a_file_that_shows_it_is_not_asked() -> None:
    files: Any = Some(AssertionError("it was asked"))
    about = {"Case": "k1", "Overdue": True, "OverdueSince": NOW - timedelta(days=3), "Reminded": 2}
    rows = [read_row(DESK, run(1, Deadline=NOW + timedelta(hours=1), **about))]
    assert "3 d ago, reminded 2x" in seen(table_of(await looked_into(files, rows, overdue=True)), 200)


async def test_a_run_that_another_one_followed_is_not_listed() -> None:
    class Begun(Some):
        async def troubles_of(self, row: Row) -> None: ...

    files: Any = Begun()
    assert await looked_into(files, [read_row(DESK, run(1, Case="k1"))], overdue=False) == []


async def test_a_file_that_does_not_answer_hides_no_other() -> None:
    away = RPCError("no", RPCStatusCode.DEADLINE_EXCEEDED, b"")
    files: Any = Some(away, overdue(timedelta(days=9), 4))
    rows = [read_row(DESK, run(number, Case=f"k{number}", Deadline=NOW + timedelta(hours=1))) for number in (1, 2)]
    said = seen(table_of(await looked_into(files, rows, overdue=True)), 200)
    assert "this file does not answer (RPCError): does the office of signal-desk run?" in said
    assert "reminded 4x" in said


def test_the_control_a_zone_of_the_machine_breaks_at_the_end_of_time() -> None:
    """What was done before: the zone of the machine, reckoned without a guard."""
    code = "from datetime import *; datetime.max.replace(tzinfo=timezone.utc).astimezone()"
    broken = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TZ": "Europe/Amsterdam"}, capture_output=True, text=True, check=False
    )
    assert "OverflowError" in broken.stderr or "year 10000" in broken.stderr
