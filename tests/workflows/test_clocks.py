"""Every clock of every state, on the real workflows: it rings when it is due, not before, and does what the table says."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from contracts.clocks import Duration
from contracts.views import FileView, TrackView
from tests.remedy import assert_same
from tests.workflows.conftest import Staged
from tests.workflows.stage import Stage
from tests.workflows.tables_found import STATES, TABLES, state_of
from tests.workflows.ways import WAYS, Way, silence, walk
from workflows.engine.process import Process
from workflows.engine.table import CLOCK, OPENING, VOID, State, Table, Turn

A_WHILE = timedelta(minutes=2)
HOUR = Duration(amount=1, unit="hour")

SENT_BY_A_CLOCK = {
    ("SignalRouting", "with_coordinator"): ["CoverageGapObserved", "SignalRouted", "SignalStatusChanged"],
    ("SignalRouting", "with_registry"): ["SignalStatusChanged"],
    ("AidReferral", "offered"): ["ReferralOffered", "ReferralRecalled"],
    ("AidReferral", "seen"): ["ReferralRecalled", "RegistrationAmended"],
    ("Feedback", "owed"): ["DossierReportedBack"],
}
"""What other agencies hear when a clock rings; nothing where it is not named."""

SENT_OTHERWISE = """when the clock of {table}.{name} rings, other agencies hear {sent}.
If that is meant, write it into SENT_BY_A_CLOCK in tests/workflows/test_clocks.py: ("{table}", "{name}"): {sent}.
If it is not, look into the chapter of this state, and into `rang` of its track."""
ELSEWHERE = """the way to {table}.{name} leads to {phase}: write it into _BY_HAND of tests/workflows/ways.py"""


def test_there_is_a_way_to_every_state() -> None:
    assert_same(
        WAYS, STATES, "Where no decision leads to a state alone, write a way to it into _BY_HAND of tests/workflows/ways.py."
    )


def track_of(view: FileView, table: Table) -> TrackView | None:
    """Where a table's track is; None when it has ended."""
    tracks = (view.track, *view.tracks)
    return next((track for track in tracks if track.title.endswith(table.title)), None)


async def now_at(file: Stage, table: Table) -> TrackView:
    track = track_of(await file.view(), table)
    assert track is not None
    return track


def is_process(table: Table, way: Way) -> bool:
    return way.process.table is table


@pytest.mark.parametrize(("table", "name"), STATES)
async def test_a_clock_rings_when_it_is_due_and_does_what_the_table_says(stage: Staged, table: str, name: str) -> None:
    if name == OPENING:
        await becomes_void(stage, WAYS[table, name])
        return
    file = await walk(stage, WAYS[table, name])
    kind, state = TABLES[table], state_of(table, name)
    before = await now_at(file, kind)
    assert before.phase == name, ELSEWHERE.format(table=table, name=name, phase=before.phase)
    assert (before.who, before.then, before.reminders) == (state.who, state.then, 0)
    assert before.turn == file.slug if state.turn is Turn.US else before.turn not in {file.slug, None}
    assert before.until is not None

    await file.skip_until(before.until - A_WHILE)
    assert f"{table}.{name}.clock" not in what_happened(await file.view())
    letters, pages = len(file.letters.all), len(file.pages.alarms)

    await file.skip_until(before.until + A_WHILE / 2)
    view = await file.view()
    after = track_of(view, kind)
    assert what_happened(view).count(f"{table}.{name}.clock") == 1
    sent = sorted({type(message.event()).__name__ for _, message in file.letters.all[letters:]} - {"CaseStalled"})
    assert sent == SENT_BY_A_CLOCK.get((table, name), []), SENT_OTHERWISE.format(table=table, name=name, sent=sent)
    assert raised(file, pages, view, kind) == ([state.alarm] if state.alarm else [])
    assert not state.alarm or any(alarm.startswith(state.alarm) for alarm in view.alarms)
    targets = state.moves[CLOCK] | answered_at_once(kind, state)
    if after is None or after.until is None:
        assert targets & kind.ends
        return
    assert after.phase in targets
    if after.phase == name and after.turn == before.turn and targets == frozenset({name}):
        assert after.reminders == 1
        await rings_again(file, kind, name)


def raised(file: Stage, before: int, view: FileView, kind: Table) -> list[str]:
    """Alarms since then, without those about other tracks, which may stand still meanwhile."""
    others = tuple(track.title for track in (view.track, *view.tracks) if not track.title.endswith(kind.title))
    return [alarm.words for alarm in file.pages.alarms[before:] if not alarm.words.startswith(others)]


def answered_at_once(table: Table, state: State) -> frozenset[str]:
    """Where a clock leads to by a state in which the engine only looks something up."""
    others = [name for name in state.moves[CLOCK] if name != state.name and name in table.states]
    looking = [name for name in others if "found" in table.states[name].moves]
    return frozenset(to for name in looking for to in table.states[name].moves["found"])


async def rings_again(file: Stage, table: Table, name: str) -> None:
    before = await now_at(file, table)
    assert before.until is not None
    pages = len(file.pages.alarms)
    await file.skip_until(before.until + A_WHILE / 2)
    after = await now_at(file, table)
    assert (after.phase, after.reminders, after.since) == (name, 2, before.since)
    state = table.states[name]
    stands_still = f"{after.title} stands still in {name}: it is the turn of {state.who}"
    assert raised(file, pages, await file.view(), table) == [state.alarm or stands_still]


def what_happened(view: FileView) -> list[str]:
    return [line.what for line in view.story]


async def becomes_void(stage: Staged, way: Way) -> None:
    """A file whose first event was refused: it ends as failed, so that its reference can be used again."""
    file = await walk(stage, way)
    await file.skip(timedelta(minutes=9))
    assert await file.phase() == OPENING
    await file.skip(timedelta(minutes=2))
    with pytest.raises(WorkflowFailureError) as failure:
        await file.handle.result()
    assert isinstance(failure.value.cause, ApplicationError)
    assert failure.value.cause.type == VOID
    assert file.letters.all == []


@pytest.mark.parametrize(
    ("table", "name", "silent"),
    [
        ("SignalRouting", "searching", "maps"),
        ("SignalRouting", "alarm", "pages"),
        ("SignalRouting", "owned", "pages"),
        ("Registration", "recording", "shelf"),
        ("PrivacyCheck", "asked", "maps"),
        ("Case", "triage", "maps"),
    ],
)
async def test_a_clock_goes_on_while_the_world_does_not_answer(stage: Staged, table: str, name: str, silent: str) -> None:
    way = WAYS[table, name]
    clocks = way.clocks.model_copy(update=dict.fromkeys(("triage", "privacy_check", "progress", "alarm", "registration"), HOUR))
    file = await walk(stage, Way(way.process, way.slug, way.opening, way.steps, "" if silent == "pages" else silent, clocks))
    silence(file, silent)
    await file.skip(timedelta(hours=3, minutes=30))
    rung = [what for what in what_happened(await file.view()) if what.endswith(".clock")]
    assert len(rung) == 3
    silence(file, "")
    await file.skip(timedelta(minutes=2))
    if silent == "pages":
        assert len(file.pages.alarms) >= 3
    if silent == "shelf":
        assert await file.phase() == "recorded"


def test_every_process_has_a_way() -> None:
    known = {way.process for way in WAYS.values()}
    assert all(issubclass(process, Process) for process in known)
    assert {process.table.name for process in known} <= set(TABLES)
