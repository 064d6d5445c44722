"""What pages about batches need of others; see ``ports.py``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol


class TooMany(ValueError):  # noqa: N818 - named as what is the case
    """More than may be.

    Attributes:
        why: ``items``, or ``batches`` under way.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Batch(Protocol):
    """One decision over a selection."""

    @property
    def id(self) -> str:
        """By which it is found."""
        ...

    @property
    def command(self) -> str:
        """What is decided."""
        ...

    @property
    def state(self) -> str:
        """How far it is."""
        ...

    @property
    def why(self) -> str:
        """Why it was stopped."""
        ...

    @property
    def made_at(self) -> datetime:
        """When it was made."""
        ...


class Item(Protocol):
    """One of the selection."""

    @property
    def number(self) -> int:
        """From 1."""
        ...

    @property
    def target(self) -> str:
        """The name of a file, or the number of a dead letter."""
        ...

    @property
    def state(self) -> str:
        """How far it is."""
        ...

    @property
    def answer(self) -> str:
        """A phase, or a refusal."""
        ...


class Batches(Protocol):
    """The batches of one person at one agency; nobody else's are here."""

    async def possible(self, command: str) -> tuple[Sequence[Any], int]:
        """Files in which something can be decided (``Row``), as many as a batch may have, and how many there are in all."""
        ...

    async def make(self, ticket: str, command: str, content: Mapping[str, Any], targets: Sequence[str]) -> str:
        """Make one, and try it on the first; its id. With the same ticket it is the same one. ``TooMany``: it cannot be."""
        ...

    async def mine(self) -> Sequence[tuple[Batch, Mapping[str, int]]]:
        """All of them, the newest first, with how many items are how far."""
        ...

    async def one(self, batch: str) -> tuple[Batch, Sequence[Item]] | None:
        """One of them, with its items."""
        ...

    async def go_on(self, batch: str) -> bool:
        """Work on what is left; whether that can be now."""
        ...

    async def stop(self, batch: str) -> bool:
        """Stop before the next item; whether it was under way."""
        ...
