"""The processes as diagrams and tables, drawn from the transition tables that the workflows follow."""

import importlib
import pkgutil
from pathlib import Path

import workflows
from contracts.clocks import Clocks
from workflows.engine.table import CLOCK, OPENING, VOID, State, Table

HEAD = """# The processes

Generated from the tables in `workflows/`; every workflow moves by its table and by nothing else. Every open state has an owner,
a clock and a way out. Terms are the defaults of `contracts/clocks.py`; an installation may set others. Where a second
term stands, it runs in a crisis, around the clock.
"""


MARKS = """The marks are explained in [the domain](../domain.md): where no source was found, a term is Keten's own, and each
installation may set another."""


def process_page() -> dict[Path, str]:
    """One section per table: a state diagram, and whose turn it is until when."""
    tables = all_tables()
    return {Path("docs/generated/process.md"): "\n".join([HEAD, *_overview(tables), *map(_section, tables), *_terms()])}


def all_tables() -> list[Table]:
    """Every transition table, by name."""
    found: dict[str, Table] = {}
    for module in pkgutil.walk_packages(workflows.__path__, "workflows."):
        members = vars(importlib.import_module(module.name)).values()
        found.update({member.name: member for member in members if isinstance(member, Table)})
    return [found[name] for name in sorted(found)]


def _overview(tables: list[Table]) -> list[str]:
    """The states and ends of each table; that a file opens, or is void, goes for all."""
    rows = ["| table | states | ends |", "|---|---|---|"]
    for table in tables:
        states = ", ".join(f"`{state}`" for state in table.states if state != OPENING)
        ends = ", ".join(f"`{end}`" for end in sorted(table.ends - {VOID}))
        rows.append(f"| {table.name} | {states} | {ends} |")
    return [*rows, ""]


def _terms() -> list[str]:
    """Every clock: what ends with it, and by whose word; the mark stands in brackets at the end of its description."""
    rows = ["## Clocks", "", MARKS, "", "| clock | term | what ends | mark |", "|---|---|---|---|"]
    for name, field in Clocks.model_fields.items():
        words, _, mark = str(field.description).removesuffix(")").rpartition(" (")
        rows.append(f"| `{name}` | {getattr(Clocks(), name)} | {words} | {mark} |")
    return [*rows, ""]


def _section(table: Table) -> str:
    rows = [_row(state) for state in table.states.values()]
    head = ["| state | whose turn | until | then |", "|---|---|---|---|"]
    return "\n".join([f"## {table.name}: {table.title}", "", *_diagram(table), "", *head, *rows, ""])


def _diagram(table: Table) -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {table.start}"]
    for state in table.states.values():
        for trigger, targets in state.moves.items():
            words = "clock" if trigger == CLOCK else trigger
            lines += [f"    {state.name} --> {target}: {words}" for target in sorted(targets)]
    return [*lines, *(f"    {end} --> [*]" for end in sorted(table.ends)), "```"]


def _row(state: State) -> str:
    clocks = Clocks()
    term, crisis = getattr(clocks, state.clock), clocks.in_crisis(state.clock)
    until = f"{term} (`{state.clock}`)" + (f"; {crisis} in a crisis" if crisis else "")
    return f"| {state.name} | {state.who} ({state.turn}) | {until} | {state.then} |"
