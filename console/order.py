"""The order of a list: by which moment its rows stand, and where in it a row stands."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from console.rows import Row

FIRST, LAST = -62_135_596_800, 253_402_300_799
"""The seconds between which every moment lies."""

MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Window(NamedTuple):
    """Seconds of a part, as it counts them, the last one left out; None: from where it begins, or to its end.

    Whole seconds, because a database may keep less of a moment than a row says.
    """

    since: int | None = None
    until: int | None = None


class Part(NamedTuple):
    """Rows that stand by the same moment of theirs. A part counts moments so that what stands first is least.

    Attributes:
        name: How a place in it begins, in text.
        held: The search attribute that holds it, with the field of a row; where it is not set, the next one counts.
        only: What its rows fulfil besides, as a list filter.
        implied: Whoever bears one of its moments fulfils that.
        newest_first: Else the earliest stands first.
    """

    name: str
    held: Mapping[str, str]
    only: str = ""
    implied: bool = False
    newest_first: bool = False

    @property
    def ends(self) -> tuple[int, int]:
        """The seconds between which all its moments lie, as it counts them."""
        return (-LAST, -FIRST) if self.newest_first else (FIRST, LAST)

    def moment(self, row: Row) -> datetime | None:
        """That of a row."""
        return next((found for found in (getattr(row, field) for field in self.held.values()) if found), None)

    def at(self, moment: datetime) -> int:
        """A moment as the part counts it, in microseconds."""
        microseconds = (moment - EPOCH) // MICROSECOND
        return -microseconds if self.newest_first else microseconds

    def moment_at(self, at: int) -> datetime:
        """The moment that was counted."""
        return EPOCH + MICROSECOND * (-at if self.newest_first else at)

    def second(self, at: int) -> int:
        """The second in which it lies, as the part counts."""
        return -(-at // SECOND) if self.newest_first else at // SECOND

    def within(self, window: Window) -> list[list[str]]:
        """The rows of a window: all that fulfil the list filters of one way, each row of one way only.

        One moment stands in a way, between its bounds, and nothing beside it: a database finds those by an index of that moment.
        """
        since, until = window
        if self.newest_first:
            since, until = (None if one is None else 1 - one for one in (until, since))
        bounds = [(than, one) for than, one in ((">=", since), ("<", until)) if one is not None]
        only = [self.only] if self.only and not (bounds and self.implied) else []
        if not bounds:
            return [only]
        ways: list[list[str]] = []
        for number, held in enumerate(names := [*self.held]):
            ways.append([*only, *(f"{other} IS NULL" for other in names[:number])])
            ways[-1] += [f"{held} {than} '{_written(one)}'" for than, one in bounds]
        return ways


class Place(NamedTuple):
    """Where a row stands: a list goes on after it."""

    part: int
    at: int
    agency: str
    name: str


class Order(NamedTuple):
    """The parts of a list, one after the other."""

    parts: tuple[Part, ...]

    def place(self, row: Row) -> Place | None:
        """Where a row stands; None where it cannot be told."""
        moments = ((number, part, part.moment(row)) for number, part in enumerate(self.parts))
        found = ((number, part.at(moment)) for number, part, moment in moments if moment)
        return next((Place(number, at, row.agency, row.name) for number, at in found), None) if not row.unreadable else None

    def written(self, place: Place) -> str:
        """A place as text, which a person can hand back."""
        part = self.parts[place.part]
        moment = part.moment_at(place.at).isoformat().replace("+00:00", "Z")
        return f"{part.name}:{moment}/{place.agency}/{place.name}"

    def read(self, text: str) -> Place:
        """A place out of a text.

        Raises:
            ValueError: It is none of this list.
        """
        try:
            stands, agency, file = text.split("/")
            name, moment = stands.split(":", 1)
            number = [part.name for part in self.parts].index(name)
            part, at = self.parts[number], self.parts[number].at(datetime.fromisoformat(moment))
            part.moment_at(at)
            return Place(number, at, agency, file)
        except (ValueError, TypeError, OverflowError):  # no such part, no moment, one without its offset, or beyond all years
            words = f"{text} is no place in this list: take the one that the page before shows, with the same filters"
            raise ValueError(words) from None


BY_DEADLINE = Order(
    (
        Part("until", {"KetenDeadline": "deadline"}, only="KetenDeadline IS NOT NULL", implied=True),
        Part("begun", {"StartTime": "began"}, only="KetenDeadline IS NULL", newest_first=True),
    )
)
"""What is due first stands first; then what has no clock, the newest first."""

BY_TURN = Order(
    (
        Part(
            "due",
            {"KetenDue": "due", "KetenDeadline": "deadline"},
            only="(KetenDue IS NOT NULL OR KetenDeadline IS NOT NULL)",
            implied=True,
        ),
        Part("begun", {"StartTime": "began"}, only="(KetenDue IS NULL AND KetenDeadline IS NULL)", newest_first=True),
    )
)
"""Where it is somebody's turn: what is due first in that step stands first; a file of an earlier version by its next deadline."""

BY_DELAY = Order((Part("overdue", {"KetenOverdueSince": "overdue_since", "KetenDeadline": "deadline"}),))
"""What is overdue for longest stands first; of what an earlier version wrote only the next deadline is known."""


def _written(second: int) -> str:
    return (EPOCH + timedelta(seconds=min(max(second, FIRST), LAST))).isoformat()
