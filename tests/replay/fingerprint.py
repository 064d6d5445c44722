"""The commands that a workflow gave, in their order: two histories with the same fingerprint replay on the same code."""

import json
from collections.abc import Sequence

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

PREFIX = "EVENT_TYPE_"
COMMANDS = {
    "ACTIVITY_TASK_SCHEDULED",
    "MARKER_RECORDED",
    "TIMER_CANCELED",
    "TIMER_STARTED",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES",
    "WORKFLOW_EXECUTION_COMPLETED",
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
    "WORKFLOW_EXECUTION_FAILED",
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
}


def fingerprint(history: Sequence[HistoryEvent]) -> list[str]:
    found: list[str] = []
    for event in history:
        kind = EventType.Name(event.event_type).removeprefix(PREFIX)
        if kind in COMMANDS:
            found.append(f"{kind.lower()} {_name(event)}".rstrip())
    return found


def _name(event: HistoryEvent) -> str:
    """The activity, the update, or what a timer or a batch of letters is for."""
    activity = event.activity_task_scheduled_event_attributes.activity_type.name
    update = event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
    summary = event.user_metadata.summary.data
    about = str(json.loads(summary)) if summary else ""
    return update or f"{activity} {about}".strip()
