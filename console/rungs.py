"""What a ladder is made of: a letter, its rungs, how each stands, and why it is not further."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from contracts.processing import Processing
from contracts.standing import Standing
from contracts.views import FileView


class Rung(StrEnum):
    """The rungs of a ladder, from below."""

    PUBLISHED = "published"
    STORED = "stored"
    DELIVERED = "delivered"
    READ = "read"
    ANSWERED = "answered"


class Mark(StrEnum):
    """How a rung stands."""

    DONE = "done"
    AT_LATEST = "at_latest"
    WAITS = "waits"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NONE = "none"


class Why(StrEnum):
    """Why a letter is not further."""

    LEAVING = "leaving"
    NOT_REACHED = "not_reached"
    NOBODY_REACHED = "nobody_reached"
    WITHHELD = "withheld"
    UNSENDABLE = "unsendable"
    NOT_ASKED = "not_asked"
    NOT_CONFIRMED = "not_confirmed"
    REFUSED = "refused"
    LOST = "lost"
    NOT_NOTED = "not_noted"
    NOT_READ = "not_read"
    NOT_ANSWERED = "not_answered"
    TAKEN_BACK = "taken_back"


HANGS = frozenset({Why.NOT_REACHED, Why.NOBODY_REACHED, Why.UNSENDABLE, Why.NOT_CONFIRMED, Why.REFUSED, Why.LOST})
"""What may need a person of ours; all else goes on by itself, or waits for a person elsewhere."""


class Step(NamedTuple):
    """One rung.

    Attributes:
        rung: Which.
        mark: How it stands.
        at: When it was reached, or failed; at the latest, where only what followed is known.
        since: Since when it waits.
        why: Why it waits, or failed; why there is no such rung.
    """

    rung: Rung
    mark: Mark
    at: datetime | None = None
    since: datetime | None = None
    why: Why | None = None


@dataclass(frozen=True)
class Ladder:
    """A letter and how far it came.

    Attributes:
        to: Slug of its recipient.
        event: Its event, as a file notes it.
        event_id: Empty of one that has not been published yet.
        published: When; None: not yet.
        steps: The five rungs, from below.
        answer: The event that answers it, as a file notes it; empty: there is none.
        code: With which it was refused; empty: it was not.
        outcome_at: When its recipient's office said what became of it.
    """

    to: str
    event: str
    event_id: str
    published: datetime | None
    steps: tuple[Step, ...]
    answer: str = ""
    code: str = ""
    outcome_at: datetime | None = None

    @property
    def stops(self) -> Step | None:
        """The first rung that it has not reached; None where it has come as far as it can."""
        return next((step for step in self.steps if step.mark in {Mark.WAITS, Mark.FAILED}), None)

    @property
    def hangs(self) -> bool:
        """Whether it may need a person of ours."""
        return self.stops is not None and self.stops.why in HANGS

    def step(self, rung: Rung) -> Step:
        """One rung of it."""
        return next(step for step in self.steps if step.rung is rung)


class CaseLog(NamedTuple):
    """What one agency wrote down of a case.

    Attributes:
        lines: Of its processing log, in the order of time.
        standings: Where what it sent stands, as far as it was noted.
        views: Its files, as far as they answered.
        whole: Whether all of its files answered.
        held_to: To how many agencies letters of this one are held up now, in all its cases.
    """

    lines: Sequence[Processing]
    standings: Sequence[Standing]
    views: Sequence[FileView]
    whole: bool = True
    held_to: int = 0
