"""How long to go on trying, and how long to pause between two tries."""

import random
import time
from collections.abc import Callable

Pause = Callable[[float], object]
"""Waits for so many seconds. ``time.sleep`` does, and ``wait`` of a ``threading.Event``, which somebody can end."""

FIRST, LONGEST = 0.5, 30.0


class Tries:
    """Growing pauses, each drawn at random from its upper half, so that many callers do not come back together."""

    def __init__(self, patience: float, pause: Pause) -> None:
        self._patience, self._pause = patience, pause
        self._began, self._paused, self._next = time.monotonic(), 0.0, FIRST

    def again(self, asked: float | None = None) -> bool:
        """Pause before another try.

        Args:
            asked: For how many seconds the post office asks us to stay away; that is obeyed.

        Returns:
            False where patience would end before the pause does: then nothing was waited for.
        """
        seconds = max(asked or 0.0, random.uniform(self._next / 2, self._next))  # noqa: S311 - no secret
        if max(self._paused, time.monotonic() - self._began) + seconds > self._patience:
            return False
        self._pause(seconds)
        self._paused, self._next = self._paused + seconds, min(2 * self._next, LONGEST)
        return True
