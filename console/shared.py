"""One answer for all who look at the same thing at an agency within seconds: questions are asked only while somebody looks."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar

LASTS = 10.0
"""Seconds in which an answer is given again."""

MOST = 200
"""Answers that are remembered; then the one that was given longest ago is not any more."""

T = TypeVar("T")


class Answer(NamedTuple, Generic[T]):
    """What was answered, and when it was asked: what is counted may have changed since."""

    value: T
    at: datetime


class _Known(NamedTuple):
    begun: float
    took: float
    answer: Answer[Any]


class Shared:
    """Answers by agency and question. Whoever is given one is written down before, by whoever gives it.

    Args:
        passed: Seconds that have passed since any moment.
    """

    def __init__(self, passed: Callable[[], float] = time.monotonic) -> None:
        self._passed = passed
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()
        self._asking: dict[tuple[str, str], asyncio.Task[Answer[Any]]] = {}

    async def answer(
        self, agency: str, question: str, ask: Callable[[], Awaitable[T]], lasts: float = LASTS, worth: float | None = None
    ) -> Answer[T]:
        """What was answered in the last seconds; asked now where nothing was, once for all who wait for it.

        Args:
            agency: Slug of the agency.
            question: What is asked.
            ask: Asks it. Who waits may go away meanwhile: it goes on, for all others.
            lasts: Seconds in which an answer will do for this person.
            worth: It will do for so many times as long as it took to ask, where that is less: what is quick is asked each time.
        """
        key = (agency, question)
        known = self._known.get(key)
        if known and self._passed() - known.begun < (lasts if worth is None else min(lasts, worth * known.took)):
            return known.answer
        if key not in self._asking:
            self._asking[key] = asyncio.create_task(self._ask(key, ask, self._passed()))
        return await asyncio.shield(self._asking[key])

    def forget(self, agency: str) -> None:
        """Something was decided there: whoever asks next is given what is asked after it."""
        for known in (self._known, self._asking):
            for key in [key for key in known if key[0] == agency]:
                del known[key]

    async def _ask(self, key: tuple[str, str], ask: Callable[[], Awaitable[T]], begun: float) -> Answer[T]:
        at = datetime.now(UTC)
        mine = asyncio.current_task()
        try:
            found = Answer(await ask(), at)
            if self._asking.get(key) is mine:  # else it was forgotten meanwhile
                self._known.pop(key, None)
                self._known[key] = _Known(begun, self._passed() - begun, found)
        finally:
            if self._asking.get(key) is mine:
                del self._asking[key]
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return found
