"""What a transition table is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

CLOCK = "clock"
"""The trigger that is pulled when a state's clock ends."""

OPENING = "opening"
"""Where every file begins, until the event that opened it is handled."""

VOID = "void"
CLOSED = "closed"
"""The end of a file that was started but whose first event was refused; the reference can be used again."""


class Turn(StrEnum):
    """Whose turn it is: the agency that keeps the file, or the other party of this track."""

    US = "us"
    THEM = "them"


@dataclass(frozen=True)
class State:
    """An open state: it always has an owner, a clock and a way out.

    Attributes:
        name: The phase.
        turn: Whose agency must act.
        who: The person or system there, in words.
        clock: The term in ``Clocks`` that runs.
        then: In words, what happens when the clock ends.
        alarm: What a person on duty is told when the clock ends; empty where a reminder on the screen is enough.
        moves: Trigger to the states it may lead to. Triggers are commands, events, and the clock.
        keeps: Events that leave the clock as it runs where they lead back here; what a person decides always does.
        former: Where a trigger led in an earlier version, and leads now only in a run that began then.
    """

    name: str
    turn: Turn
    who: str
    clock: str
    then: str
    moves: Mapping[str, frozenset[str]]
    alarm: str = ""
    keeps: frozenset[str] = frozenset()
    former: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Table:
    """The states of one kind of file or track."""

    name: str
    title: str
    start: str
    states: Mapping[str, State]
    ends: frozenset[str]

    def targets(self, phase: str, trigger: str) -> frozenset[str]:
        """Where a trigger may lead from a phase; empty where it is not allowed."""
        state = self.states.get(phase)
        return state.moves.get(trigger, frozenset()) if state else frozenset()

    def led(self, phase: str, trigger: str) -> str:
        """Where a trigger led from a phase in an earlier version; empty where it leads where it led."""
        state = self.states.get(phase)
        return state.former.get(trigger, "") if state else ""


def state(  # noqa: PLR0913 - a row of a table has as many columns as it has
    name: str,
    turn: Turn,
    who: str,
    *,
    clock: str,
    then: str,
    moves: Mapping[str, str | Iterable[str]],
    alarm: str = "",
    keeps: Iterable[str] = (),
    former: Mapping[str, str] | None = None,
) -> State:
    """A row: a trigger leads to one state or to one of several."""
    targets = {trigger: frozenset([to] if isinstance(to, str) else to) for trigger, to in moves.items()}
    return State(name, turn, who, clock, then, targets, alarm, frozenset(keeps), former or {})


def opening(event: str, to: str, **others: str) -> State:
    """The first state of every file: the event that opens it is being handled."""
    moves = {event: to, CLOCK: VOID, **others}
    return state(
        OPENING, Turn.US, "the engine", clock="opening", then="the file is void: its first event was refused", moves=moves
    )


def table(name: str, title: str, *states: State, ends: Iterable[str]) -> Table:
    """A table from its rows.

    Raises:
        ValueError: A row leads to a state that does not exist.
    """
    rows = {row.name: row for row in states}
    found = Table(name, title, states[0].name, rows, frozenset(ends))
    for row in states:
        for trigger, targets in row.moves.items():
            lost = targets - rows.keys() - found.ends
            if lost:
                raise ValueError(f"table {name}: {row.name} --{trigger}--> {', '.join(lost)} does not exist")
    return found
