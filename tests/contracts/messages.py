"""Messages to test with: the golden ones, changed ones, and a clock at which they were sent lately."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NAMES = sorted(path.stem for path in GOLDEN.glob("*.json"))

Json = dict[str, Any]
Step = str | int


def golden_bytes(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes()


def golden(name: str) -> Json:
    return json.loads(golden_bytes(name))


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
