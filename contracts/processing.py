"""A line of the processing log: which processing of whose data was done, when, with whom, for what, on which ground.

Source: Logboek Dataverwerkingen (Logius). One line per processing and data subject, none left out, written before the
processing goes on. It names no people: the data subject is the case's pseudonym, and who decided stands in an audit log.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field

from contracts.envelope import Id
from contracts.event import Event
from contracts.reference import Reference
from contracts.text import Line, Model, Slug
from contracts.words import Ground

ACTIVITIES = "urn:keten:processing-activity:"
"""A processing activity of the register is named by this and the short name of its event, which holds the version."""

DECIDING = f"{ACTIVITIES}decisions.v1"
DECIDING_FOR = "direct the help to a presumed victim, and account for it"

SUBJECT = "urn:keten:case-reference"
"""What kind of name of a data subject the reference of a case is."""

OURS = ("direction", "event_id", "event_type", "counterparty", "ground", "purpose")

TraceId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
SpanId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class Direction(StrEnum):
    """What was done: an event was sent, taken, or handed to a system of the agency's own; or a person decided."""

    SENT = "sent"
    TAKEN = "taken"
    HANDED = "handed"
    DECIDED = "decided"


class Status(IntEnum):
    """How it ended. A line that stands before what it is about cannot know that, and says unknown."""

    UNKNOWN = 0
    OK = 1
    ERROR = 2


class ForeignOperation(Model):
    """The line in another agency's log from which this one follows."""

    trace_id: TraceId
    operation_id: SpanId
    entity: str = Field(description="the CloudEvents source of the other agency's system")


class Processing(Model):
    """One line. The names of the first fields are the standard's; ``counterparty`` of what stays here is the agency itself."""

    trace_id: TraceId
    span_id: SpanId
    parent_span_id: SpanId | None = None
    status_code: Status = Status.UNKNOWN
    name: Line
    start_time: AwareDatetime
    end_time: AwareDatetime
    foreign_operation: ForeignOperation | None = None
    resource: str = Field(description="the system that did it, as a CloudEvents source")
    processing_activity_id: str = Field(pattern=rf"^{ACTIVITIES}[a-z0-9.-]+$")
    data_subject_id: Reference
    direction: Direction
    event_id: Id
    event_type: str = Field(max_length=100, description="type of the event, or name of the command")
    counterparty: Slug
    ground: Ground | None = Field(description="None for a decision: it has that of the events from which the file comes")
    purpose: Line

    def refused(self, at: datetime) -> Self:
        """The line that says that this ended in a refusal; the first one stays as it is."""
        own = {"span_id": digest("refused", self.span_id)[:16], "parent_span_id": self.span_id}
        return self.model_copy(update={**own, "status_code": Status.ERROR, "name": f"{self.name}: refused", "end_time": at})

    @property
    def traceparent(self) -> str:
        """The W3C trace context of what follows from this."""
        return f"00-{self.trace_id}-{self.span_id}-01"

    @property
    def attributes(self) -> Mapping[str, str]:
        """The attributes of the line: the standard's under its names, ours under ours."""
        found = {
            "dpl.core.processing_activity_id": self.processing_activity_id,
            "dpl.core.data_subject_id": self.data_subject_id,
            "dpl.core.data_subject_id_type": SUBJECT,
        }
        if other := self.foreign_operation:
            named = {"trace_id": other.trace_id, "span_id": other.operation_id, "processor": other.entity}
            found |= {f"dpl.core.foreign_operation.{name}": value for name, value in named.items()}
        return found | {f"keten.{name}": str(getattr(self, name)) for name in OURS if getattr(self, name) is not None}


def activity_of(event: type[Event]) -> str:
    """The processing activity of an event, as a URI; a new version of the event is another one."""
    return f"{ACTIVITIES}{event.short_name()}"


def digest(*parts: str) -> str:
    """32 hexadecimal digits, the same for the same parts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
