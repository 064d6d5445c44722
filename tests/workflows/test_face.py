"""What is readable of a workflow without a key: nothing that somebody wrote fits there."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.event import File
from contracts.events.signals import CaseAccepted, Signal, SignalReported
from contracts.places import CARE_REGIONS
from contracts.reference import new_reference
from tests.workflows.conftest import Staged
from tests.workflows.samples import COMMANDS
from tests.workflows.stage import Stage
from tests.workflows.ways import WAYS, walk
from workflows.engine.attributes import Face
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
    told = {"phase", "owner", "region", "kind", "case", "deadline", "overdue", "overdue_since", "reminded"}
    assert set(Face.model_fields) == told


def test_a_workflow_bears_from_its_start_what_is_known_then() -> None:
    pairs: Any = face().at_the_start  # generic in the library
    shown = {pair.key.name: pair.value for pair in pairs}
    assert shown.keys() == {"KetenPhase", "KetenOwner", "KetenKind", "KetenCase", "KetenOverdue"}
    assert shown["KetenPhase"] == face().phase


async def upserts(file: Stage) -> list[dict[str, Any]]:
    """The search attributes as the workflow set them, one after the other."""
    written = [event.upsert_workflow_search_attributes_event_attributes for event in await file.history()]
    fields = [upsert.search_attributes.indexed_fields for upsert in written]
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


async def test_what_did_not_change_is_not_written_again(stage: Staged) -> None:
    desk = await stage("signal-desk", SignalRouting)
    await desk.open(SignalReported(signal=Signal(municipality="GM0995", account="an example")), "police-midden-nederland")
    await desk.hear(CaseAccepted(), "coordinator-almere")
    first, second = await upserts(desk)
    assert {"KetenCase", "KetenKind", "KetenPhase", "KetenOwner", "KetenRegion", "KetenDeadline"} < set(first)
    assert set(second) == {"KetenPhase", "KetenDeadline"}


async def test_of_a_file_that_is_overdue_all_is_written(stage: Staged) -> None:
    """Versions before wrote less of it, so what is there is not known."""
    case = await walk(stage, WAYS["Case", "triage"])
    until = (await case.view()).track.until
    assert until
    await case.skip_until(until + timedelta(seconds=10))
    assert {"KetenCase", "KetenKind", "KetenOverdueSince", "KetenReminded"} < set((await upserts(case))[-1])
