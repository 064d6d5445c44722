"""Today's code reads yesterday's histories: whatever was open when a worker was replaced goes on as it was."""

import base64
import json
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from difflib import unified_diff
from typing import Any, cast

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS
from contracts.personal import personal_fields
from runtime.temporal.client import plugin
from tests.remedy import assert_same
from tests.replay.changed import TalkativeDossier
from tests.replay.fingerprint import fingerprint
from tests.replay.record import HISTORIES, live, read, recordings
from tests.replay.written import assert_written, known
from tests.workflows.servers import time_skipping
from tests.workflows.stories import STORIES
from tests.workflows.ways import PROCESSES
from workflows.engine.process import Process

RECORDED = sorted(path.name for path in HISTORIES.glob("*.json"))
REMEDY = """
The commands of {story} are no longer those of its recording, so a file that is open now could not go on.
If this was meant: keep the old order for old files,

    if workflow.patched("reason-in-words"):
        ... the new order
    else:
        ... the old order

and add a recording beside the old ones with `python -m tests.replay.record`; never change or remove an old one.

{difference}
"""


@pytest.fixture
async def env() -> AsyncGenerator[WorkflowEnvironment]:
    async with time_skipping() as env:
        yield env


def test_every_kind_of_file_was_recorded_and_one_that_turned_its_page() -> None:
    remedy = "Each kind of file has one life in STORIES of tests/workflows/stories.py, from its first event to its end."
    assert_same(STORIES, {process.system for process in PROCESSES}, remedy)
    unrecorded = [name for name in STORIES if not recordings(name)]
    assert not unrecorded, f"never recorded: {unrecorded}; run `python -m tests.replay.record` and keep the file that it names"
    assert "workflow_execution_continued_as_new" in fingerprint(read(recordings("case-turns-its-page")[0]).events)
    assert (
        read(recordings("case-on-a-new-page")[0]).events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    )


def kept_by(history: WorkflowHistory) -> str:
    """The name of the workflow whose history it is."""
    return history.events[0].workflow_execution_started_event_attributes.workflow_type.name


def workflow_name(process: type[Process[Any]]) -> str:
    name: str = vars(process)["__temporal_workflow_definition"].name
    return name


@pytest.mark.parametrize("name", RECORDED)
async def test_a_recorded_history_replays(name: str) -> None:
    history = read(HISTORIES / name)
    process = next((kind for kind in PROCESSES if workflow_name(kind) == kept_by(history)), None)
    assert process, (
        f"nobody keeps files as {kept_by(history)}: a workflow is never renamed; a new one stands in PROCESSES of ways.py"
    )
    replayer = Replayer(workflows=[process], plugins=[plugin(strict=True)])
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    assert result.replay_failure is None, REMEDY.format(story=name, difference=result.replay_failure)


async def test_a_history_does_not_replay_on_a_workflow_that_says_something_more() -> None:
    replayer = Replayer(workflows=[TalkativeDossier], plugins=[plugin(strict=True)])
    with pytest.raises(NondeterminismError):
        await replayer.replay_workflow(read(recordings("dossier")[0]))


def difference(story: str, events: Sequence[HistoryEvent]) -> str:
    """What a life of today commands otherwise than every recording; empty where one has the same commands."""
    today = fingerprint(events)
    recorded = [(path.name, fingerprint(read(path).events)) for path in recordings(story)]
    if today in (commands for _, commands in recorded):
        return ""
    name, newest = recorded[-1]
    return "\n".join(unified_diff(newest, today, name, "today", lineterm=""))


@pytest.mark.parametrize("story", STORIES)
async def test_the_commands_are_those_of_a_recording_and_as_many_as_before(env: WorkflowEnvironment, story: str) -> None:
    [events] = await live(env, STORIES[story])
    found = difference(story, events)
    assert not found, REMEDY.format(story=story, difference=found)
    assert_written(story, events)


async def test_a_changed_order_of_commands_is_found(env: WorkflowEnvironment) -> None:
    process: type[Process[Any]] = TalkativeDossier
    [events] = await live(env, replace(STORIES["dossier"], process=process))
    found = difference("dossier", events)
    assert "+activity_task_scheduled post dossiers.reported-back.v1 to lelystad" in found
    before = known()["dossier"]["activities"]
    with pytest.raises(AssertionError, match=rf"activities: {before + 1}, was {before}; (?s:.*)tests.replay.record"):
        assert_written("dossier", events)


MAY_STAND_IN_A_TEXT = re.compile(r"^an example")
KEPT_AS = {"enrichment", "plan"}
"""What files call a text that came under another name."""
PERSONAL = {path.rpartition(".")[2] for model in (*CATALOGUE.values(), *COMMANDS.values()) for path in personal_fields(model)}
FREE_TEXT = (PERSONAL | KEPT_AS) - {"name", "age", "because", "guardian_suspected"}
"""An agency has a name, a letter a ``because``; names of persons are looked for where a person stands. The others are codes."""


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_holds_nobody(name: str) -> None:
    """Every text that a person could have written says that it is an example."""
    texts: list[str] = []
    persons: list[dict[str, Any]] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            found = cast("dict[str, Any]", value)
            texts.extend(str(found[field]) for field in FREE_TEXT & found.keys() if isinstance(found[field], str))
            persons.extend(found[field] for field in ("person", "registrant") if isinstance(found.get(field), dict))
            if isinstance(found.get("data"), str):
                look(json.loads(base64.b64decode(found["data"]) or b"null"))
            for field, content in found.items():
                look(content if field != "clocks" else None)
        elif isinstance(value, list):
            for content in value:  # pyright: ignore[reportUnknownVariableType]
                look(content)

    history = json.loads((HISTORIES / name).read_text(encoding="utf-8"))
    look(history)
    lost = [text for text in texts if not MAY_STAND_IN_A_TEXT.match(text)]
    assert not lost, (
        f"{name} holds {lost}: begin such texts with 'an example' in tests/workflows/, remove the recording, record again"
    )
    assert all(value is None for person in persons for value in person.values())
    assert {event["identity"] for event in _with_identity(history)} <= {"example"}


def _with_identity(history: dict[str, Any]) -> list[dict[str, Any]]:
    values: list[Any] = [value for event in history["events"] for value in event.values()]
    return [cast("dict[str, Any]", value) for value in values if isinstance(value, dict) and "identity" in value]
