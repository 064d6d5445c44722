"""What one life of each kind of file makes Temporal write: exact, so that whoever makes it more sees it at once.

Workflow tasks are left out: how many there are depends on how fast this machine is.
"""

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

WRITTEN = {
    "signal": Written(updates=7, activities=32, markers=3, upserts=31, timers=30, events=206),
    "case": Written(updates=21, activities=21, markers=3, upserts=36, timers=36, events=218),
    "placement": Written(updates=5, activities=5, markers=2, upserts=9, timers=7, events=52),
    "privacy": Written(updates=4, activities=5, markers=2, upserts=7, timers=6, events=46),
    "dossier": Written(updates=5, activities=6, markers=2, upserts=12, timers=10, events=64),
    "registration": Written(updates=4, activities=7, markers=1, upserts=9, timers=8, events=57),
    "report": Written(updates=3, activities=1, markers=1, upserts=4, timers=3, events=22),
    "coverage": Written(updates=2, activities=0, markers=1, upserts=2, timers=1, events=11),
    "access": Written(updates=2, activities=3, markers=0, upserts=4, timers=3, events=25),
    "disclosure": Written(updates=2, activities=3, markers=0, upserts=4, timers=3, events=25),
    "retention": Written(updates=4, activities=4, markers=0, upserts=7, timers=7, events=43),
}
"""Of each story in ``tests/workflows/stories.py``."""


def written(events: Sequence[HistoryEvent]) -> Written:
    """What a history consists of."""
    found = Counter(KINDS[event.event_type] for event in events if event.event_type in KINDS)
    return Written(**{kind: found[kind] for kind in KINDS.values()}, events=sum(one.event_type not in TASKS for one in events))


def assert_written(story: str, events: Sequence[HistoryEvent]) -> None:
    """That a life makes Temporal write what is written down, and neither more nor less."""
    assert story in WRITTEN, f'add to WRITTEN in {Path(__file__).name}: "{story}": {written(events)}'
    found, known = written(events)._asdict(), WRITTEN[story]._asdict()
    changed = [f"{kind}: {count}, was {known[kind]}" for kind, count in found.items() if count != known[kind]]
    remedy = f"if it must be so, write that into WRITTEN in {Path(__file__).name}, and into the changelog why"
    assert not changed, f"{story} makes Temporal write otherwise than before ({'; '.join(changed)}): {remedy}"
