"""What every table must have; each check names what is wrong, in words, and finds nothing in a good table."""

from collections.abc import Iterator, Mapping

from contracts.clocks import Clocks
from workflows.engine.table import CLOCK, State, Table

Edge = tuple[str, str, str]
"""From a state, by a trigger, to a state or an end."""


def edges(table: Table) -> Iterator[Edge]:
    for state in table.states.values():
        for trigger, targets in state.moves.items():
            yield from ((state.name, trigger, target) for target in targets)


def faults(table: Table) -> list[str]:
    """Everything that is wrong with a table."""
    found = [fault for state in table.states.values() for fault in _faults_of_a_state(table, state)]
    reachable = reachable_from(table, table.start)
    found += [f"nothing leads to {name}" for name in {*table.states, *table.ends} - reachable]
    found += [f"no end can be reached from {name}" for name in table.states if not reachable_from(table, name) & table.ends]
    if table.start not in table.states:
        found.append(f"it starts in {table.start}, which is no state")
    found += [f"{name} is a state and an end" for name in table.states.keys() & table.ends]
    return found


def _faults_of_a_state(table: Table, state: State) -> Iterator[str]:
    if state.clock not in Clocks.model_fields:
        yield f"{state.name} has no clock"
    if not state.who.strip():
        yield f"{state.name} has nobody who must act"
    if not state.then.strip():
        yield f"{state.name} does not say what happens when its clock ends"
    if not state.moves.get(CLOCK):
        yield f"nothing happens when the clock of {state.name} ends"
    if not any(target != state.name for targets in state.moves.values() for target in targets):
        yield f"{state.name} has no way out"
    for trigger, targets in state.moves.items():
        if not targets:
            yield f"{state.name} --{trigger}--> leads nowhere"
        for lost in targets - table.states.keys() - table.ends:
            yield f"{state.name} --{trigger}--> {lost} does not exist"


def reachable_from(table: Table, start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        state = table.states.get(waiting.pop())
        moves: Mapping[str, frozenset[str]] = state.moves if state else {}
        new = {target for targets in moves.values() for target in targets} - found
        found |= new
        waiting += new
    return found


def paths(table: Table, bound: int) -> Iterator[tuple[Edge, ...]]:
    """Every path from the start to an end with at most this many moves."""
    waiting: list[tuple[str, tuple[Edge, ...]]] = [(table.start, ())]
    while waiting:
        here, path = waiting.pop()
        if here in table.ends:
            yield path
        elif len(path) < bound:
            moves = table.states[here].moves
            waiting += [(to, (*path, (here, trigger, to))) for trigger, targets in moves.items() for to in targets]
