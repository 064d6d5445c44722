"""What every file holds, whatever it is about."""

from datetime import datetime
from typing import Generic, Self, TypeVar

from pydantic import BaseModel, Field, model_validator

from contracts.agencies import Party
from contracts.clocks import Clocks
from contracts.event import Event
from contracts.letter import Letter
from contracts.lines import Heard, is_counted
from contracts.reference import Reference
from contracts.refusals import RefusalCode
from contracts.text import Model
from contracts.views import StoryLine
from workflows.engine.alarms import OpenAlarm, numbered
from workflows.engine.tickets import Decided

STORY_LINES = 300
REMEMBERED_IDS = 200

E = TypeVar("E", bound=Event)


class Letterhead(Model):
    """What stands above the content of an event that came in."""

    id: str
    sender: Party
    system: str
    sequence: int = Field(default=0, description="counts per case, sending system and this file; 0: not counted")
    logged: datetime
    trace: str | None = None
    previous: str | None = Field(default=None, description="what it says of the message with the number before")
    fingerprint: str = Field(default="", description="what the message with the next number must say of this one")
    proof: str | None = Field(default=None, description="the signed message, where the catalogue says that it is evidence")
    past_gap: bool = Field(default=False, description="what is missing before it was waited for long enough")
    by_hand: bool = Field(default=False, description="a person here put it in again, and signed for it")
    on_record: bool = Field(default=False, description="by our processing log, its sender was told something of this case")

    @property
    def counts(self) -> bool:
        """Whether its number counts."""
        return self.sequence > 0


class Received(Letterhead, Generic[E]):
    """An event as it enters a workflow: its letterhead and its content."""

    event: E

    @property
    def counts(self) -> bool:
        """Whether its number counts. Answers are for the file that sent what they answer, and are counted over all such files."""
        return self.sequence > 0 and is_counted(type(self.event))

    @property
    def letterhead(self) -> Letterhead:
        """All but its content, and a number only where that counts."""
        said = self.model_dump(exclude={"event"})
        return Letterhead.model_validate(said | {"sequence": self.sequence if self.counts else 0})


class Latecomer(Model):
    """What a file that has ended says of an event that comes only now."""

    known: bool = False
    code: RefusalCode | None = Field(default=None, description="why it cannot be of the line that was heard")
    reason: str = ""


class Progress(BaseModel):
    """Where a track is and until when."""

    phase: str
    since: datetime
    due: datetime
    reminders: int = 0
    overdue_since: datetime | None = Field(
        default=None, description="when the clock first ended in this state; not known of one that an earlier version paged"
    )


class Record(BaseModel):
    """The state that outlives a run."""

    reference: Reference
    me: Party
    system: str = Field(description="the kind of file, with a number where a case has several at one agency")
    clocks: Clocks = Clocks()
    progress: Progress | None = None
    trace: str | None = None
    region: str | None = None
    story: list[StoryLine] = Field(default_factory=list[StoryLine])
    left_out: int = 0
    alarms: list[OpenAlarm] = Field(default_factory=list[OpenAlarm])
    raised: int = Field(default=0, description="how often an alarm was raised; each new one gets this as its number")
    moves: int = Field(default=0, description="how often a track came into a state")
    step: int = 0
    leaves_recorded: bool = Field(
        default=False, description="letters leave when the task that wrote them is recorded; those of older files left with it"
    )
    ends_in_a_line: bool = Field(
        default=False, description="at its end a line is written; an older file tells the agency itself by an event"
    )
    looks_up: bool = Field(
        default=False, description="tables in memory are asked within a task; by an older file with an activity of their own"
    )
    shows_turn: bool = Field(
        default=False, description="lists show whose turn it is in which step; of an older file only its phase and owner"
    )
    shows_others: bool = Field(default=False, description="lists show for whom else it waits; of an older file they do not")
    outbox: list[Letter] = Field(default_factory=list[Letter])
    sent: dict[str, int] = Field(default_factory=dict[str, int])
    links: dict[str, str] = Field(default_factory=dict[str, str], description="fingerprint of the last letter, by line")
    withheld: list[int] = Field(default_factory=list[int], description="steps whose ground had gone before they could leave")
    heard: dict[str, Heard] = Field(default_factory=dict[str, Heard])
    opener: str | None = Field(default=None, description="slug of the agency whose event opened the file")
    taken: dict[str, str] = Field(default_factory=dict[str, str], description="fingerprints of the last events, by source and id")
    ids: list[str] = Field(default_factory=list[str], description="ids of the last events, as an earlier version kept them")
    tickets: dict[str, Decided] = Field(
        default_factory=dict[str, Decided], description="the last tickets of decisions, with their answers"
    )

    @model_validator(mode="after")
    def _number_alarms(self) -> Self:
        """Those of a file of an earlier version have no numbers."""
        self.raised = numbered(self.alarms, self.raised)
        return self

    @property
    def changes(self) -> int:
        """Grows with whatever changes what a person decides about."""
        return len(self.story) + self.left_out + self.raised + self.moves

    @classmethod
    def begun(cls, reference: str, me: Party, system: str, clocks: Clocks) -> Self:
        """A new file, which works as files do now."""
        file = cls(reference=reference, me=me, system=system, clocks=clocks)
        file.work_as_now()
        return file

    def work_as_now(self) -> None:
        """From a new run on, a file works as files do now; within a run it goes on as its history began."""
        self.leaves_recorded = self.ends_in_a_line = self.looks_up = self.shows_turn = self.shows_others = True

    @property
    def opened_by(self) -> str | None:
        """Slug of the agency whose event opened the file; in files of an earlier version, who was heard first."""
        return self.opener or next((line.split("/")[0] for line in self.heard), None)

    @property
    def told(self) -> set[str]:
        """Slugs of the agencies to which letters were written."""
        return {line.split("/")[0] for line in self.sent}

    @property
    def parties(self) -> set[str]:
        """Slugs of the agencies that have spoken here, or were written to."""
        heard = {line.split("/")[0] for line in (*self.heard, *self.taken)}
        return self.told | heard | {slug for slug in (self.opener,) if slug}

    @property
    def first_id(self) -> str:
        """Id of the event that opened the file."""
        return self.ids[0] if self.ids else next(iter(self.taken)).rsplit("/", 1)[1]
