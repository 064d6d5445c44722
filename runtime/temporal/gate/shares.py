"""What one agency may use of the gate at a time, so that what it asks holds up nobody else."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import NamedTuple

import structlog

from runtime.strangers import ANEW

log = structlog.get_logger()


class Limits(NamedTuple):
    """How much is too much.

    Attributes:
        strangers: Connections at a time of which nobody knows whose they are, because they have shown no certificate yet:
            so many that have said nothing at all, and so many that are about to.
        of_one_address: The same, from one address.
        handshake: Seconds in which a stranger shows a certificate.
        connections: Of one agency at a time.
        calls: Of one agency at a time; most of them are long polls.
        reading: Requests of one agency that are in memory before they are judged; each is 4 MiB at most.
        read: Seconds in which a request has come in whole.
        share: Of the gate's time, for one agency: seconds in each second.
        store: Seconds of that time which it may use at once before it waits.
        cost: Seconds of that time which a call takes whatever is in it.
    """

    strangers: int = 256
    of_one_address: int = 64
    handshake: float = 5.0
    connections: int = 64
    calls: int = 600
    reading: int = 8
    read: float = 20.0
    share: float = 0.25
    store: float = 0.5
    cost: float = 0.0005


LIMITS = Limits()


class TooMuch(Exception):  # noqa: N818 - named as what is the case
    """An agency has as much as it may have at a time."""


class Share:
    """What one agency uses now.

    Args:
        slug: Of the agency; None: of all who take no part.
        limits: How much is too much.
        clock: Seconds that only grow.
    """

    def __init__(self, slug: str | None, limits: Limits = LIMITS, clock: Callable[[], float] = time.monotonic) -> None:
        self._slug = slug
        self._limits = limits
        self._clock = clock
        self._used = {"connections": 0, "calls": 0}
        self._told: dict[str, float] = {}
        self._left, self._counted = limits.store, clock()
        self._reading = asyncio.Semaphore(limits.reading)

    def connection(self) -> AbstractContextManager[None]:
        """Have one connection more; raises ``TooMuch``."""
        return self._taken("connections", self._limits.connections)

    def call(self) -> AbstractContextManager[None]:
        """Have one call more; raises ``TooMuch``."""
        return self._taken("calls", self._limits.calls)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[float]:
        """Have one request more in memory, as soon as there is room.

        Yields:
            In how many seconds it must have come in whole.
        """
        async with self._reading:
            yield self._limits.read

    async def turn(self) -> None:
        """Wait until the agency has time left."""
        while (owed := self._debt()) > 0:
            self._tell("time")
            await asyncio.sleep(owed / self._limits.share)

    @contextmanager
    def spending(self) -> Generator[None]:
        """Take the seconds that pass inside from what the agency has; nothing else runs meanwhile."""
        begun = self._clock()
        try:
            yield
        finally:
            self._left -= self._limits.cost + self._clock() - begun

    def _debt(self) -> float:
        now = self._clock()
        self._left = min(self._limits.store, self._left + (now - self._counted) * self._limits.share)
        self._counted = now
        return -self._left

    @contextmanager
    def _taken(self, what: str, most: int) -> Generator[None]:
        if self._used[what] >= most:
            self._tell(what)
            raise TooMuch
        self._used[what] += 1
        try:
            yield
        finally:
            self._used[what] -= 1

    def _tell(self, what: str) -> None:
        now = self._clock()
        if now >= self._told.get(what, now):
            self._told[what] = now + ANEW
            log.warning("gate_throttled", agency=self._slug, kind=what)
