"""Posting events. Temporal is the outbox: a letter stands in its workflow's file until the recipient's disk acknowledged it."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from temporalio import activity

from contracts.agencies import Agency
from contracts.envelope import CloudEvent
from contracts.letter import Letter, enveloped
from contracts.logged import Exchange
from contracts.refusals import RefusalCode, Refused
from contracts.text import Model


class Batch(Model):
    """Letters that leave together."""

    letters: tuple[Letter, ...]


class Unsendable(Model):
    """A letter that no number of tries gets out, and why."""

    step: int
    code: RefusalCode


class Posted(Model):
    """The steps whose letters the recipients' disks hold, and those of letters that can never leave."""

    steps: tuple[int, ...]
    unsendable: tuple[Unsendable, ...] = ()


class Bus(Protocol):
    """The port: publish one message to one agency; done when its disk has acknowledged."""

    async def publish(self, message: CloudEvent, recipient: str) -> None: ...  # noqa: D102


class Deliveries(Protocol):
    """The port: a line for what leaves, and word that is awaited of it from its recipient. Each is done when it is on disk."""

    async def begin(self, letters: Sequence[Exchange], at: datetime, *, awaited: bool = True) -> None:
        """These are about to leave: a line for each, and at once that word of it is awaited, unless told otherwise."""
        ...

    def left(self, letters: Sequence[Exchange]) -> None:
        """Of these, that are awaited, the recipients' disks have acknowledged each: they can be asked about."""
        ...

    async def expect(self, letters: Sequence[Exchange], at: datetime) -> None:
        """The same of letters that are not awaited yet, or perhaps not."""
        ...

    async def withdraw(self, letters: Sequence[Exchange], at: datetime) -> None:
        """What began at that moment did not leave then, and is not awaited."""
        ...

    async def never(self, letters: Sequence[Exchange], at: datetime, code: str | None = None) -> None:
        """These never leave, for this reason, or because their ground has gone: nobody waits for them any more."""
        ...


Envelopes = dict[int, Exchange]
"""Letters as they travel, by their steps."""


class Post:
    """An agency's post room. Posting twice is harmless: the id of a letter never changes. What is not logged does not leave."""

    def __init__(self, agency: Agency, key: bytes, bus: Bus, deliveries: Deliveries) -> None:
        self._agency = agency
        self._key = key
        self._bus = bus
        self._deliveries = deliveries

    @activity.defn
    async def post(self, batch: Batch) -> Posted:
        """Post what can be posted now; one recipient's silence does not hold up another's letters."""
        envelopes, at = self._enveloped(batch), datetime.now(UTC)
        await self._note(envelopes, at)
        by_recipient: defaultdict[str, Envelopes] = defaultdict(dict)
        for step, exchange in envelopes.items():
            by_recipient[exchange.other][step] = exchange
        posted = _together(await asyncio.gather(*(self._post_in_order(part) for part in by_recipient.values())))
        self._deliveries.left([envelopes.pop(step) for step in posted.steps])
        await self._give_up(envelopes, posted, at)
        if envelopes:
            await self._deliveries.withdraw([*envelopes.values()], at)
        return posted

    @activity.defn
    async def keep_posting(self, batch: Batch) -> Posted:
        """Post letters to one recipient that could not be reached; fails, and is tried again, until all are there."""
        envelopes = self._enveloped(batch)
        await self._note(envelopes, datetime.now(UTC), awaited=False)
        done: list[Posted] = []
        try:
            for step, exchange in envelopes.items():
                done.append(await self._posted(step, exchange))
        finally:
            if steps := _together(done).steps:
                await self._deliveries.expect([envelopes[step] for step in steps], datetime.now(UTC))
        await self._give_up(envelopes, _together(done), datetime.now(UTC))
        return _together(done)

    @activity.defn
    async def note_withheld(self, batch: Batch) -> None:
        """Note that letters lost their ground before they could leave: nobody waits for them any more."""
        await self._deliveries.never([*self._enveloped(batch).values()], datetime.now(UTC))

    async def _give_up(self, envelopes: Envelopes, posted: Posted, at: datetime) -> None:
        """Note what can never leave."""
        for never in posted.unsendable:
            await self._deliveries.never([envelopes[never.step]], at, never.code.value)

    async def _note(self, envelopes: Envelopes, at: datetime, *, awaited: bool = True) -> None:
        """A line for each letter, before any of them leaves."""
        await self._deliveries.begin([*envelopes.values()], at, awaited=awaited)

    async def _post_in_order(self, envelopes: Envelopes) -> Posted:
        done: list[Posted] = []
        for step, exchange in envelopes.items():
            try:
                done.append(await self._posted(step, exchange))
            except Exception as error:
                activity.logger.warning("letter_delayed", extra={"recipient": exchange.other, "error": type(error).__name__})
                break
        return _together(done)

    async def _posted(self, step: int, exchange: Exchange) -> Posted:
        """Post one letter; what is refused by our own seal, for its size, would be refused at every try."""
        try:
            await self._bus.publish(exchange.message, exchange.other)
        except Refused as refused:
            activity.logger.error("letter_unsendable", extra={"recipient": exchange.other, "code": refused.code.value})
            return Posted(steps=(), unsendable=(Unsendable(step=step, code=refused.code),))
        return Posted(steps=(step,))

    def _enveloped(self, batch: Batch) -> Envelopes:
        file = str(activity.info().workflow_id)
        return {letter.step: enveloped(letter, self._agency, self._key, file) for letter in batch.letters}


def _together(parts: Sequence[Posted]) -> Posted:
    return Posted(
        steps=tuple(step for part in parts for step in part.steps),
        unsendable=tuple(letter for part in parts for letter in part.unsendable),
    )
