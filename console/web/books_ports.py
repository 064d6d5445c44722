"""What the pages about an agency's books need: who did what there, whether that log is whole, and who works there."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol

from console.web import ports


class Entry(Protocol):
    """Something that somebody did."""

    @property
    def seq(self) -> int:
        """Its number."""
        ...

    @property
    def moment(self) -> datetime:
        """When it was written."""
        ...

    @property
    def person(self) -> str:
        """Who."""
        ...

    @property
    def action(self) -> str:
        """What kind of act."""
        ...

    @property
    def case_reference(self) -> str | None:
        """In which case."""
        ...

    @property
    def object(self) -> str | None:
        """A coded word for what."""
        ...

    @property
    def outcome(self) -> str:
        """How it went."""
        ...


class Flaw(Protocol):
    """Something in a log that does not hold."""

    @property
    def kind(self) -> str:
        """What is wrong."""
        ...

    @property
    def seq(self) -> int:
        """The first entry that is concerned; 0: none."""
        ...


class Signed(Protocol):
    """A head of a log that was signed."""

    @property
    def day(self) -> str:
        """On which day."""
        ...

    @property
    def seq(self) -> int:
        """Up to which entry."""
        ...


class Proof(Protocol):
    """What a check found."""

    @property
    def held(self) -> int:
        """How many entries hold."""
        ...

    @property
    def signed(self) -> Signed | None:
        """The newest signed head that holds."""
        ...

    @property
    def flaws(self) -> Sequence[Flaw]:
        """What does not hold."""
        ...


class Check(Protocol):
    """A check of a log."""

    @property
    def total(self) -> int:
        """How many entries there are."""
        ...

    @property
    def done(self) -> int:
        """How many were looked at."""
        ...

    @property
    def ended(self) -> datetime | None:
        """When it ended; None: it goes on."""
        ...

    @property
    def proof(self) -> Proof | None:
        """What was found; None: nothing yet, or it could not be read."""
        ...


class Listed(Protocol):
    """Somebody in the list of people."""

    @property
    def name(self) -> str:
        """Their pseudonym."""
        ...

    @property
    def number(self) -> int:
        """Counts their keys there."""
        ...

    @property
    def fingerprint(self) -> str:
        """Of their key."""
        ...

    @property
    def since(self) -> datetime:
        """When they came."""
        ...

    @property
    def until(self) -> datetime | None:
        """When they left; None: they work there."""
        ...

    @property
    def rights(self) -> Collection[str]:
        """What they may do."""
        ...


class Books(Protocol):
    """The books of one agency."""

    async def entries(
        self,
        *,
        case: str | None,
        person: str | None,
        action: str | None,
        since: datetime | None,
        until: datetime | None,
        before: int | None,
        most: int,
    ) -> Sequence[Entry]:
        """Who did what, the newest first; that it is read is written down first."""
        ...

    def checked(self) -> Check | None:
        """The newest check of the log."""
        ...

    async def check(self) -> None:
        """Check the log."""
        ...

    def people(self) -> Sequence[Listed]:
        """Everybody who works there, or has worked there."""
        ...


class Desk(ports.Desk, Protocol):
    """A desk with books."""

    def books(self, visit: Any) -> Books:
        """The books of their agency."""
        ...
