"""A track: one thing that always has a state, an owner, a clock and a way out, as its table says."""

from datetime import datetime
from typing import ClassVar, Protocol

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from contracts.agencies import Party
from contracts.commands import COMMANDS
from contracts.hours import ALWAYS
from contracts.refusals import RefusalCode
from contracts.views import TrackView
from workflows.engine.calendar import due
from workflows.engine.record import Progress, Record
from workflows.engine.table import CLOCK, State, Table, Turn

PAGED = 2
"""At which reminder a person is paged, where no alarm is raised anyway."""

FURTHER = 3
"""At which reminder, and at every further time so many, others hear that a file stands still."""


class Home(Protocol):
    """Where a track keeps its progress: a part of the file."""

    progress: Progress | None


class Narrative(Protocol):
    """The process that a track belongs to, as the track sees it."""

    @property
    def file(self) -> Record:
        """What is known."""
        ...

    def note(self, what: str, who: str, details: dict[str, str] | None = None) -> None:
        """Write a line into the story."""
        ...

    def alarm(self, words: str, *, told_by_others: bool = False) -> None:
        """Reach a person."""
        ...

    def stands_still(self, track: "Track") -> None:
        """A track has been reminded again and again."""
        ...

    def barred(self, command: str) -> str | None:
        """Why a decision is not possible now, whatever its content is."""
        ...


def not_possible(words: str, code: RefusalCode = RefusalCode.NOT_POSSIBLE_NOW) -> ApplicationError:
    """A refusal by a validator: its type is the code, its message the words for whoever asked."""
    return ApplicationError(words, type=code, non_retryable=True)


class Track:
    """Walks a table; keeps its place in the file."""

    table: ClassVar[Table]

    def __init__(self, process: Narrative, home: Home) -> None:
        self.process = process
        self.home = home
        if home.progress is None:
            self.enter(self.table.start)

    @property
    def them(self) -> Party | None:
        """The other party of this track."""
        return None

    @property
    def title(self) -> str:
        """What this track is called on a screen."""
        return self.table.title

    @property
    def number(self) -> int | None:
        """By which decisions name this track, where a file has several of its kind."""
        return None

    @property
    def progress(self) -> Progress:
        """Where it is and until when."""
        if self.home.progress is None:
            raise RuntimeError(f"{self.table.name} has no progress yet")
        return self.home.progress

    @property
    def phase(self) -> str:
        """The name of the state."""
        return self.progress.phase

    @property
    def state(self) -> State | None:
        """The row of the table; None at an end."""
        return self.table.states.get(self.phase)

    @property
    def turn_of(self) -> Party | None:
        """The agency whose turn it is; None at an end."""
        if self.state is None:
            return None
        return self.process.file.me if self.state.turn is Turn.US else self.them or self.process.file.me

    def expects(self, sender: Party) -> bool:
        """Whether this agency may speak on this track."""
        return self.them is not None and sender.slug == self.them.slug

    def may(self, trigger: str) -> None:
        """Refuse a trigger that the table does not allow now.

        Raises:
            ApplicationError: Says in words where the file is and what is possible instead.
        """
        if self.table.targets(self.phase, trigger):
            return
        possible = self.commands()
        instead = f"possible now: {', '.join(possible)}" if possible else "nothing more is decided here"
        raise not_possible(f"{trigger} is not possible while {self.title} is {self.phase}; {instead}")

    def commands(self) -> list[str]:
        """What a person may decide on this track now: of what its table allows, that for which there is a content."""
        return [name for name in self.allowed() if not self.process.barred(name)]

    def allowed(self) -> list[str]:
        """What its table allows a person now."""
        return [name for name in self.state.moves if name in COMMANDS] if self.state else []

    def move(self, trigger: str, to: str | None = None, *, anew: bool = False) -> None:
        """Go where a trigger leads.

        Args:
            trigger: A command, an event or the clock.
            to: Which of the states the table allows; needed only where there are several.
            anew: The state begins again, with somebody else, even where it is the same one.
        """
        targets = self.table.targets(self.phase, trigger)
        target = to or (next(iter(targets)) if len(targets) == 1 else "")
        if target not in {*targets, self.table.led(self.phase, trigger)} - {""}:
            raise RuntimeError(f"{self.table.name}: {self.phase} --{trigger}--> {target or '?'} is not in the table")
        back = target == self.phase and not anew
        if not (back and self._keeps_its_clock(trigger)):
            self.enter(target, remind=back and trigger == CLOCK)
        self.moved(trigger, target)

    def _keeps_its_clock(self, trigger: str) -> bool:
        """What does not move a file does not move its clock: a decision, and an event of which the table says so."""
        keeps = trigger in COMMANDS or (self.state is not None and trigger in self.state.keeps)
        return keeps and workflow.patched("what-leads-back-keeps-the-clock")

    def moved(self, trigger: str, to: str) -> None:
        """What a kind of track does after each move."""

    def enter(self, phase: str, *, remind: bool = False) -> None:
        """Be in a state from now on, on its clock."""
        now = workflow.now()
        self.process.file.moves += 1
        before = self.home.progress if remind else None
        self.home.progress = Progress(
            phase=phase,
            since=before.since if before else now,
            due=now,
            reminders=before.reminders + 1 if before else 0,
            overdue_since=(before.overdue_since if before.reminders else now) if before else None,
        )
        if self.state:
            self.home.progress.due = self.clock_end(self.state)

    @property
    def in_crisis(self) -> bool:
        """Whether the terms of a crisis run."""
        return False

    def clock_end(self, state: State) -> datetime:
        """When the clock of a state that begins now ends: by the hours of whoever must act, in a crisis around the clock."""
        crisis = self.process.file.clocks.in_crisis(state.clock)
        if crisis is not None and self.in_crisis and workflow.patched("a-crisis-has-clocks-of-its-own"):
            return due(workflow.now(), crisis, ALWAYS)
        hours = (self.turn_of or self.process.file.me).hours
        return due(workflow.now(), getattr(self.process.file.clocks, state.clock), hours)

    def hasten(self) -> None:
        """The terms of a crisis begin now: the clock that runs ends no later than they say."""
        if self.state:
            self.progress.due = min(self.progress.due, self.clock_end(self.state))

    def ring(self) -> None:
        """The clock ended: do what the table says."""
        self.process.note(f"{self.table.name}.{self.phase}.clock", self.process.file.me.slug)
        state = self.state
        if state and state.alarm:
            self.process.alarm(state.alarm)
        self.rang()
        if state and self.state is state:
            self._press(state, self.progress.reminders)

    def rang(self) -> None:
        """What follows the clock; where the table leaves a choice, a kind of track makes it here."""
        self.move(CLOCK)

    def _press(self, state: State, rung: int) -> None:
        """A reminder may be overlooked: the second one reaches a person, in a crisis the first; the third goes further."""
        person = not state.alarm and rung >= (1 if self.in_crisis else PAGED)
        further = rung > 0 and rung % FURTHER == 0
        if (person or further) and workflow.patched("a-reminder-reaches-a-person"):
            if person:
                self.process.alarm(f"{self.title} stands still in {state.name}: it is the turn of {state.who}")
            if further:
                self.process.stands_still(self)

    def outline(self) -> TrackView:
        """As a person sees it."""
        state, turn = self.state, self.turn_of
        return TrackView(
            title=self.title,
            phase=self.phase,
            turn=turn.slug if turn else None,
            who=state.who if state else None,
            since=self.progress.since,
            until=self.progress.due if state else None,
            then=state.then if state else None,
            reminders=self.progress.reminders,
            name=self.table.name,
            number=self.number,
        )
