"""The schemas as last released, and whether today's catalogue breaks them."""

import json
import tomllib
from pathlib import Path
from typing import NamedTuple

from console.generate.breaking import breaking
from console.generate.schemas import Schema, as_text, data_schema, envelope_schema
from contracts.catalogue import BY_SHORT_NAME

RELEASED = Path("contracts/released")
DECIDED = RELEASED / "decided.toml"
ENVELOPE = "envelope"


def current() -> dict[str, Schema]:
    """Today's schemas by short name: the data of every event, and the envelope around it."""
    return {ENVELOPE: envelope_schema(), **{name: data_schema(event) for name, event in BY_SHORT_NAME.items()}}


def released(root: Path) -> dict[str, Schema]:
    """The schemas as last released, by short name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((root / RELEASED).glob("*.json"))}


def breaking_changes(root: Path) -> list[str]:
    """One line per change that breaks a released schema and is not in ``decided.toml``. What was never released may change."""
    today = current()
    lines: list[str] = []
    for name, schema in released(root).items():
        if name not in today:
            lines.append(f"{name}: the type was removed; once nobody sends it any more, remove {RELEASED / name}.json too")
            continue
        lines.extend(f"{name}: {change}" for change in breaking(schema, today[name]))
    meant = _decided(root)
    return [line for line in lines if line not in meant]


class Decided(NamedTuple):
    """Changes that break a schema and no agency.

    Attributes:
        why: They were made.
        changes: Each as the check names it, behind the short name of its event.
    """

    why: str
    changes: tuple[str, ...]


def decisions(root: Path) -> list[Decided]:
    """What was decided so, the oldest first."""
    found = tomllib.loads((root / DECIDED).read_text(encoding="utf-8"))["decided"]
    return [Decided(entry["why"], tuple(entry["changes"])) for entry in found]


def _decided(root: Path) -> set[str]:
    return {change for decided in decisions(root) for change in decided.changes}


def write_release(root: Path) -> list[Path]:
    """Write today's schemas as released; returns what changed."""
    texts = {RELEASED / f"{name}.json": as_text(schema) for name, schema in current().items()}
    (root / RELEASED).mkdir(parents=True, exist_ok=True)
    changed = [path for path, text in texts.items() if not (root / path).is_file() or (root / path).read_text("utf-8") != text]
    for path in changed:
        (root / path).write_text(texts[path], encoding="utf-8")
    return changed
