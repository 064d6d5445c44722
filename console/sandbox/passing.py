"""What passes on the bus of a sandbox: heard by the operators of all agencies, each on its own side."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nats.aio.msg import Msg

from console.event_names import name_of
from console.installation import Installation
from contracts.agencies import Agency
from contracts.catalogue import BY_SHORT_NAME, CATALOGUE
from contracts.envelope import CloudEvent, SealedEvent
from contracts.events.deliveries import BETWEEN_OFFICES, DeliveriesConfirmed, DeliveryRefused
from contracts.refusals import Refused
from post_office.ports import Stage
from runtime.bus.connection import connect
from runtime.bus.seal import read_outside
from runtime.private_files import KeyUnavailable

MOST = 1_000
"""Events that are remembered; the oldest is forgotten for a new one."""

OFFICES_ONLY = frozenset(event.rule.type for event in BETWEEN_OFFICES)


@dataclass
class Passed:
    """An event that an agency's inbox got.

    Attributes:
        number: Counts what passed.
        at: When it passed here.
        sender: Who sent it, by the lane.
        to: Who got it.
        outside: The attributes that everybody reads on the way.
        raw: The message as it came.
        message: What was sealed; None where it is of two other agencies, or cannot be opened.
        stage: How far it came.
        code: Why it was refused.
    """

    number: int
    at: datetime
    sender: str
    to: str
    outside: SealedEvent
    raw: bytes
    message: CloudEvent | None
    stage: Stage = Stage.SENT
    code: str | None = None

    @property
    def type(self) -> str:
        """Its type in the catalogue."""
        return self.outside.type

    @property
    def name(self) -> str:
        """Its type as people say it."""
        event = CATALOGUE.get(self.type)
        return name_of(event) if event else "?"

    @property
    def between_offices(self) -> bool:
        """Whether offices tell each other with it what arrived; it is about no case."""
        return self.type in OFFICES_ONLY


class Passing:
    """What passed so far, and whoever waits for something.

    Args:
        installation: Whose bus.
        own: The agency whose events are opened.
    """

    def __init__(self, installation: Installation, own: Agency) -> None:
        self._installation = installation
        self.own = own
        self.events: deque[Passed] = deque(maxlen=MOST)
        self.hearers: list[Callable[[Passed], None]] = []
        self._number = 0
        self._more = asyncio.Event()

    @property
    def newest(self) -> int:
        """The number of what passed last."""
        return self._number

    def shown(self, most: int) -> list[Passed]:
        """What passed between people's files, the newest first."""
        return [event for event in reversed(self.events) if not event.between_offices][:most]

    async def seen(self, fits: Callable[[Passed], bool], *, after: int = 0, seconds: float = 30.0) -> Passed:
        """Wait for an event.

        Raises:
            TimeoutError: Nothing fitting passed in time.
        """
        async with asyncio.timeout(seconds):
            while True:
                for event in list(self.events):
                    if event.number > after and fits(event):
                        return event
                self._more.clear()
                await self._more.wait()

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[None]:
        """While inside, everything is heard."""
        async with AsyncExitStack() as stack:
            for agency in self._installation.directory.agencies:
                client = await connect(*self._installation.operator(agency))
                stack.push_async_callback(client.close)

                async def hear(message: Msg, to: Agency = agency) -> None:
                    self.hear(to, message.subject, message.data)

                await client.subscribe("from.>", cb=hear)  # pyright: ignore[reportUnknownMemberType]
                await client.flush()
            yield

    def hear(self, to: Agency, subject: str, raw: bytes) -> None:
        """Take note of a message; what is no event is none here, and the inbox refuses it."""
        now = datetime.now(UTC)
        sender = self._installation.directory.by_slug.get(subject.split(".")[1])
        if sender is None or subject.split(".", 2)[2] not in BY_SHORT_NAME:
            return
        try:
            outside = read_outside(raw, now)
        except Refused:
            return
        message = None
        with suppress(Refused, KeyUnavailable):
            message = self._installation.seal(to).opened(outside, sender, now).message
        self._settle(to, message)
        self._number += 1
        readable = message if self.own in (sender, to) else None
        passed = Passed(self._number, now, sender.slug, to.slug, outside, raw, readable)
        self.events.append(passed)
        self._more.set()
        for hearer in self.hearers:
            hearer(passed)

    def _settle(self, to: Agency, message: CloudEvent | None) -> None:
        """What an event says of those before it."""
        if message is None:
            return
        if message.causationid:
            self._reached(to, message.causationid, Stage.ANSWERED)
        with suppress(Refused):
            said = message.event()
            if isinstance(said, DeliveryRefused):
                self._reached(to, said.event_id, Stage.REFUSED, said.code.value)
            elif isinstance(said, DeliveriesConfirmed):
                for known in said.arrived:
                    self._reached(to, known, Stage.TAKEN)
                for lost in said.missing:
                    self._reached(to, lost, Stage.MISSED)

    def _reached(self, sender: Agency, event_id: str, stage: Stage, code: str | None = None) -> None:
        for event in self.events:
            known = event.sender == sender.slug and event.outside.id == event_id
            if known and (stage is not Stage.TAKEN or event.stage is Stage.SENT):
                event.stage, event.code = stage, code or event.code


def content_of(passed: Passed) -> dict[str, Any] | None:
    """What an event of the own agency says; None of all others."""
    return passed.message.data if passed.message else None
