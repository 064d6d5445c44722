"""Every transition table of the process, found in the modules of ``workflows``."""

import ast
import importlib
import inspect
import pkgutil
from types import ModuleType

import workflows
from contracts.commands import COMMANDS
from workflows.engine.table import State, Table
from workflows.engine.track import Track


def _modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(workflows.__path__, "workflows.")
    return [importlib.import_module(module.name) for module in found]


TABLES: dict[str, Table] = {
    value.name: value for module in _modules() for value in vars(module).values() if isinstance(value, Table)
}

STATES: list[tuple[str, str]] = [(table.name, state) for table in TABLES.values() for state in table.states]
"""Every open state, by name of its table and its own."""


def state_of(table: str, name: str) -> State:
    return TABLES[table].states[name]


def possible_now(table: str, name: str) -> str:
    """What whoever is refused in a state is told of what a person may decide there."""
    return f"possible now: {', '.join(trigger for trigger in state_of(table, name).moves if trigger in COMMANDS)}"


def written() -> list[str]:
    """The names of all tables that the source makes, whether they can be found or not."""
    names: list[str] = []
    for module in _modules():
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "table":
                assert isinstance(node.args[0], ast.Constant), "a table is named where it is made"
                names.append(str(node.args[0].value))
    return names


def track_classes() -> set[type[Track]]:
    """Everything that walks a table."""
    for module in pkgutil.walk_packages(workflows.__path__, "workflows."):
        importlib.import_module(module.name)
    found: set[type[Track]] = set()
    waiting = [Track]
    while waiting:
        found.update(subclasses := waiting.pop().__subclasses__())
        waiting += subclasses
    return {kind for kind in found if "table" in vars(kind) and kind.__module__.startswith("workflows.")}
