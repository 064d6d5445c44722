"""An agency's inbox: every message ends accepted, kept as a dead letter, or comes again. None is dropped."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import structlog
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from nats.aio.msg import Msg

from contracts.agencies import Agency, Directory
from contracts.catalogue import may_send
from contracts.envelope import CloudEvent
from contracts.event import Event
from contracts.events.deliveries import DeliveryRefused
from contracts.refusals import RefusalCode, Refused
from runtime.bus.refusal import Refusals
from runtime.bus.seal import Seal, read_outside
from runtime.bus.turns import Turns

log = structlog.get_logger()

DELAYS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
KEEP_ALIVE = 10.0
"""Seconds between signs of life while an event is handled; the server delivers again after 30 without one."""


@dataclass(frozen=True)
class Delivery:
    """An event that was checked: it is from whom it says, and this agency may receive it from there."""

    sender: Agency
    message: CloudEvent
    proof: str
    event: Event
    first_seen: datetime
    attempt: int


FORGED = {RefusalCode.SIGNATURE_INVALID, RefusalCode.SEAL_BROKEN, RefusalCode.SENDER_MISMATCH}
"""Not a mistake in the content: a faulty system, or somebody who plays another."""

Take = Callable[[Delivery], Awaitable[None]]
"""Returning accepts the event; ``Refused`` refuses it for good; anything else raised has it come again later."""


class TryLater(Exception):  # noqa: N818 - a request, not an error
    """The event cannot be taken yet, and that is no fault of anybody."""

    def __init__(self, delay: float | None = None) -> None:
        super().__init__("later")
        self.delay = delay


class Addressee(NamedTuple):
    """Whose inbox it is, whom that agency knows, its key for keyed hashes, what opens its mail, and how a person is reached."""

    agency: Agency
    directory: Directory
    identity: bytes
    seal: Seal
    alarm: Callable[[str], Awaitable[None]]


class Inbox:
    """Takes what arrives for one agency, through a broker that was not started yet."""

    def __init__(self, broker: NatsBroker, addressee: Addressee, take: Take, *, loops: int = 4) -> None:
        self._broker = broker
        self._me = addressee.agency
        self._directory = addressee.directory
        self._seal = addressee.seal
        self._alarm = addressee.alarm
        self._take = take
        self._refusals = Refusals(addressee.agency, addressee.identity, addressee.seal)
        self._turns = Turns()
        for _ in range(loops):
            self._subscribe()

    def _subscribe(self) -> None:
        """One loop: it fetches one message, and the next when that one is settled, so nothing waits unhandled."""
        subscriber = self._broker.subscriber(
            "from.>",
            stream=JStream("INBOX", declare=False),
            durable="inbox",
            pull_sub=PullSub(batch_size=1),
            ack_policy=AckPolicy.MANUAL,
            decoder=_whole,
            no_reply=True,
        )
        subscriber(self._handle)

    async def _handle(self, arrived: NatsMessage) -> None:
        message = arrived.raw_message
        try:
            async with _kept_alive(message):
                await self._settle(message)
        except Exception as error:  # whatever it is, the message must come again
            await self._postpone(message, error)

    async def _settle(self, message: Msg) -> None:
        sender = self._sender(message.subject)
        try:
            delivery = self._check(message, sender)
            async with self._turns.of(delivery.message.caseref):
                await self._take(delivery)
        except Refused as refused:
            await self._refuse(message, sender, refused)
        else:
            log.info("event_taken", agency=self._me.slug, sender=delivery.sender.slug, type=delivery.message.type)
        await message.ack_sync(timeout=5)

    async def _refuse(self, message: Msg, sender: Agency | None, refused: Refused) -> None:
        stream = self._broker.config.connection_state.stream
        await self._refusals.keep(stream, message, refused)
        who = sender.slug if sender else None
        log.warning("event_refused", agency=self._me.slug, sender=who, type=_short(message.subject), code=refused.code.value)
        if refused.code in FORGED:
            await self._alarm(f"an event on the lane of {who or 'nobody'} was not signed or sealed as it must be: {refused.code}")
        if sender and may_send(self._me, sender, DeliveryRefused):
            await self._refusals.answer(stream, message, sender, refused)

    async def _postpone(self, message: Msg, error: Exception) -> None:
        attempt = message.metadata.num_delivered
        asked = error.delay if isinstance(error, TryLater) else None
        delay = DELAYS[min(attempt, len(DELAYS)) - 1] if asked is None else asked
        log.warning("event_delayed", agency=self._me.slug, attempt=attempt, delay=delay, error=type(error).__name__)
        with suppress(Exception):  # not heard by the server: it delivers again after its own wait
            await message.nak(delay=delay)

    def _sender(self, subject: str) -> Agency | None:
        """Who sent it, by the subject: the server lets nobody else publish there."""
        return self._directory.by_slug.get(subject.split(".")[1])

    def _check(self, message: Msg, sender: Agency | None) -> Delivery:
        now = datetime.now(UTC)
        sealed = read_outside(message.data, now)
        if sender is None or self._directory.by_oin.get(sealed.oin) != sender:
            raise Refused(RefusalCode.SENDER_MISMATCH, "`source` names another agency than the one that sent this")
        event, proof, _ = self._seal.opened(sealed, sender, now)
        if event.event_class.short_name() != _short(message.subject):
            raise Refused(RefusalCode.ENVELOPE_INVALID, "`type` is not the event under which this was sent")
        if not may_send(sender, self._me, event.event_class):
            raise Refused(RefusalCode.NOT_ALLOWED, "this agency does not take this event from you; `keten events` lists who may")
        seen = message.metadata
        return Delivery(sender, event, proof, event.event(), first_seen=seen.timestamp, attempt=seen.num_delivered)


async def _whole(arrived: NatsMessage) -> Any:
    """Leave the body as it is: it is checked here, byte by byte, and not by content type."""
    return arrived


@asynccontextmanager
async def _kept_alive(message: Msg) -> AsyncGenerator[None]:
    task = asyncio.create_task(_show_life(message))
    try:
        yield
    finally:
        task.cancel()


async def _show_life(message: Msg) -> None:
    while True:
        await asyncio.sleep(KEEP_ALIVE)
        with suppress(Exception):  # the next sign of life may be heard again
            await message.in_progress()


def _short(subject: str) -> str:
    return subject.split(".", 2)[2]
