"""What a narrative reads in which order, out of its source: a state without a chapter after it would end a file in silence."""

import ast
import inspect
import textwrap
from typing import Any, NamedTuple

from tests.workflows.table_search import edges
from workflows.engine.process import Process


class Chapter(NamedTuple):
    """A chapter: its place in the narrative, the loop around it if there is one, and its phases."""

    place: int
    loop: int | None
    phases: tuple[str, ...]


def chapters(process: type[Process[Any]]) -> list[Chapter]:
    """In the order of ``run``."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(process.run)))  # type: ignore[attr-defined]
    [run] = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]
    found: list[Chapter] = []
    for number, statement in enumerate(run.body):
        for name in _read_in(statement):
            phases = getattr(getattr(process, name), "phases", None)
            if phases:
                loop = number if isinstance(statement, ast.While) else None
                found.append(Chapter(len(found), loop, tuple(map(str, phases))))
    return found


def silent_ends(process: type[Process[Any]], read: list[Chapter]) -> list[str]:
    """Open states that no chapter reads, and moves to a state whose chapter lies before."""
    by_phase = {phase: chapter for chapter in read for phase in chapter.phases}
    states = process.table.states
    found = [f"no chapter for {name}" for name in states if name not in by_phase]
    for before, trigger, after in edges(process.table):
        if before in by_phase and after in by_phase:
            here, there = by_phase[before], by_phase[after]
            if there.place < here.place and (here.loop is None or here.loop != there.loop):
                found.append(f"{before} --{trigger}--> {after} leads back to a chapter that is not read again")
    return found


def _read_in(statement: ast.stmt) -> list[str]:
    calls = (node for node in ast.walk(statement) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    ordered = sorted(calls, key=lambda call: (call.lineno, call.col_offset))
    return [call.func.attr for call in ordered if isinstance(call.func, ast.Attribute)]
