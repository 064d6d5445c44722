"""Sending to another agency: done when its disk has the message."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError
from nats.js import JetStreamContext
from nats.js.api import PubAck
from nats.js.errors import APIError

from contracts.catalogue import subject_to
from contracts.envelope import CONTENT_TYPE, CloudEvent
from runtime.bus.seal import Seal
from runtime.bus.shares import BODY

if TYPE_CHECKING:
    from faststream.nats import NatsBroker

log = structlog.get_logger()

TIMEOUT = 5.0
TOO_LARGE = 10054
NO_ROOM = {10023, 10047, 10077}
"""Codes under which the server says that a limit of a stream or an account is reached; the last stands for other things, too."""


class PublishFailed(RuntimeError):  # noqa: N818 - named as what happened
    """The recipient's inbox did not acknowledge; sending again with the same id is safe."""


class ShareFull(PublishFailed):
    """What was sent does not fit into this sender's share; it fits when the recipient has taken some of it."""


class TooLarge(PublishFailed):
    """It is larger than what the recipient's inbox takes."""


class NatsBus:
    """The bus as one agency sends on it."""

    def __init__(self, broker: "NatsBroker", slug: str, seal: Seal) -> None:
        self._broker = broker
        self._slug = slug
        self._seal = seal

    async def publish(self, message: CloudEvent, recipient: str) -> None:
        """Send one event, sealed, and wait for the recipient's disk.

        Raises:
            ShareFull: As much of this agency waits there already as may; what else waits there has nothing to do with it.
            PublishFailed: Nobody acknowledged within five seconds, or there is no such lane.
        """
        subject, body = subject_to(recipient, message.event_class), self._seal.closed(message, recipient)
        try:
            await send(self._broker.config.connection_state.stream, subject, body, message.id)
        except PublishFailed as error:
            name = type(error).__name__
            log.warning("event_not_published", agency=self._slug, recipient=recipient, type=message.type, error=name)
            raise type(error)(f"{message.type} was not sent to {recipient}: {error}") from error
        except (NatsError, TimeoutError) as error:
            name = type(error).__name__
            log.warning("event_not_published", agency=self._slug, recipient=recipient, type=message.type, error=name)
            raise PublishFailed(
                f"{recipient} did not acknowledge {message.type}: {name}; if this stays, check that the "
                "catalogue allows it (`keten events`) and that the bus runs (`keten doctor`)"
            ) from error


async def send(stream: JetStreamContext, subject: str, body: bytes, message_id: str) -> PubAck:
    """Publish under an id; if the stream knows that id already, publish once more under one that nobody can know.

    A stream de-duplicates by an id that any of its senders may use, so "already known" does not prove that it was this
    message: another agency could have sent first under the same id. The recipient's workflow de-duplicates by the id in
    the event itself, so a second copy does no harm, and a lost one would.
    """
    ack = await send_once(stream, subject, body, message_id)
    if ack.duplicate:
        ack = await send_once(stream, subject, body, f"{message_id}.{secrets.token_hex(16)}")
    return ack


async def send_once(stream: JetStreamContext, subject: str, body: bytes, message_id: str) -> PubAck:
    """Publish under an id that nobody else can know; what the stream knows already under it is not stored again."""
    headers = {"Nats-Msg-Id": message_id, "content-type": CONTENT_TYPE}
    async with storing():
        return await stream.publish(subject, body, timeout=TIMEOUT, headers=headers)


@asynccontextmanager
async def storing() -> AsyncGenerator[None]:
    """Says in words that a stream refused a message because it does not fit.

    Raises:
        ShareFull: There is no room for more of this sender.
        TooLarge: It is larger than anything may be there.
    """
    try:
        yield
    except (APIError, MaxPayloadError) as error:
        if isinstance(error, MaxPayloadError) or error.err_code == TOO_LARGE:
            raise TooLarge(f"it is larger than what that inbox takes, by default {BODY // 1024} KB") from error
        if error.err_code in NO_ROOM and "exceeded" in (error.description or ""):
            raise ShareFull("the share of this agency there is full; it is sent again when something of it was taken") from error
        raise
