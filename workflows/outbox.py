"""What leaves a workflow: letters stand in the file until the recipient's disk has acknowledged them."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from activities.post import Batch, Letter, Post
from contracts.agencies import Party
from contracts.event import Event
from contracts.reference import Reference
from workflows.files.record import Record


class Outbox:
    """Numbers, keeps and posts the letters of one file. A recipient who cannot be reached holds up nobody else."""

    def __init__(self, file: Record) -> None:
        self._file = file
        self._posting = False
        self._held: dict[str, asyncio.Task[None]] = {}

    @property
    def empty(self) -> bool:
        """Whether everything has been acknowledged."""
        return not self._file.outbox

    @property
    def at_rest(self) -> bool:
        """Whether a new run may begin: what is held up goes along in the file and is posted from there."""
        return not self._posting

    def put(self, to: Party, event: Event, *, because: str | None, reference: Reference | None) -> None:
        """Add a letter; it leaves with whatever else leaves now."""
        line = f"{to.slug}/{event.rule.file or '-'}"
        number = 0 if reference else self._file.sent.get(line, 0) + 1
        if number:
            self._file.sent[line] = number
        self._file.step += 1
        letter = Letter(
            step=self._file.step,
            to=to.slug,
            type=event.rule.type,
            reference=reference or self._file.reference,
            system=self._file.system,
            sequence=number,
            logged=workflow.now(),
            trace=None if reference else self._file.trace,
            because=because,
            data=event.model_dump(mode="json"),
        )
        self._file.outbox.append(letter)

    async def run(self) -> None:
        """Post whatever is there, for as long as the workflow runs."""
        while True:
            await workflow.wait_condition(lambda: bool(self._ready()))
            await self._post(self._ready())

    async def _post(self, letters: tuple[Letter, ...]) -> None:
        self._posting = True
        posted: tuple[int, ...] = ()
        try:
            answer = await workflow.execute_local_activity_method(
                Post.post,  # pyright: ignore[reportArgumentType] - a method of a class that the worker constructs
                Batch(letters=letters),
                start_to_close_timeout=timedelta(seconds=20),
                retry_policy=RetryPolicy(maximum_attempts=1),
                summary=_summary(letters),
            )
            posted = answer.steps
        except FailureError:  # a local activity fails with its own error, not with an ActivityError
            workflow.logger.warning("post_room_failed")
        self._remove(posted)
        for letter in letters:
            if letter.step not in posted and letter.to not in self._held:
                self._held[letter.to] = asyncio.create_task(self._keep_posting(letter.to))
        self._posting = False

    async def _keep_posting(self, to: str) -> None:
        """A long outage: a regular activity that tries for ever, so that the workflow task is not held."""
        while letters := tuple(letter for letter in self._file.outbox if letter.to == to):
            await workflow.execute_activity_method(
                Post.keep_posting,  # pyright: ignore[reportArgumentType]
                Batch(letters=letters),
                start_to_close_timeout=timedelta(seconds=60),
                retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
                summary=f"held up: {_summary(letters)}",
            )
            self._remove(tuple(letter.step for letter in letters))
        del self._held[to]

    def _ready(self) -> tuple[Letter, ...]:
        return tuple(letter for letter in self._file.outbox if letter.to not in self._held)

    def _remove(self, steps: tuple[int, ...]) -> None:
        self._file.outbox[:] = [letter for letter in self._file.outbox if letter.step not in steps]


def _summary(letters: tuple[Letter, ...]) -> str:
    return ", ".join(f"{letter.type.removeprefix('nl.keten.')} to {letter.to}" for letter in letters)[:200]
