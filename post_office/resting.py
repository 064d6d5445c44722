"""Who is not tried just now, and how long: each time longer, never for ever."""

import time
from collections.abc import Callable

DELAYS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


class Resting:
    """What rests after it failed, by name.

    Args:
        clock: Seconds that pass.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def failed(self, name: str) -> float:
        """It rests now; gives for how many seconds."""
        tries = self._tries[name] = self._tries.get(name, 0) + 1
        delay = DELAYS[min(tries, len(DELAYS)) - 1]
        self._until[name] = self._clock() + delay
        return delay

    def worked(self, name: str) -> None:
        """It rests no longer, and when it fails again the time begins anew."""
        self._tries.pop(name, None)
        self._until.pop(name, None)

    def now(self) -> frozenset[str]:
        """What rests now."""
        return frozenset(name for name, until in self._until.items() if until > self._clock())

    def next(self) -> float | None:
        """Seconds until something of it is tried again; None: nothing rests."""
        later = [until - self._clock() for until in self._until.values() if until > self._clock()]
        return min(later, default=None)
