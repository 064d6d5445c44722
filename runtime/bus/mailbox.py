"""Sending one event by hand and waiting for what comes back."""

import asyncio
from datetime import UTC, datetime
from typing import Self

from nats.aio.client import Client
from nats.aio.subscription import Subscription

from contracts.catalogue import subject_to
from contracts.envelope import CloudEvent
from contracts.refusals import Refused
from runtime.bus.connection import connect, jetstream
from runtime.bus.publisher import send
from runtime.tls import Tls


class Mailbox:
    """An agency's operator at the bus: sends, and listens along to what arrives for the agency."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @classmethod
    async def open(cls, nats_url: str, seed: str, tls: Tls | None = None) -> Self:
        """Connect as the agency's operator."""
        return cls(await connect(nats_url, seed, tls))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def publish_and_wait(self, message: CloudEvent, recipient: str, timeout: float) -> CloudEvent | None:  # noqa: ASYNC109
        """Send, and wait for the event that answers this one.

        Args:
            message: What to send.
            recipient: To whom.
            timeout: Seconds to wait for an answer; the event is delivered all the same.

        Returns:
            The receipt, the refusal or whatever else names this event as its cause; None if nothing came in time.
        """
        heard = await self._client.subscribe("from.>")  # pyright: ignore[reportUnknownMemberType]
        await self._client.flush()
        await send(jetstream(self._client), subject_to(recipient, message.event_class), message.to_json(), message.id)
        try:
            async with asyncio.timeout(timeout):
                return await _answer_to(message.id, heard)
        except TimeoutError:
            return None
        finally:
            await heard.unsubscribe()


async def _answer_to(event_id: str, heard: Subscription) -> CloudEvent:
    while True:
        message = await heard.next_msg(timeout=None)
        try:
            event = CloudEvent.from_json(message.data, datetime.now(UTC))
        except Refused:
            continue  # the inbox deals with it
        if event.causationid == event_id:
            return event
