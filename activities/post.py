"""Posting events. Temporal is the outbox: a letter stands in its workflow's file until the recipient's disk acknowledged it."""

import asyncio
import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from pydantic import Field
from temporalio import activity

from contracts.agencies import Agency
from contracts.catalogue import CATALOGUE
from contracts.envelope import CloudEvent, fingerprint, source, written
from contracts.event import Event
from contracts.logged import Exchange
from contracts.reference import Reference
from contracts.refusals import RefusalCode, Refused
from contracts.text import Model, Slug
from contracts.words import Ground


class Letter(Model):
    """An event that must leave; it is posted when the recipient's disk has acknowledged it."""

    step: int = Field(description="number of the letter within its workflow: the id is derived from it, so a retry keeps it")
    to: Slug
    type: str
    reference: Reference
    system: str
    sequence: int
    logged: datetime
    trace: str | None
    because: str | None = Field(default=None, description="id of the event that this one answers")
    ground: Ground | None = Field(default=None, description="on which of the catalogue's grounds it is shared")
    previous: str | None = Field(default=None, description="fingerprint of the letter before it on its line")
    recorded: bool = Field(default=False, description="it leaves when it is recorded; its id follows from all that it says")
    data: dict[str, Any]

    @property
    def fingerprint(self) -> str:
        """What the next letter on this line says of this one; the recipient reckons the same from the message."""
        return fingerprint(
            self.reference, self.type, self.system, str(self.sequence), written(self.logged), self.previous, data=self.data
        )

    @property
    def mark(self) -> str:
        """From what its id follows: of a letter that is recorded first all that it says, so that one id is one event."""
        if not self.recorded:
            return f"letter/{self.step}"
        said = [self.to, self.type, self.reference, self.system, self.sequence, written(self.logged), self.because, self.previous]
        text = json.dumps([*said, self.data], sort_keys=True)
        return f"letter/{self.step}/{hashlib.sha256(text.encode()).hexdigest()}"

    def event(self) -> Event:
        """The data as its event class."""
        return CATALOGUE[self.type].model_validate_json(json.dumps(self.data))


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
        return _together(done)

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
        return {letter.step: Exchange(self._sealed(letter), letter.event(), letter.to) for letter in batch.letters}

    def _sealed(self, letter: Letter) -> CloudEvent:
        """The letter in its envelope."""
        mark = self._mark(letter.mark)
        trace = letter.trace.split("-")[1] if letter.trace else self._mark(f"trace/{letter.reference}")
        return CloudEvent(
            id=mark,
            source=source(self._agency.oin, letter.system),
            type=letter.type,
            time=letter.logged,
            caseref=letter.reference,
            sequence=str(letter.sequence),
            traceparent=f"00-{trace}-{mark[:16]}-01",
            causationid=letter.because,
            ground=letter.ground,
            previous=letter.previous,
            data=letter.data,
        )

    def _mark(self, what: str) -> str:
        """A keyed hash of workflow and letter: the same at every retry, and nobody can guess it. 32 hexadecimal digits."""
        text = f"{activity.info().workflow_id}/{what}".encode()
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()[:32]


def _together(parts: Sequence[Posted]) -> Posted:
    return Posted(
        steps=tuple(step for part in parts for step in part.steps),
        unsendable=tuple(letter for part in parts for letter in part.unsendable),
    )
