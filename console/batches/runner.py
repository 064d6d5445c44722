"""What works on batches: for each agency one item after the other, with a pause, as long as the person may decide there."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import structlog

from runtime.sessions.batches import Batch, Batches, Done, Item, State

PAUSE = 0.2
"""Seconds between two items of an agency: others decide meanwhile."""
MOST_UNKNOWN = 3
"""Items without an answer one after the other; then nothing answers, and the batch is stopped."""
LATER = 15.0
"""Seconds after which it is tried again where the rows cannot be reached."""

NO_RIGHT, NO_LOG, NO_ANSWER, BY_HAND = "no_right", "no_log", "no_answer", "by_hand"
"""Why a batch was stopped."""

log = structlog.get_logger()


class Ended(NamedTuple):
    """How an item ended.

    Attributes:
        state: Done, refused, or unknown: perhaps it was decided.
        answer: A phase, or the words of a refusal.
    """

    state: Done
    answer: str = ""


class Halt(Exception):  # noqa: N818 - named as what is the case
    """Nothing was decided, and nothing more can be.

    Attributes:
        why: One of the reasons for which a batch is stopped.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


Act = Callable[[Batch, Item], Awaitable[Ended]]
"""Decides one item in the name of the batch's person. What is done again with the same ticket is done once."""

May = Callable[[str, str], bool]
"""Whether a person (the second) may work on batches of an agency (the first) now."""


class Runner:
    """Works on the batches in a database.

    Args:
        rows: The batches.
        act: Decides an item.
        may: Whether somebody still may.
        pause: Seconds between two items of an agency.
    """

    def __init__(self, rows: Batches, act: Act, may: May, pause: float = PAUSE) -> None:
        self._rows = rows
        self._act = act
        self._may = may
        self._pause = pause
        self._working: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._silent: dict[str, int] = {}
        self._open = False

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Work while inside; what was under way before goes on."""
        self._open = True
        resuming = asyncio.create_task(self._resume())
        try:
            yield
        finally:
            self._open = False
            tasks = [resuming, *self._working.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self, agency: str) -> None:
        """There is something to do at an agency."""
        if not self._open:
            return
        self._woken.add(agency)
        if agency not in self._working or self._working[agency].done():
            self._working[agency] = asyncio.create_task(self._work(agency))

    async def _resume(self) -> None:
        while True:
            try:
                found = await self._rows.moving()
            except Exception as error:  # the rows cannot be reached now; that passes
                log.warning("batches_not_resumed", error=type(error).__name__)
                await asyncio.sleep(LATER)
                continue
            for agency in found:
                self.wake(agency)
            return

    async def _work(self, agency: str) -> None:
        while agency in self._woken:
            self._woken.discard(agency)
            try:
                while batch := await self._rows.next(agency):
                    await self._one_item(batch)
                    await asyncio.sleep(self._pause)
            except Exception as error:  # as above
                log.warning("batch_waits", agency=agency, error=type(error).__name__)
                self._woken.add(agency)
                await asyncio.sleep(LATER)

    async def _one_item(self, batch: Batch) -> None:
        if not self._may(batch.agency, batch.person):
            await self._halt(batch, NO_RIGHT)
            return
        item = await self._rows.claim(batch.id)
        if item is None:
            await self._rows.move(batch.id, (State.TRYING, State.WORKING), State.ENDED)
            return
        try:
            ended = await self._act(batch, item)
        except Halt as halt:
            await self._rows.settle(batch.id, item.number, Done.WAITING)
            await self._halt(batch, halt.why)
            return
        await self._rows.settle(batch.id, item.number, ended.state, ended.answer)
        silent = self._silent.pop(batch.id, 0) + 1 if ended.state is Done.UNKNOWN else 0
        if silent >= MOST_UNKNOWN:
            await self._halt(batch, NO_ANSWER)
        elif silent:
            self._silent[batch.id] = silent

    async def _halt(self, batch: Batch, why: str) -> None:
        log.info("batch_stopped", agency=batch.agency, code=why)
        await self._rows.move(batch.id, (State.TRYING, State.WORKING), State.STOPPED, why)
