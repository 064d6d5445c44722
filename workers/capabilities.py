"""From capabilities to activities, and whether they are all that the workflows of an office call."""

import dis
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from types import CodeType, ModuleType
from typing import Any

MARK = "__temporal_activity_definition"


class ActivityMissing(RuntimeError):  # noqa: N818 - named as what is the case
    """Nobody in this office provides an activity that one of its workflows calls: files would wait for it for ever."""


def activities_of(*capabilities: object) -> list[Callable[..., Any]]:
    """The activities of some capabilities: every method that ``activity.defn`` marked."""
    members = (getattr(capability, name) for capability in capabilities for name in dir(capability))
    return [member for member in members if hasattr(member, MARK)]


def refuse_incomplete(agency: str, workflows: Iterable[type], activities: Iterable[Callable[..., Any]]) -> None:
    """Look whether everything is provided that is called.

    Args:
        agency: Whose office it is.
        workflows: What it runs.
        activities: What it provides.

    Raises:
        ActivityMissing: Something is not; the message names it, who calls it, and what to do.
    """
    provided = {_name(activity) for activity in activities}
    for workflow in workflows:
        missing = called_by(workflow) - provided
        if missing:
            raise ActivityMissing(
                f"the office of {agency} runs {workflow.__name__}, which calls {', '.join(sorted(missing))}, and nobody provides "
                "that: add the capability in workers/ (docs/how-to/add-an-activity.md)"
            )


def called_by(workflow: type) -> frozenset[str]:
    """Names of the activities that the code of a workflow speaks of: its own modules, and those of ours that they use."""
    seen: set[str] = set()
    waiting = [part.__module__ for part in workflow.__mro__ if part.__module__ not in {"builtins", "typing", "abc"}]
    found: set[str] = set()
    while waiting:
        module = sys.modules[waiting.pop()]
        if module.__name__ not in seen:
            seen.add(module.__name__)
            found |= _called_in(module)
            waiting += [name for name in _used(module) if name.partition(".")[0] == workflow.__module__.partition(".")[0]]
    return frozenset(found)


def _used(module: ModuleType) -> Iterator[str]:
    """Modules whose functions, or classes that are no process of their own, stand in this one."""
    for value in vars(module).values():
        if (inspect.isclass(value) and not hasattr(value, "__temporal_workflow_definition")) or inspect.isfunction(value):
            yield value.__module__


@lru_cache
def _called_in(module: ModuleType) -> frozenset[str]:
    """``Capability.activity``, wherever it stands in a module: read from its compiled code, which is there already."""
    named = (pair for code in _codes(_code_of(module)) for pair in _attributes(code))
    members = (getattr(getattr(module, capability, None), name, None) for capability, name in named)
    return frozenset(_name(member) for member in members if hasattr(member, MARK))


def _code_of(module: ModuleType) -> CodeType:
    loader: Any = module.__spec__.loader if module.__spec__ else None
    return loader.get_code(module.__name__)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _attributes(code: CodeType) -> Iterator[tuple[str, str]]:
    """``Name.attribute``, as the names of both."""
    for name, attribute in pairwise(dis.get_instructions(code)):
        if name.opname in {"LOAD_GLOBAL", "LOAD_NAME"} and attribute.opname in {"LOAD_ATTR", "LOAD_METHOD"}:
            yield name.argval, attribute.argval


def _name(activity: Any) -> str:
    return str(getattr(activity, MARK).name)
