"""What a file asks the world beside its narrative, and what it looks up within a task."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

AT_ONCE = timedelta(seconds=2)
"""What lies in memory is answered by then, also by a process that has much to do."""


class Errands:
    """Activities that run while the narrative goes on."""

    def __init__(self) -> None:
        self._running: list[asyncio.Task[Any]] = []
        self.looks_up = False
        """Whether an answer is about to come within this task."""

    def run(self, activity: Callable[..., Awaitable[Any]], question: Any, summary: str) -> asyncio.Task[Any]:
        """Begin one; it is tried until it succeeds."""
        errand = asyncio.create_task(_activity(activity, question, summary))
        self._running.append(errand)
        return errand

    async def look_up(self, activity: Callable[..., Awaitable[Any]], question: Any, summary: str) -> Any:
        """Ask once, within the task.

        Raises:
            ActivityError: There was no answer in time.
        """
        self.looks_up = True
        try:
            return await workflow.execute_local_activity_method(
                activity,  # pyright: ignore[reportArgumentType] - a method of a class that the worker constructs
                question,
                schedule_to_close_timeout=AT_ONCE,
                retry_policy=RetryPolicy(maximum_attempts=1),
                summary=summary,
            )
        finally:
            self.looks_up = False

    @property
    def under_way(self) -> bool:
        """Whether one has no answer yet."""
        self._running = [errand for errand in self._running if not errand.done()]
        return bool(self._running)

    def __len__(self) -> int:
        """How many are remembered; what is begun from now on stands after them."""
        return len(self._running)

    def drop(self, after: int) -> None:
        """Take back what was begun since so many were remembered."""
        for errand in self._running[after:]:
            errand.cancel()
        self._running = self._running[:after]


async def _activity(activity: Callable[..., Awaitable[Any]], question: Any, summary: str) -> Any:
    return await workflow.execute_activity_method(
        activity,
        question,
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
        summary=summary,
    )
