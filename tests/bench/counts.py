"""What a case consists of, counted in its histories at the server."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from contracts.commands import COMMANDS

Handle = WorkflowHandle[Any, Any]


class Counts(NamedTuple):
    """One case; what people decide is told from outside, and so is the first event."""

    workflows: int = 0
    updates: int = 0
    hops: int = 0
    history_events: int = 0
    history_bytes: int = 0
    state_transitions: int = 0
    activities: int = 0
    search_attribute_upserts: int = 0
    events_on_the_bus: int = 0

    @property
    def told(self) -> int:
        """Updates from outside."""
        return self.updates - self.hops


async def counted(handles: Iterable[Handle], bus: int = 0, told: int | None = None) -> Counts:
    """Add up those that exist.

    Args:
        handles: The workflows that a case may have.
        bus: How many events of it the bus carried.
        told: Updates that came from outside; None: commands of people, and the event that began it.
    """
    found: Counter[str] = Counter()
    for handle in handles:
        try:
            described = await handle.describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                continue
            raise
        info = described.raw_description.workflow_execution_info
        found += Counter(
            workflows=1,
            history_events=info.history_length,
            history_bytes=info.history_size_bytes,
            state_transitions=info.state_transition_count,
        )
        found += await _events(handle)
    outside = found.pop("commands", 0) + 1 if told is None else told
    found.pop("commands", 0)
    return Counts(**found, hops=found["updates"] - outside, events_on_the_bus=bus)


async def _events(handle: Handle) -> Counter[str]:
    found: Counter[str] = Counter()
    async for event in handle.fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            name = event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
            found += Counter(updates=1, commands=int(name in COMMANDS))
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            found["activities"] += 1
        elif event.event_type == EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
            found["search_attribute_upserts"] += 1
    return found
