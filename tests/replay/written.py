"""What one life of each kind of file makes Temporal write: exact, so that whoever makes it more sees it at once.

Workflow tasks are left out: how many there are depends on how fast this machine is.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent


class Written(NamedTuple):
    """How many of a history's events are of which kind, and how many there are in all."""

    updates: int
    activities: int
    markers: int
    """Local activities and patches."""
    upserts: int
    timers: int
    events: int


KINDS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: "updates",
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "activities",
    EventType.EVENT_TYPE_MARKER_RECORDED: "markers",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "upserts",
    EventType.EVENT_TYPE_TIMER_STARTED: "timers",
}
TASKS = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
}

WRITTEN = Path(__file__).parent / "written.json"
"""Of each story in ``tests/workflows/stories.py``; ``python -m tests.replay.record`` writes it, and says what changed."""


def written(events: Sequence[HistoryEvent]) -> Written:
    """What a history consists of."""
    found = Counter(KINDS[event.event_type] for event in events if event.event_type in KINDS)
    return Written(**{kind: found[kind] for kind in KINDS.values()}, events=sum(one.event_type not in TASKS for one in events))


def known() -> dict[str, dict[str, int]]:
    """What is written down, by story."""
    found: dict[str, dict[str, int]] = json.loads(WRITTEN.read_text(encoding="utf-8"))
    return found


def changes(story: str, events: Sequence[HistoryEvent]) -> list[str]:
    """What a life makes Temporal write otherwise than is written down."""
    before, now = known().get(story, {}), written(events)._asdict()
    return [f"{kind}: {count}, was {before.get(kind)}" for kind, count in now.items() if count != before.get(kind)]


def write_down(story: str, events: Sequence[HistoryEvent]) -> list[str]:
    """Write down what it is now; returns what changed."""
    changed = changes(story, events)
    if changed:
        lines = [f'"{name}": {json.dumps(counts)}' for name, counts in {**known(), story: written(events)._asdict()}.items()]
        WRITTEN.write_text("{\n  " + ",\n  ".join(lines) + "\n}\n", encoding="utf-8")
    return changed


def assert_written(story: str, events: Sequence[HistoryEvent]) -> None:
    """That a life makes Temporal write what is written down, and neither more nor less."""
    changed = changes(story, events)
    remedy = f"if it must be so, `python -m tests.replay.record` writes that into {WRITTEN.name}; say in the changelog why"
    assert not changed, f"{story} makes Temporal write otherwise than before ({'; '.join(changed)}): {remedy}"
