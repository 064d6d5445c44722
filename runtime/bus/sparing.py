"""A person hears of the same thing once, and not of each event of a flood."""

import time
from collections.abc import Awaitable, Callable

AGAIN = 3600.0
"""Seconds after which the same is said again if it happens again."""


class SparingAlarm:
    """Passes words on unless what they are about was said a while ago."""

    def __init__(self, alarm: Callable[[str], Awaitable[None]]) -> None:
        self._alarm = alarm
        self._said: dict[str, float] = {}

    async def say(self, about: str, words: str) -> None:
        """Reach a person, if nobody was reached about this lately."""
        now = time.monotonic()
        if now - self._said.get(about, -AGAIN) >= AGAIN:
            self._said[about] = now
            await self._alarm(words)

    def over(self, about: str) -> None:
        """It has ended; if it begins again a person hears at once."""
        self._said.pop(about, None)
