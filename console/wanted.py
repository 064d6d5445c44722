"""Which files somebody wants in a list: by codes, of which each is known before anything is asked.

A choice is an address (``region=Almere&kind=case``), so what is kept as a bookmark is a view. It holds nothing that somebody
typed: what is not among the codes is refused by name.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import NamedTuple
from urllib.parse import urlencode

from contracts.agencies import Directory
from contracts.event import File
from contracts.places import CARE_REGIONS
from contracts.texts.reading import ANY, texts
from contracts.texts.speaking import BY_KIND

NOWHERE = "_none"
"""In the place of a region: where none is known. No region and no agency has a name that begins so."""

OTHERS = "_others"
"""In the place of an agency: it is not the turn of the one that asks."""

YES = "yes"
WEEK = "week"


class UnknownFilter(ValueError):  # noqa: N818 - named as what is the case
    """Something was chosen that there is not.

    Attributes:
        name: Of the filter. What was given for it is not told again: it may be anything.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has no such value")
        self.name = name


class Wanted(NamedTuple):
    """Which files; what is not said does not matter.

    Attributes:
        region: A care region, or ``NOWHERE``.
        kind: A kind of file.
        phase: Of the file's own track.
        owner: Slug of the agency whose turn it is on that track.
        turn: Slug of the agency whose turn it is in some step.
        not_turn: Slug of an agency that waits for others.
        overdue: A clock ended and nobody acted.
        alarm: There is one that nobody has acknowledged.
        failing: The workflow fails at every try.
        week: The clock ends in this week, and has not ended.
        closed: Also files that have ended.
    """

    region: str | None = None
    kind: str | None = None
    phase: str | None = None
    owner: str | None = None
    turn: str | None = None
    not_turn: str | None = None
    overdue: bool = False
    alarm: bool = False
    failing: bool = False
    week: bool = False
    closed: bool = False


def read_wanted(chosen: Mapping[str, str], directory: Directory, me: str) -> Wanted:
    """What was chosen in an address.

    Args:
        chosen: Filters by name; an empty one was not chosen.
        directory: Who takes part.
        me: Slug of the agency that asks.

    Raises:
        UnknownFilter: There is no such filter, or no such value of it.
    """
    given = {name: value for name, value in chosen.items() if value}
    for name, value in given.items():
        if name not in FILTERS or not FILTERS[name](value, directory):
            raise UnknownFilter(name)
    turn = given.get("turn")
    return Wanted(
        region=given.get("region"),
        kind=given.get("kind"),
        phase=given.get("phase"),
        turn=None if turn == OTHERS else turn,
        not_turn=me if turn == OTHERS else None,
        overdue="overdue" in given,
        alarm="alarm" in given,
        failing="failing" in given,
        week="due" in given,
    )


def address(**chosen: str) -> str:
    """Where a choice stands, as a part of an address; nothing where all is wanted."""
    return urlencode({name: value for name, value in chosen.items() if value})


@cache
def phases_of(kind: str) -> tuple[str, ...]:
    """The states in which an open file of a kind can be, in the order of its table."""
    states = texts("en").states
    table = states.get(BY_KIND.get(kind, kind), {})
    return tuple(name for rows in (states[ANY], table) for name, row in rows.items() if row.waits)


def phases(kinds: Iterable[str]) -> tuple[str, ...]:
    """The states of several kinds, each once."""
    return tuple(dict.fromkeys(phase for kind in kinds for phase in phases_of(kind)))


def _region(value: str, _: Directory) -> bool:
    return value == NOWHERE or value in CARE_REGIONS


def _kind(value: str, _: Directory) -> bool:
    return value in frozenset(File)


def _phase(value: str, _: Directory) -> bool:
    return value in phases(File)


def _turn(value: str, directory: Directory) -> bool:
    return value == OTHERS or value in directory.by_slug


def _yes(value: str, _: Directory) -> bool:
    return value == YES


FILTERS: dict[str, Callable[[str, Directory], bool]] = {
    "region": _region,
    "kind": _kind,
    "phase": _phase,
    "turn": _turn,
    "overdue": _yes,
    "alarm": _yes,
    "failing": _yes,
    "due": lambda value, _: value == WEEK,
}
"""What can be chosen in an address, and whether a value is one of it."""
