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

from activities.processing import ProcessingLog
from contracts.agencies import Agency
from contracts.catalogue import CATALOGUE
from contracts.envelope import CloudEvent, fingerprint, source, written
from contracts.event import Event
from contracts.logged import Exchange, sent
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
    """The port: await the word of each recipient that it knows what its disk acknowledged; done when that is on disk."""

    async def expect(self, sent: Sequence[Exchange]) -> None: ...  # noqa: D102


class Post:
    """An agency's post room. Posting twice is harmless: the id of a letter never changes. What is not logged does not leave."""

    def __init__(self, agency: Agency, key: bytes, bus: Bus, log: ProcessingLog, deliveries: Deliveries) -> None:
        self._agency = agency
        self._key = key
        self._bus = bus
        self._log = log
        self._deliveries = deliveries

    @activity.defn
    async def post(self, batch: Batch) -> Posted:
        """Post what can be posted now; one recipient's silence does not hold up another's letters."""
        await self._note(batch)
        by_recipient: defaultdict[str, list[Letter]] = defaultdict(list)
        for letter in batch.letters:
            by_recipient[letter.to].append(letter)
        rounds = await asyncio.gather(*(self._post_in_order(letters) for letters in by_recipient.values()))
        posted = _together(rounds)
        await self._deliveries.expect([self._exchange(letter) for letter in batch.letters if letter.step in posted.steps])
        return posted

    @activity.defn
    async def keep_posting(self, batch: Batch) -> Posted:
        """Post letters to one recipient that could not be reached; fails, and is tried again, until all are there."""
        await self._note(batch)
        done: list[Posted] = []
        for letter in batch.letters:
            done.append(await self._posted(letter))
            await self._deliveries.expect([self._exchange(letter)] if done[-1].steps else [])
        return _together(done)

    async def _note(self, batch: Batch) -> None:
        """A line for each letter, before any of them leaves."""
        now = datetime.now(UTC)
        await self._log.write([sent(self._exchange(letter), now) for letter in batch.letters])

    async def _post_in_order(self, letters: list[Letter]) -> Posted:
        done: list[Posted] = []
        for letter in letters:
            try:
                done.append(await self._posted(letter))
            except Exception as error:
                activity.logger.warning("letter_delayed", extra={"recipient": letter.to, "error": type(error).__name__})
                break
        return _together(done)

    async def _posted(self, letter: Letter) -> Posted:
        """Post one letter; what is refused by our own seal, for its size, would be refused at every try."""
        try:
            await self._bus.publish(self._sealed(letter), letter.to)
        except Refused as refused:
            activity.logger.error("letter_unsendable", extra={"recipient": letter.to, "code": refused.code.value})
            return Posted(steps=(), unsendable=(Unsendable(step=letter.step, code=refused.code),))
        return Posted(steps=(letter.step,))

    def _exchange(self, letter: Letter) -> Exchange:
        return Exchange(self._sealed(letter), letter.event(), letter.to)

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
