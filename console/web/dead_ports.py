"""What pages about refused events need of others; see ``ports.py``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

OPERATE = "operate"
"""The right of whoever keeps an agency's exchange of events going."""


class Letter(Protocol):
    """A refused event."""

    @property
    def seq(self) -> int:
        """Its number."""
        ...

    @property
    def sender(self) -> str:
        """Slug of who sent it."""
        ...

    @property
    def event(self) -> str:
        """Which event, as the bus names it."""
        ...

    @property
    def code(self) -> str:
        """Why it was refused, for software."""
        ...

    @property
    def reason(self) -> str:
        """The same, in a sentence in English."""
        ...

    @property
    def at(self) -> datetime | None:
        """When."""
        ...

    @property
    def hash(self) -> str:
        """Of what arrived, where nothing else of it was kept."""
        ...


class Fault(Protocol):
    """What is wrong at a place."""

    @property
    def path(self) -> str:
        """Where."""
        ...

    @property
    def kind(self) -> str:
        """What, as the checking library names it."""
        ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """What that says besides."""
        ...

    @property
    def said(self) -> str:
        """The same as a sentence in English, where the library does not name it."""
        ...


class Looked(Protocol):
    """A refused event that somebody looks at."""

    @property
    def letter(self) -> Letter:
        """As it is kept."""
        ...

    @property
    def text(self) -> str:
        """What is in it, to be shown as text."""
        ...

    @property
    def is_opened(self) -> bool:
        """Whether its seal and signature are good."""
        ...

    @property
    def faults(self) -> Sequence[Fault]:
        """Where the fault is."""
        ...

    @property
    def advice(self) -> str:
        """What is likely to help."""
        ...

    @property
    def may_correct(self) -> bool:
        """Whether its content can be corrected here."""
        ...


class Letters(Protocol):
    """The refused events of one agency; where the bus does not answer, ``NoAnswer``."""

    async def newest(self, before: int | None = None, most: int = ...) -> Sequence[Letter]:
        """A part of them, the newest first."""
        ...

    async def one(self, number: int) -> Looked:
        """One of them; a ``LookupError`` where it is not there."""
        ...

    async def replay(self, number: int, once: str) -> None:
        """Put one into the inbox again as it is; a ``ValueError`` where that cannot be."""
        ...

    async def dismiss(self, number: int, why: Any) -> None:
        """Remove one that nobody needs."""
        ...


class Corrector(Protocol):
    """Corrects refused events of one agency; see ``console/correction_errors.py`` for what it raises, and ``NoAnswer``."""

    async def look(self, number: int) -> Any:
        """What can be corrected, and what waits (``Correctable``); a ``LookupError`` where it is not there."""
        ...

    async def propose(self, number: int, text: str) -> None:
        """Keep a correction until somebody else releases it."""
        ...

    async def release(self, number: int, seen: str) -> bool:
        """Put it into the inbox; whether it is the one that was looked at."""
        ...

    async def withdraw(self, number: int) -> None:
        """Throw it away."""
        ...
