"""Whole lives of cases, as all agencies wrote them down: recorded once on real servers, and read by the tests beside it."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, TypeAdapter

from console.rungs import CaseLog
from contracts.processing import Processing
from contracts.standing import Standing
from contracts.views import FileView

HERE = Path(__file__).parent


class Kept(BaseModel):
    """What one agency wrote down of a case."""

    lines: tuple[Processing, ...]
    standings: tuple[Standing, ...]
    views: tuple[FileView, ...]

    @property
    def log(self) -> CaseLog:
        """As the console reads it."""
        return CaseLog(self.lines, self.standings, self.views)


class Life(NamedTuple):
    """A case from its beginning to its end.

    Attributes:
        name: Of the story.
        agencies: What each wrote down, by its slug.
    """

    name: str
    agencies: Mapping[str, Kept]


NAMES = sorted(path.stem for path in HERE.glob("*.json"))
_READ: TypeAdapter[dict[str, Kept]] = TypeAdapter(dict[str, Kept])


@cache
def life(name: str) -> Life:
    """A recorded life."""
    return Life(name, _READ.validate_json((HERE / f"{name}.json").read_bytes()))


def write(name: str, agencies: Mapping[str, Kept]) -> None:
    """Record a life."""
    lines = (f"{json.dumps(slug)}: {kept.model_dump_json()}" for slug, kept in sorted(agencies.items()))
    (HERE / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
