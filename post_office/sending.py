"""Events leave: one of a line after the other, lines side by side; what cannot leave is tried for ever, and stops nobody else."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import structlog

from contracts.agencies import Agency
from contracts.logged import Exchange
from contracts.refusals import Refused
from post_office.generation import PublishedFile
from post_office.outbox import Outbox, Ready
from post_office.resting import Resting
from post_office.writer import rung
from runtime.bus.publisher import ShareFull
from runtime.bus.sparing import SparingAlarm
from runtime.office.deliveries import Bus
from runtime.processing.deliveries import SqlDeliveries

log = structlog.get_logger()

TOGETHER = 64
"""How many events, each of another line, leave to one recipient at a time."""

LOOK = 30.0
"""Seconds after which it is looked again, though nothing has rung."""

LONG = timedelta(hours=1)
"""An event that waits so long for its recipient is worth a person's attention."""

ALL = "*"


class Sending:
    """Whoever lets the events of a book leave.

    Args:
        agency: Whose events.
        outbox: Where they wait.
        bus: On which they leave.
        deliveries: Where a line is written first, and where word of them is awaited.
        published: Where it stands how far they were published.
        alarm: How a person is reached.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what an event passes on its way
        self,
        agency: Agency,
        outbox: Outbox,
        bus: Bus,
        deliveries: SqlDeliveries,
        published: PublishedFile,
        alarm: Callable[[str], Awaitable[None]],
    ) -> None:
        self._agency = agency
        self._outbox = outbox
        self._bus = bus
        self._deliveries = deliveries
        self._published = published
        self._alarm = SparingAlarm(alarm)
        self._tried: set[int] = set()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Let them leave while inside."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            known: set[str] = set()
            while True:
                changed = self._outbox.bell.next()
                waiting = await self._waiting()
                for recipient in waiting.keys() - known:
                    known.add(recipient)
                    group.create_task(self._keep_sending(recipient))
                await self._say_what_waits(waiting)
                await rung(changed, LOOK)

    async def _waiting(self) -> dict[str, datetime]:
        try:
            return await self._outbox.recipients()
        except Exception as error:  # the book cannot be read just now
            log.warning("outbox_not_read", agency=self._agency.slug, error=type(error).__name__)
            await asyncio.sleep(1)
            return {}

    async def _keep_sending(self, recipient: str) -> None:
        resting = Resting()
        while True:
            changed = self._outbox.bell.next()
            try:
                more = ALL not in resting.now() and await self._send(recipient, resting)
            except Exception as error:  # whatever it is, it is tried again, and other recipients go on
                log.warning("letters_delayed", agency=self._agency.slug, recipient=recipient, error=type(error).__name__)
                resting.failed(ALL)
                more = False
            if not more:
                await rung(changed, min(resting.next() or LOOK, LOOK))
            if ALL in resting.now():  # what else is handed in for this recipient does not make it be tried sooner
                await asyncio.sleep(resting.next() or 0)

    async def _send(self, recipient: str, resting: Resting) -> bool:
        """Send what is ready; whether something was."""
        ready = await self._outbox.ready(recipient, resting.now() - {ALL}, TOGETHER)
        if not ready:
            return False
        exchanges = [Exchange(one.message, one.message.event(), one.to) for one in ready]
        again = {one.number for one in ready} <= self._tried
        at = datetime.now(UTC)
        await self._deliveries.begin(exchanges, at, awaited=not again)
        await self._published.note(max(one.number for one in ready))
        ends = await asyncio.gather(*(self._publish(one) for one in ready))
        late = [
            exchange for one, exchange, end in zip(ready, exchanges, ends, strict=True) if not end and one.number in self._tried
        ]
        await self._settle(ready, ends, resting)
        gone = [exchange for exchange, end in zip(exchanges, ends, strict=True) if end is None]
        held = [exchange for exchange, end in zip(exchanges, ends, strict=True) if end is not None]
        if late:
            await self._deliveries.expect(late, datetime.now(UTC))
        self._deliveries.left(gone)
        if held and not again:
            await self._deliveries.withdraw(held, at)
        return True

    async def _publish(self, one: Ready) -> Exception | None:
        try:
            await self._bus.publish(one.message, one.to)
        except Exception as error:
            return error
        return None

    async def _settle(self, ready: Sequence[Ready], ends: Sequence[Exception | None], resting: Resting) -> None:
        """What is full rests by itself; where nothing at all got through the recipient rests."""
        left = [one.number for one, end in zip(ready, ends, strict=True) if end is None]
        if left:
            await self._outbox.left(left)
            self._tried.difference_update(left)
            resting.worked(ALL)
        failed = [(one, end) for one, end in zip(ready, ends, strict=True) if end is not None]
        for one, end in failed:
            self._tried.add(one.number)
            if isinstance(end, Refused):
                await self._give_up(one, end)
        lanes = {one.message.type for one, end in failed if isinstance(end, ShareFull) or (left and not isinstance(end, Refused))}
        for kind in {one.message.type for one, end in zip(ready, ends, strict=True) if end is None} - lanes:
            resting.worked(kind)
        for kind in lanes:
            resting.failed(kind)
        if not left and any(not isinstance(end, ShareFull | Refused) for _, end in failed):
            resting.failed(ALL)

    async def _give_up(self, one: Ready, refused: Refused) -> None:
        """No number of tries gets it out."""
        self._tried.discard(one.number)
        log.error("letter_unsendable", agency=self._agency.slug, recipient=one.to, code=refused.code.value)
        await self._outbox.give_up(one, refused.code.value, refused.reason)
        await self._alarm.say(f"unsendable {one.to}", f"an event to {one.to} can never leave: {refused.code}")

    async def _say_what_waits(self, waiting: dict[str, datetime]) -> None:
        now = datetime.now(UTC)
        for recipient, since in waiting.items():
            if now - since >= LONG:
                words = f"events to {recipient} have waited since {since:%Y-%m-%d %H:%M} UTC: is the bus there, and their office?"
                await self._alarm.say(f"waits {recipient}", words)
