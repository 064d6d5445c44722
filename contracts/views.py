"""What a person may see of a file that is theirs: pseudonyms, states, clocks, what is possible; content stays inside."""

from datetime import datetime
from typing import Any

from pydantic import Field

from contracts.reference import Reference
from contracts.text import Model


class StoryLine(Model):
    """One thing that happened."""

    at: datetime
    what: str = Field(description="snake_case name of what happened")
    who: str = Field(description="slug of the agency that did it")
    facts: dict[str, str] = Field(default_factory=dict[str, str], description="coded facts only, nothing personal")


class TrackView(Model):
    """One thing that runs on a clock: the file itself, or a track inside it."""

    title: str
    phase: str
    turn: str | None = Field(description="slug of the agency whose turn it is; None at an end")
    who: str | None = Field(description="the person or system there")
    since: datetime
    until: datetime | None
    then: str | None = Field(description="what happens when the clock ends")
    reminders: int = 0
    name: str = Field(default="", description="of its table; with the phase it names the words for this state")
    number: int | None = Field(default=None, description="of a request for help within the case: what decisions about it name")


class Choice(Model):
    """A command that is possible now."""

    command: str
    words: str
    fields: dict[str, Any] = Field(description="JSON Schema of the command")
    begun: bool = Field(default=False, description="the content of the file says with what its form may begin")


class Barred(Model):
    """A command that is allowed in this state, but not possible now, whatever is filled in."""

    command: str
    words: str = Field(description="why, and what to do instead")


class LetterView(Model):
    """An event that is written and has not left yet."""

    to: str = Field(description="slug of its recipient")
    event: str = Field(description="snake_case name of the event")
    since: datetime


class ConsentView(Model):
    """What a person was asked to consent to, and what they said."""

    purpose: str
    given: datetime | None = Field(description="None where it was not given, or an earlier version noted no time")
    withdrawn: datetime | None
    by: str = Field(description="a code of `ConsentBy`: the person, a parent or guardian, both, or child protection for them")
    holds: bool = Field(default=False, description="it was given and not taken back; a moment may not be known")


class AlarmView(Model):
    """What a person must still acknowledge."""

    number: int = Field(description="a new one each time that it is raised; no other alarm of the file ever gets it")
    words: str
    times: int


class ContentPart(Model):
    """Something that was told or decided, as it was told."""

    what: str = Field(description="snake_case name of the event, the command or the model that it came in")
    who: str = Field(description="slug of the agency that told or decided it")
    at: datetime | None = Field(description="when; None where the story does not reach back so far")
    data: dict[str, Any] = Field(description="its fields, as JSON")


class Content(Model):
    """What a file holds inside, for a person who must read it to decide."""

    parts: tuple[ContentPart, ...] = ()
    beginnings: dict[str, dict[str, Any]] = Field(
        default_factory=dict[str, dict[str, Any]], description="by command: what is known already of that which its form asks"
    )


class FileView(Model):
    """A file as the agency that keeps it sees it."""

    reference: Reference
    kind: str
    agency: str
    region: str | None
    responsible: str = Field(description="slug of the agency that answers for the person now")
    track: TrackView
    tracks: tuple[TrackView, ...]
    alarms: tuple[str, ...] = Field(description="what a person must still acknowledge")
    story: tuple[StoryLine, ...]
    left_out: int = Field(default=0, description="older lines that the full history holds")
    choices: tuple[Choice, ...]
    changed: int = Field(default=0, description="grows when what a person decides about changes; not when a letter leaves")
    letters: tuple[LetterView, ...] = Field(default=(), description="what has not left yet")
    consents: tuple[ConsentView, ...] = Field(default=(), description="all that were asked for, in the order of time")
    barred: tuple[Barred, ...] = Field(default=(), description="commands of this state that cannot be now, and why")
    open_alarms: tuple[AlarmView, ...] = Field(default=(), description="the alarms, by number")
