"""Sending one event by hand and waiting for what comes back."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Self

from nats.aio.client import Client
from nats.aio.subscription import Subscription

from contracts.agencies import Agency
from contracts.catalogue import subject_to
from contracts.envelope import CloudEvent
from contracts.refusals import Refused
from runtime.bus.connection import Access, connect, jetstream
from runtime.bus.publisher import send
from runtime.bus.seal import Seal, read_outside


class Mailbox:
    """An agency's operator at the bus: sends, and listens along to what arrives for the agency."""

    def __init__(self, client: Client, seal: Seal) -> None:
        self._client = client
        self._seal = seal

    @classmethod
    async def open(cls, access: Access, seal: Seal) -> Self:
        """Connect as the agency's operator."""
        return cls(await connect(*access), seal)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def publish_and_wait(self, message: CloudEvent, recipient: Agency, timeout: float) -> CloudEvent | None:  # noqa: ASYNC109
        """Send, and wait for the event that answers this one.

        Args:
            message: What to send.
            recipient: To whom.
            timeout: Seconds to wait for an answer; the event is delivered all the same.

        Returns:
            The receipt, the refusal or whatever else names this event as its cause; None if nothing came in time.
        """
        body = self._seal.closed(message, recipient.slug)
        heard = await self._client.subscribe(f"from.{recipient.slug}.>")  # pyright: ignore[reportUnknownMemberType]
        await self._client.flush()
        await send(jetstream(self._client), subject_to(recipient.slug, message.event_class), body, message.id)
        try:
            async with asyncio.timeout(timeout):
                return await self._answer_to(message.id, recipient, heard)
        except TimeoutError:
            return None
        finally:
            await heard.unsubscribe()

    async def _answer_to(self, event_id: str, recipient: Agency, heard: Subscription) -> CloudEvent:
        while True:
            message = await heard.next_msg(timeout=None)
            now = datetime.now(UTC)
            with suppress(Refused):  # the inbox deals with it
                sealed = read_outside(message.data, now)
                if sealed.causationid == event_id:
                    return self._seal.opened(sealed, recipient, now).message
