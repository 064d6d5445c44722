"""Did what we sent arrive? Offices ask each other, and on both sides a person hears of what did not.

That a recipient's disk acknowledged an event does not mean that its office ever saw it: whoever runs the bus can lose or remove
it. A later event of the same line would show that; after the last one only this does.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple, Protocol

import structlog

from contracts.agencies import Agency
from contracts.envelope import CloudEvent, source
from contracts.event import Event
from contracts.events.deliveries import MOST, DeliveriesConfirmed, DeliveriesListed, DeliveriesMissed
from contracts.lines import spans
from contracts.processing import digest
from contracts.reference import new_reference
from contracts.words import Ground
from runtime.bus import Delivery, TryLater
from runtime.processing.deliveries import Awaited, SqlDeliveries
from runtime.settings import Settings

log = structlog.get_logger()

SYSTEM = "inbox"
TRIES = 3
"""How often it is looked again for an event that was listed: one of the same case may hold it up for a moment."""


class Bus(Protocol):
    """The port: publish one message to one agency; done when its disk has acknowledged."""

    async def publish(self, message: CloudEvent, recipient: str) -> None: ...  # noqa: D102


class Missed(NamedTuple):
    """Numbers on the line of one of our files that another agency does not know."""

    reference: str
    system: str
    event: DeliveriesMissed
    id: str


Tell = Callable[[Delivery, Missed], Awaitable[None]]
"""How the file hears of it that sent them."""


class Deliveries:
    """One agency's side of it."""

    def __init__(
        self, agency: Agency, kept: SqlDeliveries, bus: Bus, alarm: Callable[[str], Awaitable[None]], settings: Settings
    ) -> None:
        self._agency = agency
        self._kept = kept
        self._bus = bus
        self._alarm = alarm
        self._pause = settings.confirm_pause
        self._silence = timedelta(seconds=settings.silence_patience)
        self._silent: set[str] = set()

    @asynccontextmanager
    async def asked_about(self) -> AsyncGenerator[None]:
        """While inside, recipients are asked; a fault is logged, and does not stop the office."""
        task = asyncio.create_task(self._keep_asking())
        try:
            yield
        finally:
            task.cancel()

    async def ask(self, now: datetime) -> None:
        """Ask every recipient about what it has not confirmed, and say who has not answered."""
        due = await self._kept.due(MOST, now)
        await self._say_who_is_silent(now)
        for recipient, ids in due.items():
            try:
                await self._bus.publish(self._message(DeliveriesListed(ids=ids), new_reference()), recipient)
            except Exception as error:  # one of them, who may have left the directory, keeps us from asking nobody else
                log.warning("deliveries_not_asked", agency=self._agency.slug, recipient=recipient, error=type(error).__name__)
                continue
            self._kept.listed(recipient, ids, now)

    async def _say_who_is_silent(self, now: datetime) -> None:
        silent = await self._kept.silent(now - self._silence)
        for recipient in silent.keys() - self._silent:
            words = (
                f"{recipient} has not said whether events of ours arrived, for {self._silence.total_seconds() // 60:.0f} minutes"
            )
            await self._alarm(f"{words}: {silent[recipient]}. Is its office open?")
        self._silent = set(silent)

    async def hear(self, delivery: Delivery, tell: Tell) -> None:
        """Answer a question, or take an answer.

        Raises:
            TryLater: An event that was listed may still be on its way into a file.
            PublishFailed: The answer could not be sent.
        """
        event, sender = delivery.event, delivery.sender.slug
        if isinstance(event, DeliveriesListed):
            await self._answer(delivery, event.ids)
        elif isinstance(event, DeliveriesConfirmed):
            self._kept.confirmed(sender, event.arrived)
            if event.missing:
                await self._miss(delivery, event.missing, tell)

    def refused(self, sender: str, event_id: str, code: str) -> None:
        """What is refused did arrive."""
        self._kept.refused(sender, event_id, code)

    async def _miss(self, delivery: Delivery, ids: tuple[str, ...], tell: Tell) -> None:
        sender = delivery.sender.slug
        for missed in _by_file(await self._kept.awaited(sender, ids), delivery.message.id):
            await tell(delivery, missed)
        await self._kept.settle(sender, ids)

    async def _answer(self, delivery: Delivery, ids: tuple[str, ...]) -> None:
        sender = delivery.sender.slug
        missing = await self._kept.unknown(sender, ids)
        if missing and delivery.attempt <= TRIES:
            raise TryLater(self._pause)
        if missing:
            log.error("deliveries_missing", agency=self._agency.slug, sender=sender, count=len(missing))
            await self._alarm(f"events that {sender} sent did not arrive, or were lost before they were taken: {len(missing)}")
        arrived = tuple(event_id for event_id in ids if event_id not in missing)
        told = DeliveriesConfirmed(arrived=arrived, missing=missing)
        answer = self._message(told, delivery.message.caseref, because=delivery.message.id)
        await self._bus.publish(answer, sender)

    def _message(self, event: Event, reference: str, because: str | None = None) -> CloudEvent:
        """It names no case: the reference is that of the question."""
        return CloudEvent(
            id=digest(event.short_name(), self._agency.oin, reference),
            source=source(self._agency.oin, SYSTEM),
            type=event.rule.type,
            time=datetime.now(UTC),
            caseref=reference,
            causationid=because,
            ground=Ground.LEGAL_TASK,
            data=event.model_dump(mode="json"),
        )

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            try:
                await self.ask(datetime.now(UTC))
            except Exception as error:
                log.warning("deliveries_not_asked", agency=self._agency.slug, error=type(error).__name__)


def _by_file(awaited: tuple[Awaited, ...], answer: str) -> list[Missed]:
    """What is missing, a piece for each file that sent some of it; the ids follow from the answer, so that a retry is known."""
    found: list[Missed] = []
    for (reference, system), rows in groupby(awaited, key=lambda row: (row.reference, row.system)):
        event = DeliveriesMissed.of(system, spans(row.sequence for row in rows))
        found.append(Missed(reference, system, event, digest("missed", answer, reference, system)))
    return found
