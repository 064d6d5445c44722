"""Telling senders that an event was refused, without ever waiting for them: what is to be told lies on disk until it was sent.

Who cannot be reached holds up nobody else's answer, has a share like everybody, and is given up after some days with an alarm.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import structlog
from faststream.nats import NatsBroker
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from contracts.catalogue import subject_to
from contracts.envelope import CloudEvent
from contracts.events.deliveries import DeliveryRefused
from runtime.bus.publisher import TIMEOUT, ShareFull, send, storing
from runtime.bus.seal import Seal

log = structlog.get_logger()


class Patience(NamedTuple):
    """How long a sender who cannot be reached is tried again; the bus itself removes an answer a day after that."""

    first: float = 1.0
    longest: float = 600.0
    ends: timedelta = timedelta(days=3)


class Answers:
    """One agency's answers that were not sent yet."""

    def __init__(
        self, broker: NatsBroker, slug: str, seal: Seal, alarm: Callable[[str], Awaitable[None]], patience: Patience
    ) -> None:
        self._broker = broker
        self._slug = slug
        self._seal = seal
        self._alarm = alarm
        self._patience = patience
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._full: set[str] = set()
        self._wanted: set[str] = set()
        self._given_up: set[str] = set()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """While inside, what lies there is sent."""
        left = await self._stream.stream_info("ANSWERS", subjects_filter="answers.>")
        for subject in left.state.subjects or {}:
            self._begin(subject.removeprefix("answers."))
        try:
            yield
        finally:
            for task in self._sending.values():
                task.cancel()

    async def put(self, recipient: str, answer: CloudEvent) -> None:
        """Keep an answer until it was sent; done when it is on disk. If as many wait as may, this one is not kept."""
        try:
            async with storing():
                headers = {"Nats-Msg-Id": answer.id}
                await self._stream.publish(f"answers.{recipient}", answer.to_json(), timeout=TIMEOUT, headers=headers)
        except ShareFull:
            log.warning("refusal_not_answered", agency=self._slug, recipient=recipient)
            if recipient not in self._full:
                self._full.add(recipient)
                await self._alarm(
                    f"{recipient} cannot be told of more refused events: as many answers as may wait for it already. Ask whether "
                    "its inbox works; what was refused is in `keten dead list`"
                )
        else:
            self._full.discard(recipient)
            self._begin(recipient)

    @property
    def _stream(self) -> JetStreamContext:
        return self._broker.config.connection_state.stream

    def _begin(self, recipient: str) -> None:
        self._wanted.add(recipient)
        if recipient not in self._sending or self._sending[recipient].done():
            self._sending[recipient] = asyncio.create_task(self._send_all(recipient))

    async def _send_all(self, recipient: str) -> None:
        """One after the other, until there are no more."""
        pause = self._patience.first
        while True:
            self._wanted.discard(recipient)
            try:
                kept = await self._stream.get_msg("ANSWERS", 1, subject=f"answers.{recipient}", next=True)
                await self._send(recipient, kept)
                pause = self._patience.first
            except NotFoundError:
                if recipient in self._wanted:  # kept while the server was looking
                    continue
                self._given_up.discard(recipient)
                return
            except Exception as error:  # the loop must live, whatever this one does; it ends by its age
                log.warning("refusal_delayed", agency=self._slug, recipient=recipient, error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, self._patience.longest)

    async def _send(self, recipient: str, kept: RawStreamMsg) -> None:
        if kept.time and datetime.now(UTC) - kept.time > self._patience.ends:
            await self._give_up(recipient)
        else:
            answer = CloudEvent.from_json(kept.data or b"", datetime.now(UTC))
            body = self._seal.closed(answer, recipient)
            await send(self._stream, subject_to(recipient, DeliveryRefused), body, answer.id)
            log.info("refusal_sent", agency=self._slug, recipient=recipient, code=answer.data["code"])
        await self._stream.delete_msg("ANSWERS", kept.seq or 0)

    async def _give_up(self, recipient: str) -> None:
        log.error("refusal_not_answered", agency=self._slug, recipient=recipient)
        if recipient not in self._given_up:
            self._given_up.add(recipient)
            await self._alarm(
                f"for {self._patience.ends.days} days {recipient} could not be told that events of it were refused, and it is "
                "tried no more: tell it by another way; what was refused is in `keten dead list`"
            )
