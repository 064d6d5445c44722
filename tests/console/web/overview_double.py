"""All files of an agency in memory, for pages without any server."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from console.wanted import Wanted
from console.web.looking import NoAnswer

ROWS = 50


class Answer(NamedTuple):
    """What was answered."""

    value: Any
    at: datetime


class Oldest(NamedTuple):
    """What is overdue for longest."""

    region: str
    overdue_since: datetime | None
    deadline: datetime | None


class Counted(NamedTuple):
    """Counts."""

    total: int = 0
    overdue: int = 0
    oldest: Oldest | None = None
    alarms: int = 0
    failing: int = 0
    regions: Mapping[str, int] = {}
    kinds: Mapping[str, int] = {}
    phases: Mapping[tuple[str, str], int] = {}


class Unconfirmed(NamedTuple):
    """Letters that wait for confirmation."""

    to: str
    number: int
    since: datetime


class Line(NamedTuple):
    """How a part does."""

    part: str
    where: str
    what: str
    do: str = ""
    since: datetime | None = None


class Listed(NamedTuple):
    """A part of a list."""

    rows: list[Any]
    total: int
    after: str | None
    failing: int = 0


@dataclass
class Overview:
    """What pages are given; what is away does not answer."""

    listed: Any
    agency: Any = None
    counted: Counted = field(default_factory=Counted)
    letters: tuple[Unconfirmed, ...] = ()
    dead: int = 0
    lines: tuple[Line, ...] = ()
    away: set[str] = field(default_factory=set[str])
    closed: type[Exception] | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(seconds=4))
    wanted: list[Wanted] = field(default_factory=list[Wanted])
    asked: Counter[str] = field(default_factory=Counter[str])

    async def cases(self, wanted: Wanted, after: str | None = None, most: int = ROWS) -> Listed:
        self.wanted.append(wanted)
        if after and not after.startswith("due:"):
            raise ValueError("this is no place in this list")
        begin = int(after.removeprefix("due:").partition("/")[0]) if after else 0
        rows = [row for row in self.listed.rows if _fits(row, wanted)]
        end = begin + most
        return Listed(rows[begin:end], len(rows), f"due:{end}/{self.agency.slug}" if end < len(rows) else None)

    async def turns(self, *, opened: bool = False) -> Answer:
        self.asked["turns opened" if opened else "turns"] += 1
        return Answer(await self.listed.turn_of(self.agency), datetime.now(UTC))

    async def waiting(self) -> Answer:
        return Answer(await self.listed.waiting(self.agency, most=20), datetime.now(UTC))

    async def counts(self) -> Answer:
        return self._answer("counts", self.counted)

    async def unconfirmed(self) -> Answer:
        return self._answer("unconfirmed", self.letters)

    async def dead_letters(self) -> Answer:
        return self._answer("dead", self.dead)

    async def health(self) -> Answer:
        return self._answer("health", self.lines)

    def _answer(self, what: str, value: Any) -> Answer:
        self.asked[what] += 1
        if self.closed:
            raise self.closed
        if what in self.away:
            raise NoAnswer
        return Answer(value, self.at)


def _fits(row: Any, wanted: Wanted) -> bool:
    asked = {"kind": wanted.kind, "phase": wanted.phase, "turn": wanted.turn}
    same = all(value is None or getattr(row, name) == value for name, value in asked.items())
    return same and (not wanted.alarm or row.alarm) and (wanted.not_turn is None or row.turn != wanted.not_turn)
