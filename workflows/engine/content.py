"""What a file holds inside: what was told and decided in words, and about whom. A view holds none of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter

from contracts.agencies import Party
from contracts.views import ContentPart
from workflows.engine.record import Record

Said = BaseModel | Mapping[str, Any]
"""An event or a command; or those of its fields that the file keeps, by their names."""

_JSON: TypeAdapter[Any] = TypeAdapter(Any)


def told(file: Record, what: str, by: Party | None, said: Said | None) -> list[ContentPart]:
    """What was told once, or the last time counts; nothing where it has not been told."""
    return told_often(file, what, [(by.slug, said)] if by is not None and said is not None else [])


def told_often(file: Record, what: str, said: Sequence[tuple[str, Said]]) -> list[ContentPart]:
    """What was told several times, each in its turn.

    Args:
        file: Its story knows when.
        what: Name of the event or the command in the story.
        said: The slug of whoever told it, and what, in the order of time.
    """
    times = {by: _when(file, what, by) for by, _ in said}
    parts: list[ContentPart] = []
    for by, content in reversed(said):
        at = times[by].pop() if times[by] else None
        parts.append(ContentPart(what=what, who=by, at=at, data=_JSON.dump_python(content, mode="json")))
    return parts[::-1]


def _when(file: Record, what: str, who: str) -> list[Any]:
    """Each moment of it that the story still has; what came late moved nothing, and is not kept."""
    lines = [line for line in file.story if (line.what, line.who) == (what, who)]
    return [line.at for line in lines if "late" not in line.facts and "to" not in line.facts]
