"""What is measured of Keten, and beside it of the smallest program that does as much."""

import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Iterable
from typing import Any, NamedTuple

from temporalio.client import WorkflowHandle

from tests.bench.processes import megabytes, spent_by


class Heard(NamedTuple):
    """Seconds after a signal was sent."""

    answered: float
    """Until its sender had the answer."""
    arrived: float
    """Until the next file began, which another workflow opened."""


class Side(ABC):
    """Either of the two, driven from this process, which is not measured."""

    pids: dict[str, int]
    """Its processes by name; the first is the one with the workers."""

    @abstractmethod
    async def case(self) -> None:
        """One case from its signal to the end of all its workflows."""

    @abstractmethod
    async def signal(self) -> Heard:
        """A signal that nobody decides about: it stays open."""

    @abstractmethod
    async def long(self, told: int) -> list[float]:
        """One file that is told something so often: the seconds that each took, one after the other."""

    @abstractmethod
    async def restart(self) -> None:
        """Kill every process without a word, and start all again."""

    def spent(self) -> dict[str, float]:
        """Processor seconds so far, by process."""
        return {name: spent_by(pid) for name, pid in self.pids.items()}

    def megabytes(self) -> float:
        """Memory of all processes."""
        return sum(megabytes(pid) for pid in self.pids.values())


async def timed(told: Iterable[Awaitable[Any]]) -> list[float]:
    """Seconds that each takes, one after the other."""
    took: list[float] = []
    for one in told:
        began = time.monotonic()
        await one
        took.append(time.monotonic() - began)
    return took


async def begun(handle: WorkflowHandle[Any, Any]) -> float:
    """When a workflow began, in seconds since 1970."""
    return (await handle.describe()).start_time.timestamp()
