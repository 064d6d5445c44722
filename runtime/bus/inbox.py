"""An agency's inbox: every message ends accepted, kept as a dead letter, or comes again. None is dropped.

What one sender does holds up that sender's own messages at most (docs/decisions/0017).
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog
from faststream.nats import NatsBroker
from nats.aio.msg import Msg

from contracts.agencies import Agency, Directory
from contracts.catalogue import BY_SHORT_NAME, may_send
from contracts.envelope import CloudEvent
from contracts.event import Event
from contracts.events.deliveries import DeliveryRefused
from contracts.refusals import RefusalCode, Refused
from contracts.words import AgencyKind
from runtime.bus import clock
from runtime.bus.answers import Answers, Patience
from runtime.bus.faults import TryLater, passes
from runtime.bus.publisher import ShareFull
from runtime.bus.pull import Pace, Pull
from runtime.bus.refusal import Refusals
from runtime.bus.seal import Seal, read_outside
from runtime.bus.shares import SHARES
from runtime.bus.sparing import SparingAlarm
from runtime.bus.tries import UNFORESEEN, Tries
from runtime.bus.turns import Turns

log = structlog.get_logger()

DELAYS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


@dataclass(frozen=True)
class Delivery:
    """An event that was checked: it is from whom it says, and this agency may receive it from there."""

    sender: Agency
    message: CloudEvent
    proof: str
    event: Event
    first_seen: datetime
    attempt: int
    by_hand: bool = False
    """Whether a person here put it in again, and this agency signed for it."""


FORGED = {RefusalCode.SIGNATURE_INVALID, RefusalCode.SEAL_BROKEN, RefusalCode.SENDER_MISMATCH}
"""Not a mistake in the content: a faulty system, or somebody who plays another."""

OF_TIME = {RefusalCode.TIME_INVALID, RefusalCode.KEY_EXPIRED}
"""What could be said for no other reason than that the clock here is wrong."""

Take = Callable[[Delivery], Awaitable[None]]
"""Returning accepts the event; ``Refused`` refuses it for good. Anything else has it come again: for ever where it passes by
itself, and a few times where nobody foresaw it."""


class Addressee(NamedTuple):
    """Whose inbox it is, whom that agency knows, its key for keyed hashes, what opens its mail, and how a person is reached."""

    agency: Agency
    directory: Directory
    identity: bytes
    seal: Seal
    alarm: Callable[[str], Awaitable[None]]


class Limits(NamedTuple):
    """How fast events are taken, how many dead letters of one event a sender may have, and how long it is tried to answer it."""

    pace: Pace = Pace()
    dead_lane: int = SHARES.dead_lane
    patience: Patience = Patience()


class Inbox:
    """Takes what arrives for one agency, through a broker.

    Args:
        broker: Connected when the inbox is opened.
        addressee: Whose inbox it is.
        take: What takes an event.
        passing: Whether a fault passes by itself.
        limits: What is one sender's own.
        now: The clock of this machine.
    """

    def __init__(  # noqa: PLR0913 - who, what is done, and what bounds it
        self,
        broker: NatsBroker,
        addressee: Addressee,
        take: Take,
        *,
        passing: Callable[[Exception], bool] = passes,
        limits: Limits = Limits(),  # noqa: B008 - a tuple
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._broker = broker
        self._me = addressee.agency
        self._directory = addressee.directory
        self._seal = addressee.seal
        self._alarm = SparingAlarm(addressee.alarm)
        self._take = take
        self._clock = clock.ComparedClock(broker, addressee.agency.slug, self._alarm, now)
        self._tries = Tries(addressee.agency.slug, limits.pace.tries, passing)
        self._refusals = Refusals(addressee.agency, addressee.identity, limits.dead_lane)
        self._answers = Answers(broker, addressee.agency.slug, addressee.seal, addressee.alarm, limits.patience)
        slug, clock_wrong = addressee.agency.slug, lambda: self._clock.wrong
        self._pull = Pull(broker, slug, limits.pace, self._handle, self._slowed, clock_wrong, self._opens)
        self._turns = Turns()

    @property
    def clock_wrong(self) -> bool:
        """Whether the clock of this machine differs from that of the bus."""
        return self._clock.wrong

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Take what comes while inside, on a broker that is connected.

        Raises:
            NatsError: There is no inbox.
        """
        async with self._clock.watched(), self._answers.open(), self._pull.open():
            yield

    async def _handle(self, message: Msg) -> None:
        try:
            await self._settle(message)
        except Exception as error:  # whatever it is, the message must come again
            await self._postpone(message, error)
        else:
            self._tries.forget(message)

    async def _settle(self, message: Msg) -> None:
        sender = self._sender(message.subject)
        try:
            with self._tries.bounded(message, RefusalCode.UNREADABLE):
                delivery = self._check(message, sender)
            async with self._turns.of(delivery.message.caseref):
                with self._tries.bounded(message, RefusalCode.NOT_HANDLED):
                    await self._take(delivery)
        except Refused as refused:
            await self._refuse(message, sender, refused)
        else:
            log.info("event_taken", agency=self._me.slug, sender=delivery.sender.slug, type=delivery.message.type)
        await message.ack_sync(timeout=5)

    async def _refuse(self, message: Msg, sender: Agency | None, refused: Refused) -> None:
        """Keep it, keep the answer; when that is on disk it leaves the inbox, whether its sender can be reached or not."""
        if refused.code in OF_TIME and await self._clock.look():
            raise TryLater
        stream, who = self._broker.config.connection_state.stream, sender.slug if sender else "nobody"
        try:
            await self._refusals.keep(stream, message, refused)
        except ShareFull:
            await self._alarm.say(
                f"full {who}",
                f"no more dead letters of {who} are kept, so what else of it cannot be taken waits in the inbox: look at `keten "
                "dead list`, then replay or remove some",
            )
            raise TryLater(DELAYS[-1]) from None
        self._alarm.over(f"full {who}")
        log.warning("event_refused", agency=self._me.slug, sender=who, type=_short(message.subject), code=refused.code.value)
        await self._tell_person(who, refused)
        answer = self._refusals.answer(message, refused)
        if sender and answer and may_send(self._me, sender, DeliveryRefused):
            await self._answers.put(sender.slug, answer)

    async def _tell_person(self, who: str, refused: Refused) -> None:
        about = f"{refused.code} {who}"
        if refused.code in FORGED:
            await self._alarm.say(about, f"an event on the lane of {who} was not signed or sealed as it must be: {refused.code}")
        elif refused.code in UNFORESEEN:
            words = f"an event of {who} failed {self._tries.most} times in a way that nobody foresaw ({refused.code})"
            await self._alarm.say(about, f"{words}: look at `keten dead list`, and report it with its log line, event_unforeseen")

    async def _slowed(self, sender: str) -> None:
        await self._alarm.say(
            f"slowed {sender}",
            f"{sender} sends more than is taken of one sender, so its own events wait: ask whether its system runs wild",
        )

    async def _postpone(self, message: Msg, error: Exception) -> None:
        attempt = self._tries.used(message) or message.metadata.num_delivered
        asked = error.delay if isinstance(error, TryLater) else None
        delay = DELAYS[min(attempt, len(DELAYS)) - 1] if asked is None else asked
        log.warning("event_delayed", agency=self._me.slug, attempt=attempt, delay=delay, error=type(error).__name__)
        with suppress(Exception):  # not heard by the server: it delivers again after its own wait
            await message.nak(delay=delay)

    def _opens(self, subject: str) -> bool:
        """Whether its sender begins something: what the desk hands on others began, and to itself an agency tells ends only."""
        sender, event = self._sender(subject), BY_SHORT_NAME.get(_short(subject))
        if event is None or not event.rule.opens:
            return False
        return sender is None or (sender.kind is not AgencyKind.DESK and sender.slug != self._me.slug)

    def _sender(self, subject: str) -> Agency | None:
        """Who sent it, by the subject: the server lets nobody else publish there."""
        return self._directory.by_slug.get(subject.split(".")[1])

    def _check(self, message: Msg, sender: Agency | None) -> Delivery:
        now = self._clock.now()
        sealed = read_outside(message.data, now)
        if sender is None or self._directory.by_oin.get(sealed.oin) != sender:
            raise Refused(RefusalCode.SENDER_MISMATCH, "`source` names another agency than the one that sent this")
        event, proof, by = self._seal.opened(sealed, sender, now)
        if event.event_class.short_name() != _short(message.subject):
            raise Refused(RefusalCode.ENVELOPE_INVALID, "`type` is not the event under which this was sent")
        if not may_send(sender, self._me, event.event_class):
            raise Refused(RefusalCode.NOT_ALLOWED, "this agency does not take this event from you; `keten events` lists who may")
        seen = message.metadata
        again = by != sender.slug
        return Delivery(sender, event, proof, event.event(), first_seen=seen.timestamp, attempt=seen.num_delivered, by_hand=again)


def _short(subject: str) -> str:
    return subject.split(".", 2)[2]
