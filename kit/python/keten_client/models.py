"""What goes to a post office and what comes back. Fields that a later version adds are kept, and break nothing."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AliasGenerator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

__all__ = ["Draft", "Event", "Mark", "Stage", "Status", "Step"]


class _Read(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="allow", hide_input_in_errors=True, alias_generator=AliasGenerator(validation_alias=to_camel)
    )


class Draft(BaseModel):
    """An event to send.

    Attributes:
        id: Of your own, at most 128 characters, and kept with your data before you send: with it the same event is never sent
            twice, however often you try.
        type: As the catalogue names it.
        data: Its content.
        ground: On which you share it: wanted where the catalogue allows more than one.
        recipient: Slug of the agency that gets it: wanted where several may.
        caseref: Of which case; None: it begins one.
        subject: Your own number of the case. It never leaves your network.
        causationid: The ``id`` of the event in the feed that it answers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str = Field(min_length=1, max_length=128)
    type: str
    data: Mapping[str, Any]
    ground: str | None = None
    recipient: str | None = None
    caseref: str | None = None
    subject: str | None = None
    causationid: str | None = None


class Stage(StrEnum):
    """How far an event came that you sent."""

    KEPT = "kept"
    """It is on the post office's disk."""
    SENT = "sent"
    """It is on the recipient's disk."""
    TAKEN = "taken"
    """The recipient's office knows it."""
    ANSWERED = "answered"
    REFUSED = "refused"
    MISSED = "missed"
    """The recipient says that it never came."""


_SETTLED = frozenset({Stage.ANSWERED, Stage.REFUSED, Stage.MISSED})
_Reached = Annotated[Stage | str, Field(union_mode="left_to_right")]
"""A stage; one that a later version adds is a text."""


class Step(_Read):
    """A stage that was reached; ``code`` and ``words`` say why where it was refused."""

    stage: _Reached
    at: datetime
    code: str | None = None
    words: str | None = None


class Status(_Read):
    """How far an event came.

    Attributes:
        id: The one that you gave.
        caseref: Of its case: give it with whatever you send about the same case.
        stage: The last one that was reached.
        steps: All, in the order of time.
    """

    id: str
    type: str
    caseref: str
    recipient: str
    subject: str | None = None
    stage: _Reached
    steps: tuple[Step, ...] = Field(min_length=1)

    @property
    def settled(self) -> bool:
        """Whether it was answered, refused or missed."""
        return self.stage in _SETTLED

    @property
    def refusal(self) -> Step | None:
        """Why the recipient refused it, if it did."""
        return self.steps[-1] if self.stage is Stage.REFUSED else None


class Event(_Read):
    """A CloudEvent that another agency sent.

    Attributes:
        id: By which the feed, a webhook and a mark name it: one event, one id.
        source: Which agency sent it, and which of its systems.
        subject: Your own number of the case, if you gave one.
        data: Its content; None in a thin webhook, and where it was erased.
        erased: Whether its case was erased, or its time at the post office has ended.
        unreadable: Whether it was altered on the post office's disk; when that is restored it stands in the feed again.
    """

    specversion: str
    id: str
    type: str
    source: str
    time: datetime | None = None
    caseref: str | None = None
    subject: str | None = None
    causationid: str | None = None
    ground: str | None = None
    data: dict[str, Any] | None = None
    erased: bool = False
    unreadable: bool = False


class Mark(_Read):
    """Up to where a reader of the feed has acknowledged."""

    name: str
    last_event_id: str | None = None
    waiting: int = 0
