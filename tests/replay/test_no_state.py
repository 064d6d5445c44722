"""Nothing in ``workflows`` is kept between runs: an office runs all its files in one process, with no sandbox between them."""

import ast
import enum
import importlib
import inspect
import pkgutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, cast

import pytest
from pydantic import BaseModel
from temporalio.worker import Replayer

import workflows
from runtime.temporal.client import plugin
from tests.replay import keeping
from tests.replay.record import HISTORIES, read, recordings
from tests.workflows.ways import PROCESSES

MAYBE = ("__abc", "_abc", "__pydantic", "__weakref", "__dict__", "__annotations__", "__doc__", "__cached__")
"""What Python and pydantic keep for themselves in a class: caches of look-ups, which say nothing of a file."""


def modules() -> list[ModuleType]:
    return [importlib.import_module(found.name) for found in pkgutil.walk_packages(workflows.__path__, "workflows.")]


def kept(module: ModuleType) -> dict[str, str]:
    """Everything that a module, its classes and its functions hold, by its path."""
    return {
        path: text for name, value in vars(module).items() for path, text in _held(f"{module.__name__}.{name}", value, module)
    }


def _held(path: str, value: Any, home: ModuleType) -> Iterator[tuple[str, str]]:
    own: Any = value
    if path.rpartition(".")[2].startswith(MAYBE):
        return
    if inspect.isclass(value) and value.__module__ == home.__name__ and not issubclass(value, enum.Enum):
        for name, inner in list(vars(value).items()):
            yield from _held(f"{path}.{name}", inner, home)
    elif isinstance(value, FunctionType) and value.__module__ == home.__name__:
        yield path, _shape((value.__defaults__, value.__kwdefaults__, _closure(value)))
        for name, inner in list(vars(value).items()):
            yield from _held(f"{path}.{name}", inner, home)
    elif hasattr(own, "cache_info"):  # one of a contract answers alike for everybody
        yield from [(path, str(own.cache_info()))] if own.__module__ == home.__name__ else []
    elif not (inspect.isclass(value) or inspect.ismodule(value) or callable(value)):
        yield path, _shape(value)


def _closure(function: FunctionType) -> list[Any]:
    return [cell.cell_contents for cell in function.__closure__ or ()]


def _shape(value: Any) -> str:
    """What it holds; objects by what stands in them, and functions and classes by their names."""
    if isinstance(value, BaseModel):
        return f"{type(value).__name__}{_shape(dict(value))}"
    if isinstance(value, Mapping):
        pairs = cast("Mapping[Any, Any]", value).items()
        return "{" + ", ".join(f"{_shape(key)}: {_shape(inner)}" for key, inner in pairs) + "}"
    if isinstance(value, list | tuple | deque):
        return "[" + ", ".join(_shape(inner) for inner in cast("list[Any]", value)) + "]"
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(_shape(inner) for inner in cast("set[Any]", value))) + "}"
    if callable(value) or inspect.isclass(value):
        return str(getattr(value, "__qualname__", type(value)))
    own = getattr(value, "__dict__", None)
    return f"{type(value).__name__}{_shape(own)}" if own else f"{type(value).__name__}({value!s})"


async def replay(*processes: type[Any], only: str = "*") -> None:
    replayer = Replayer(workflows=processes, plugins=[plugin()])
    for path in sorted(HISTORIES.glob(f"{only}.json")):
        await replayer.replay_workflow(read(path))


async def test_after_all_recorded_lives_the_modules_hold_what_they_held() -> None:
    before = {module.__name__: kept(module) for module in modules()}
    await replay(*PROCESSES)
    after = {module.__name__: kept(module) for module in modules()}
    changed = {
        path for name in before for path, text in before[name].items() | after[name].items() if text != before[name].get(path)
    }
    assert changed == set(), "a run left something behind, which the next run of another file would find"
    assert sum(len(found) for found in before.values()) > 500, "nothing was looked at"


@pytest.mark.parametrize("process", keeping.KINDS, ids=lambda kind: kind.__name__)
async def test_what_a_run_leaves_behind_is_found(process: type[Any]) -> None:
    before = kept(keeping)
    for path in recordings("dossier"):
        await Replayer(workflows=[process], plugins=[plugin()]).replay_workflow(read(path))
    assert kept(keeping) != before


SOURCES = sorted(Path(next(iter(workflows.__path__))).rglob("*.py"))


def globals_of(source: str) -> list[str]:
    return [name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Global) for name in node.names]


def test_no_workflow_assigns_to_a_module() -> None:
    found: Callable[[Path], list[str]] = lambda path: globals_of(path.read_text(encoding="utf-8"))  # noqa: E731
    assert {path.name: found(path) for path in SOURCES if found(path)} == {}
    assert globals_of("def f():\n    global seen\n    seen = 1\n") == ["seen"]
