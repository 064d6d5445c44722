"""What leaves a workflow: letters stand in the file until the recipient's disk has acknowledged them.

A workflow task that was not recorded may be done again, at another time and with other events in it. So a letter leaves only
when the task that wrote it is recorded: by an activity, never within the task. Files that began before this was so finish as they
began (``Record.leaves_recorded``).
"""

import asyncio
from datetime import timedelta
from typing import Protocol

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from activities.post import Batch, Post, Posted, Unsendable
from contracts.agencies import Party
from contracts.event import Event
from contracts.letter import Letter
from contracts.lines import Said, line_to
from contracts.reference import Reference
from contracts.refusals import RefusalCode
from contracts.words import Ground
from workflows.engine.record import Record

LONG = timedelta(hours=1)
"""A letter that waits so long for its recipient is worth a person's attention."""


class Owner(Protocol):
    """What an outbox asks and tells the process whose letters it posts."""

    @property
    def is_looking_up(self) -> bool:
        """Whether more letters are about to follow, which leave together with those that are there."""
        ...

    def still_holds(self, letter: Letter) -> bool:
        """Whether the ground on which a letter is shared still holds; asked whenever it would leave."""
        ...

    def withheld(self, letter: Letter) -> None:
        """A letter did not leave for want of a ground."""

    def unsendable(self, letter: Letter, code: RefusalCode) -> None:
        """A letter can never leave."""

    def held_up(self, to: str) -> None:
        """Letters to an agency have waited for long."""


class Outbox:
    """Numbers, keeps and posts the letters of one file. A recipient who cannot be reached holds up nobody else.

    Args:
        file: Where the letters stand.
        owner: Whose letters they are.
    """

    def __init__(self, file: Record, owner: Owner) -> None:
        self._file = file
        self._owner = owner
        self._posting = False
        self._held: dict[str, asyncio.Task[None]] = {}

    @property
    def empty(self) -> bool:
        """Whether everything has been acknowledged."""
        return not self._file.outbox

    @property
    def at_rest(self) -> bool:
        """Whether a new run may begin: what is held up goes along in the file and is posted from there."""
        return not self._posting and not self._ready()

    def put(
        self, to: Party, event: Event, *, ground: Ground, because: str | None = None, reference: Reference | None = None
    ) -> None:
        """Add a letter; it leaves with whatever else leaves now."""
        line = line_to(to.slug, type(event)) if reference is None else None
        said = Said(self._file.sent.get(line, 0), self._file.links.get(line, "")) if line else None
        self._file.step += 1
        letter = Letter(
            step=self._file.step,
            to=to.slug,
            type=event.rule.type,
            reference=reference or self._file.reference,
            system=self._file.system,
            sequence=said.next if said else 0,
            logged=workflow.now(),
            trace=None if reference else self._file.trace,
            because=because,
            ground=ground,
            previous=said.previous if said else None,
            recorded=self._file.leaves_recorded,
            data=event.told_to(to.kind),
        )
        if line and said:
            self._file.sent[line], self._file.links[line] = said.then(letter.fingerprint)
        self._file.outbox.append(letter)

    async def run(self) -> None:
        """Post whatever is there, for as long as the workflow runs."""
        while True:
            await workflow.wait_condition(lambda: bool(self._ready()) and not self._owner.is_looking_up)
            self._withhold()
            if ready := self._ready():
                await self._post(ready)

    async def _post(self, letters: tuple[Letter, ...]) -> None:
        self._posting = True
        posted = Posted(steps=())
        try:
            posted = await self._answer(letters)
        except FailureError:  # a local activity fails with its own error, not with an ActivityError
            workflow.logger.warning("post_room_failed")
        self._settle(posted)
        for letter in letters:
            if letter in self._file.outbox and letter.to not in self._held:
                self._held[letter.to] = asyncio.create_task(self._keep_posting(letter.to))
        self._posting = False

    async def _answer(self, letters: tuple[Letter, ...]) -> Posted:
        execute = workflow.execute_activity_method if self._file.leaves_recorded else workflow.execute_local_activity_method
        return await execute(
            Post.post,  # pyright: ignore[reportArgumentType] - a method of a class that the worker constructs
            Batch(letters=letters),
            start_to_close_timeout=timedelta(seconds=20),
            retry_policy=RetryPolicy(maximum_attempts=1),
            summary=_summary(letters),
        )

    async def _keep_posting(self, to: str) -> None:
        """A long outage: an activity for this recipient alone, that tries for ever."""
        while letters := self._held_up(to):
            trying = workflow.start_activity_method(
                Post.keep_posting,  # pyright: ignore[reportArgumentType]
                Batch(letters=letters),
                start_to_close_timeout=timedelta(seconds=60),
                retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
                summary=f"held up: {_summary(letters)}",
            )
            self._settle(await self._ended_while_grounds_hold(trying, letters))
        del self._held[to]

    async def _ended_while_grounds_hold(
        self, trying: workflow.ActivityHandle[Posted | None], letters: tuple[Letter, ...]
    ) -> Posted:
        await self._until_ended(trying, letters)
        if not trying.done():
            trying.cancel()
        try:
            posted = await trying
        except FailureError:
            return Posted(steps=())
        return posted or Posted(steps=tuple(letter.step for letter in letters))

    async def _until_ended(self, trying: workflow.ActivityHandle[Posted | None], letters: tuple[Letter, ...]) -> None:
        def ended() -> bool:
            return trying.done() or not all(map(self._owner.still_holds, letters))

        if self._file.leaves_recorded:
            try:
                await workflow.wait_condition(ended, timeout=LONG, timeout_summary=f"letters to {letters[0].to} wait")
            except TimeoutError:
                self._owner.held_up(letters[0].to)
        await workflow.wait_condition(ended)

    def _held_up(self, to: str) -> tuple[Letter, ...]:
        self._withhold()
        return tuple(letter for letter in self._file.outbox if letter.to == to)

    def _withhold(self) -> None:
        """What has no ground any more does not leave. Its number stays taken: it may have left without our knowing."""
        for letter in [letter for letter in self._file.outbox if not self._owner.still_holds(letter)]:
            self._remove((letter.step,))
            self._file.withheld.append(letter.step)
            self._owner.withheld(letter)

    def _ready(self) -> tuple[Letter, ...]:
        return tuple(letter for letter in self._file.outbox if letter.to not in self._held)

    def _settle(self, posted: Posted) -> None:
        """Take out what has left, and what can never leave, which a person must know."""
        self._remove(posted.steps)
        for never in posted.unsendable:
            self._give_up(never)

    def _give_up(self, never: Unsendable) -> None:
        for letter in [letter for letter in self._file.outbox if letter.step == never.step]:
            self._remove((letter.step,))
            self._owner.unsendable(letter, never.code)

    def _remove(self, steps: tuple[int, ...]) -> None:
        self._file.outbox[:] = [letter for letter in self._file.outbox if letter.step not in steps]


def _summary(letters: tuple[Letter, ...]) -> str:
    return ", ".join(f"{letter.type.removeprefix('nl.keten.')} to {letter.to}" for letter in letters)[:200]
