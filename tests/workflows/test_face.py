"""What is readable of a workflow without a key: nothing that somebody wrote fits there."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from temporalio.api.history.v1 import HistoryEvent

from contracts.commands import AcknowledgeAlarms, RecordTriage
from contracts.event import File
from contracts.events.signals import CaseAccepted, Signal, SignalReported
from contracts.places import CARE_REGIONS
from contracts.reference import new_reference
from contracts.views import FileView
from contracts.words import Finding
from tests.workflows.conftest import Staged
from tests.workflows.paged import PagedCase, PlainCase
from tests.workflows.samples import COMMANDS, EVENTS
from tests.workflows.stage import Stage
from tests.workflows.ways import ALMERE, ASKING, DESK, NAMED, NOT_PLACED, WAYS, walk
from workflows.case.case import Case
from workflows.engine.attributes import Face, Next, Others
from workflows.signal.routing import SignalRouting

WRITTEN = ["Jan Jansen", "jan.jansen@example.org", "born 1990", "+31 6 00000000", "two\nlines", "Straatweg 1"]


def face(**changed: Any) -> Face:
    usual: dict[str, Any] = {
        "phase": "with_coordinator",
        "owner": "coordinator-almere",
        "region": "Almere",
        "kind": File.SIGNAL,
        "case": new_reference(),
        "deadline": None,
        "overdue": False,
    }
    return Face(**usual | changed)


@pytest.mark.parametrize("field", ["phase", "owner", "kind", "case"])
@pytest.mark.parametrize("text", WRITTEN)
def test_what_somebody_wrote_fits_no_attribute(field: str, text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        face(**{field: text})
    assert text not in str(caught.value)


@pytest.mark.parametrize("text", WRITTEN)
def test_a_region_that_no_table_knows_is_not_shown(text: str) -> None:
    assert not [value for value in face(region=text).values if text in str(value)]
    assert "Almere" in str(face().values)
    assert {"Almere", "Zwolle"} <= CARE_REGIONS


def test_every_field_is_of_a_kind_that_says_nothing() -> None:
    """A further field must be thought about: what may be readable of every workflow of every agency?"""
    told = {"phase", "owner", "region", "kind", "case", "deadline", "overdue", "overdue_since", "reminded", "next"}
    assert set(Face.model_fields) == told
    assert set(Next.model_fields) == {"turn", "step", "due", "alarm", "others"}
    assert set(Others.model_fields) == {"turn", "step"}


def test_a_workflow_bears_from_its_start_what_is_known_then() -> None:
    pairs: Any = face().at_the_start  # generic in the library
    shown = {pair.key.name: pair.value for pair in pairs}
    assert shown.keys() == {"KetenPhase", "KetenOwner", "KetenKind", "KetenCase", "KetenOverdue"}
    assert shown["KetenPhase"] == face().phase


def fields_of(event: HistoryEvent) -> Mapping[str, Any]:
    """The search attributes that an event of a history sets."""
    return event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields


async def upserts(file: Stage) -> list[dict[str, Any]]:
    """The search attributes as the workflow set them, one after the other."""
    fields = [fields_of(event) for event in await file.history()]
    return [
        {name: json.loads(one[name].data or b"null") for name in one}
        for one in fields
        if one and "TemporalChangeVersion" not in one
    ]


async def shown(file: Stage) -> dict[str, Any]:
    """The search attributes as they are by all that the workflow set."""
    there: dict[str, Any] = {}
    for one in await upserts(file):
        there |= one
    return there


async def test_a_list_says_since_when_a_file_is_overdue_and_how_often_somebody_was_reminded(stage: Staged) -> None:
    case = await walk(stage, WAYS["Case", "triage"])
    assert ((await shown(case))["KetenOverdueSince"], (await shown(case))["KetenReminded"]) == (None, 0)
    for _ in range(2):
        until = (await case.view()).track.until
        assert until
        await case.skip_until(until + timedelta(seconds=10))
    ends = [line.at for line in (await case.view()).story if line.what == "Case.triage.clock"]
    assert ((await shown(case))["KetenOverdueSince"], (await shown(case))["KetenReminded"]) == (ends[0].isoformat(), 2)
    assert len(ends) == 2
    await case.decide(COMMANDS["record_triage"])
    assert ((await shown(case))["KetenOverdueSince"], (await shown(case))["KetenReminded"]) == (None, 0)


NEXT = ("KetenTurn", "KetenStep", "KetenDue", "KetenAlarm")


async def next_of(file: Stage) -> list[Any]:
    there = await shown(file)
    return [there.get(name) for name in NEXT]


def until(view: FileView, name: str) -> str:
    """When the clock of a track ends, as an attribute says it."""
    [track] = [track for track in (view.track, *view.tracks) if track.name == name]
    assert track.until
    return track.until.isoformat()


async def test_a_list_says_whose_turn_it_is_in_which_step_until_when(stage: Staged) -> None:
    case = await walk(stage, WAYS["Case", "triage"])
    assert await next_of(case) == [ALMERE, "Case.triage", until(await case.view(), "Case"), False]


async def test_of_steps_that_wait_for_the_own_agency_the_one_due_first_counts(stage: Staged) -> None:
    """Another one of the same file, in which others are asked, may be due before."""
    case = await walk(stage, ASKING)
    view = await case.view()
    assert min((track.until, track.turn) for track in (view.track, *view.tracks) if track.until)[1] != ALMERE
    assert await next_of(case) == [ALMERE, "Case.in_care", until(view, "Case"), False]
    case = await walk(stage, NOT_PLACED)
    assert await next_of(case) == [ALMERE, "AidReferral.not_placed", until(await case.view(), "AidReferral"), False]


WAITS = ("KetenWaitsFor", "KetenWaitsIn")


async def waits_of(file: Stage) -> list[Any]:
    there = await shown(file)
    return [there.get(name) for name in WAITS]


async def test_a_list_says_for_whom_a_file_waits_also_where_its_agency_has_its_own_turn(stage: Staged) -> None:
    case = await walk(stage, NAMED.then(*ASKING.steps[-1:]))
    tracks = [track for track in (await case.view()).tracks if track.until]
    assert {"AidReferral", "Registering"} <= {track.name for track in tracks}
    first = min(tracks, key=lambda track: track.until or datetime.max.replace(tzinfo=UTC))
    assert await waits_of(case) == [first.turn, f"{first.name}.{first.phase}"]
    assert first.turn != ALMERE
    assert (await next_of(case))[0] == ALMERE


async def test_a_file_that_waits_for_nobody_else_says_so(stage: Staged) -> None:
    case = await walk(stage, WAYS["Case", "triage"])
    assert await waits_of(case) == [None, None]
    await case.decide(RecordTriage(finding=Finding.NO_VICTIM))
    await case.handle.result()
    assert await waits_of(case) == [None, None]


async def test_where_none_waits_for_the_own_agency_whoever_is_due_first_counts(stage: Staged) -> None:
    desk = await walk(stage, WAYS["SignalRouting", "with_coordinator"])
    assert (await next_of(desk))[:2] == [ALMERE, "SignalRouting.with_coordinator"]


async def test_an_alarm_is_shown_until_it_is_acknowledged(stage: Staged) -> None:
    case = await walk(stage, WAYS["Case", "triage"])
    await case.hear(EVENTS["DeliveryRefused"], DESK)
    assert (await next_of(case))[3] is True
    await case.decide(AcknowledgeAlarms())
    assert (await next_of(case))[3] is False


async def test_at_the_end_it_is_nobodys_turn(stage: Staged) -> None:
    case = await walk(stage, WAYS["Case", "triage"])
    await case.decide(RecordTriage(finding=Finding.NO_VICTIM))
    await case.handle.result()
    assert await next_of(case) == [None, None, None, False]


@pytest.mark.parametrize(("kind", "shows"), [(PlainCase, False), (PagedCase, True)])
async def test_a_file_of_before_shows_it_from_its_next_page_on(stage: Staged, kind: type[Case], shows: bool) -> None:
    """Within a run it goes on as its history began."""

    async def begun_before(slug: str, process: type[Case]) -> Stage:
        file: Stage = await stage(slug, process)
        file.begin_as = {"shows_turn": False, "shows_others": False}
        return file

    case = await walk(begun_before, replace(WAYS["Case", "triage"], process=kind))
    await case.hear(EVENTS["DeliveryRefused"], DESK)
    await case.settle()
    first = (await case.runs())[0]
    assert not [event for event in first if "KetenTurn" in fields_of(event)], "its history began without them"
    assert ("KetenTurn" in await shown(case)) is shows


@pytest.mark.parametrize(("kind", "shows"), [(PlainCase, False), (PagedCase, True)])
async def test_a_file_of_before_says_for_whom_else_it_waits_from_its_next_page_on(
    stage: Staged, kind: type[Case], shows: bool
) -> None:
    async def begun_before(slug: str, process: type[Case]) -> Stage:
        file: Stage = await stage(slug, process)
        file.begin_as = {"shows_others": False}
        return file

    case = await walk(begun_before, replace(ASKING, process=kind))
    await case.hear(EVENTS["DeliveryRefused"], DESK)
    await case.settle()
    first = (await case.runs())[0]
    assert not [event for event in first if "KetenWaitsFor" in fields_of(event)], "its history began without it"
    assert ("KetenWaitsFor" in await shown(case)) is shows


@pytest.mark.parametrize("step", ["case.triage", "Case", "Case.Jan Jansen", "Case.triage\n", "Case.triage.x", "."])
def test_what_is_no_step_is_not_shown(step: str) -> None:
    with pytest.raises(ValidationError):
        Next(turn=ALMERE, step=step)


async def test_what_did_not_change_is_not_written_again(stage: Staged) -> None:
    desk = await stage("signal-desk", SignalRouting)
    await desk.open(SignalReported(signal=Signal(municipality="GM0995", account="an example")), "police-midden-nederland")
    await desk.hear(CaseAccepted(), "coordinator-almere")
    first, second = await upserts(desk)
    assert {"KetenCase", "KetenKind", "KetenPhase", "KetenOwner", "KetenRegion", "KetenDeadline"} < set(first)
    assert set(second) == {"KetenPhase", "KetenDeadline", "KetenStep", "KetenDue", "KetenWaitsIn"}


async def test_of_a_file_that_is_overdue_all_is_written(stage: Staged) -> None:
    """Versions before wrote less of it, so what is there is not known."""
    case = await walk(stage, WAYS["Case", "triage"])
    until = (await case.view()).track.until
    assert until
    await case.skip_until(until + timedelta(seconds=10))
    assert {"KetenCase", "KetenKind", "KetenOverdueSince", "KetenReminded"} < set((await upserts(case))[-1])
