"""Messages to test with: the golden ones, changed ones, and a clock at which they were sent lately."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from contracts import examples

GOLDEN = Path(examples.__file__).parent
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NAMES = [*examples.names()]

Json = dict[str, Any]
Step = str | int


def golden_bytes(name: str) -> bytes:
    return examples.text_of(name).encode()


def golden(name: str) -> Json:
    return examples.example_of(name)


def message(name: str = "cases.accepted.v1", **changed: Any) -> bytes:
    """A golden message with some attributes changed."""
    return json.dumps({**golden(name), **changed}).encode()


def paths(value: Any, here: tuple[Step, ...] = ()) -> list[tuple[Step, ...]]:
    """Every place in a JSON value."""
    found = [here] if here else []
    if isinstance(value, dict):
        for key, inner in cast("Json", value).items():
            found.extend(paths(inner, (*here, key)))
    return found


def replaced(value: Json, path: tuple[Step, ...], new: Any) -> Json:
    """A copy with something else in one place."""
    copy = json.loads(json.dumps(value))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = new
    return copy
