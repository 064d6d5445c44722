"""A narrative: chapters that read like the process."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import NamedTuple, Protocol, TypeVar


class Move(NamedTuple):
    """A move of the process that its narrative has not read yet."""

    trigger: str
    to: str


class Narrated(Protocol):
    """A process, as its chapters see it."""

    reading: str
    """The phase up to which its narrative has read."""

    def open(self) -> None:
        """Begin a run."""
        ...


P = TypeVar("P", bound=Narrated)


def chapter(*phases: str) -> Callable[[Callable[[P], Awaitable[None]]], Callable[[P], Awaitable[None]]]:
    """A part of the narrative: read again as long as the process is in one of these phases, skipped otherwise.

    A body waits once, with ``turn``, and then does what follows from the move it got. So a new run, which begins in the phase
    that the file holds, finds its place by itself.
    """

    def decorate(body: Callable[[P], Awaitable[None]]) -> Callable[[P], Awaitable[None]]:
        @wraps(body)
        async def read(self: P) -> None:
            self.open()
            while self.reading in phases:
                await body(self)

        read.phases = phases  # type: ignore[attr-defined]
        return read

    return decorate
