"""What pages over all files of an agency need of others: filtered lists, counts, and how its parts do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from console.wanted import Wanted
from console.web import ports


class Page(ports.Page, Protocol):
    """A part of a list."""

    @property
    def failing(self) -> int:
        """How many of the whole list stand still."""
        ...


class Answer(Protocol):
    """What was answered to all who asked in the last seconds."""

    @property
    def value(self) -> Any:
        """It."""
        ...

    @property
    def at(self) -> datetime:
        """When it was asked."""
        ...


class Counted(Protocol):
    """Of how many files something is true."""

    @property
    def total(self) -> int:
        """Open files."""
        ...

    @property
    def overdue(self) -> int:
        """Whose clock ended without anybody acting."""
        ...

    @property
    def oldest(self) -> Any:
        """The one that is overdue for longest: a row with its region; None: none is."""
        ...

    @property
    def alarms(self) -> int:
        """With an alarm that nobody has acknowledged."""
        ...

    @property
    def failing(self) -> int:
        """That stand still."""
        ...

    @property
    def regions(self) -> Mapping[str, int]:
        """By region; under `NOWHERE` those of none."""
        ...

    @property
    def kinds(self) -> Mapping[str, int]:
        """By kind of file."""
        ...

    @property
    def phases(self) -> Mapping[tuple[str, str], int]:
        """By kind and phase."""
        ...


class Unconfirmed(Protocol):
    """Letters to one agency of which it has not said for long that it knows them."""

    @property
    def to(self) -> str:
        """Slug of the agency."""
        ...

    @property
    def number(self) -> int:
        """How many."""
        ...

    @property
    def since(self) -> datetime:
        """When the oldest was sent."""
        ...


class Line(Protocol):
    """How one part of the installation does."""

    @property
    def part(self) -> str:
        """A code word."""
        ...

    @property
    def where(self) -> str:
        """Which one, as a sentence of the engine."""
        ...

    @property
    def what(self) -> str:
        """How it does, as a sentence of the engine."""
        ...

    @property
    def do(self) -> str:
        """What a person does about it; empty: nothing, it is well."""
        ...

    @property
    def since(self) -> datetime | None:
        """Since when that is so, where it is known."""
        ...


class Overview(Protocol):
    """All files of an agency, as one person may see them. Who looks is written down first."""

    async def cases(self, wanted: Wanted, after: str | None = None, most: int = ...) -> Page:
        """The files that somebody wants."""
        ...

    async def turns(self, *, opened: bool = False) -> Answer:
        """The first page of what waits for the agency, for all who look; not as old for whoever opens it."""
        ...

    async def waiting(self) -> Answer:
        """What waits for others first, for all who look."""
        ...

    async def counts(self) -> Answer:
        """Counts of all open files (`Counted`)."""
        ...

    async def unconfirmed(self) -> Answer:
        """Letters that wait for confirmation (`Unconfirmed`, the oldest first); None: it cannot be told now."""
        ...

    async def dead_letters(self) -> Answer:
        """How many events could not be taken; None: it cannot be told now."""
        ...

    async def health(self) -> Answer:
        """How the parts of the installation do (`Line`)."""
        ...


class Desk(ports.Desk, Protocol):
    """What these pages are given."""

    def overview(self, visit: Any) -> Overview:
        """All files of their agency."""
        ...


Lines = Sequence[Line]
