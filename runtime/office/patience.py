"""How long an event has waited for the one before it, while this office could have taken that one."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

MOST = 10_000
"""How many events may wait; of those that waited longest the time begins anew."""

PAUSE = 60.0
"""Seconds after a fault of ours until everything that it held up has come again: the longest pause of the inbox."""


LOOK = 1.0
"""Seconds between two looks whether the bus is there."""


class Patience:
    """Whether an event may be taken although the one before it is missing.

    The time does not count in which the office was closed, the bus away, or events of the same sender could not be taken for a
    fault of ours: the missing event may have been among them, and comes again after a pause.

    Args:
        patience: Seconds that are enough.
        clock: Seconds that pass.
    """

    def __init__(self, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._pause = min(PAUSE, patience * 4 / 3)
        self._clock = clock
        self._disturbed = {"": clock()}
        self._since: dict[tuple[str, str], float] = {}

    def ended(self, sender: str, event: str) -> bool:
        """Whether it has waited long enough."""
        since = self._since.get((sender, event))
        if since is None:
            return self._patience == 0
        undisturbed = max(self._disturbed[""], self._disturbed.get(sender, 0.0)) + self._pause
        return self._clock() - max(since, undisturbed) >= self._patience

    @contextmanager
    def with_one(self, sender: str, event: str, *, later: type[Exception], over: type[Exception]) -> Generator[None]:
        """While inside, an event is tried: ``later`` has it wait, ``over`` and success end that, all else is a fault of ours."""
        try:
            yield
        except later:
            self._since.setdefault((sender, event), self._clock())
            while len(self._since) > MOST:
                del self._since[next(iter(self._since))]
            raise
        except over:
            self._since.pop((sender, event), None)
            raise
        except Exception:
            self.disturbed(sender)
            raise
        self._since.pop((sender, event), None)

    def disturbed(self, sender: str = "") -> None:
        """What came just now, from one sender or from anybody, could not be taken for a fault of ours."""
        self._disturbed[sender] = self._clock()

    @asynccontextmanager
    async def watching(self, bus_is_there: Callable[[], bool], look: float = LOOK) -> AsyncGenerator[None]:
        """While inside, it is noticed when the bus is away."""
        task = asyncio.create_task(self._watch(bus_is_there, look))
        try:
            yield
        finally:
            task.cancel()

    async def _watch(self, bus_is_there: Callable[[], bool], look: float) -> None:
        while True:
            await asyncio.sleep(look)
            if not bus_is_there():
                self.disturbed()
