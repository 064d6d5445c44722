"""What pages need of half-done forms and of files that somebody takes. Pages are given what fits these."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from console.web import ports

TOO_MANY, TOO_LARGE, SENT = "too_many", "too_large", "sent"
"""Why a form was not kept."""


class NotKept(Exception):  # noqa: N818 - named as what is the case
    """A form was not kept; its word is one of the above."""


class Draft(Protocol):
    """A half-done form: that there is one."""

    @property
    def person(self) -> str:
        """The pseudonym of its owner."""
        ...

    @property
    def file(self) -> str:
        """The name of the file."""
        ...

    @property
    def command(self) -> str:
        """What the form decides."""
        ...

    @property
    def began(self) -> datetime:
        """Since when there is one."""
        ...

    @property
    def saved(self) -> datetime:
        """When it was kept last."""
        ...

    @property
    def until(self) -> datetime:
        """How long it stays."""
        ...


class Written(Protocol):
    """What stands in a half-done form of one's own."""

    @property
    def draft(self) -> Draft:
        """Which one."""
        ...

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """What was typed."""
        ...

    @property
    def seen(self) -> str:
        """The file as it was when the form was opened."""
        ...


class Drafts(Protocol):
    """Half-done forms. What stands in one is its owner's alone: nothing here reads another's."""

    async def keep(self, visit: Any, form: tuple[str, str], ticket: str, typed: tuple[Sequence[tuple[str, str]], str]) -> Draft:
        """Keep a form (its file and command) as it was typed, with what was seen of the file; raises `NotKept`."""
        ...

    async def mine(self, visit: Any, form: tuple[str, str]) -> Written | None:
        """One's own for a form."""
        ...

    async def all_mine(self, visit: Any) -> Sequence[Draft]:
        """One's own, the newest first."""
        ...

    async def about(self, visit: Any, files: Collection[str]) -> Sequence[Draft]:
        """Those of everybody at the agency about some files."""
        ...

    async def sent(self, visit: Any, form: tuple[str, str], ticket: str) -> None:
        """The form was sent with this ticket."""
        ...

    async def throw_away(self, visit: Any, form: tuple[str, str]) -> None:
        """Its owner does not want it any more."""
        ...


class Taken(Protocol):
    """Somebody takes a file."""

    @property
    def person(self) -> str:
        """Their pseudonym."""
        ...

    @property
    def at(self) -> datetime:
        """Since when."""
        ...


class Taking(Protocol):
    """Who takes which file of their agency: a word to colleagues, not a lock."""

    async def of(self, visit: Any, files: Collection[str]) -> Mapping[str, Taken]:
        """Who takes which of some files, in one question."""
        ...

    async def take(self, visit: Any, file: str, instead_of: str = "") -> None:
        """Take one that nobody has, or one of whom one knows to have it."""
        ...

    async def let_go(self, visit: Any, file: str) -> None:
        """Let one's own go."""
        ...

    async def ended(self, visit: Any, file: str) -> None:
        """It is not the agency's turn any more: nobody takes it."""
        ...


class Desk(ports.Desk, Protocol):
    """What pages are given that know of both."""

    @property
    def drafts(self) -> Drafts:
        """Half-done forms."""
        ...

    @property
    def taken(self) -> Taking:
        """Who takes which file."""
        ...
