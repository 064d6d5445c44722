"""Connections to the bus that do not give up, and do not let a sender speak for the server."""

import os
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, cast

import nats
import structlog
from faststream.nats import NatsBroker
from faststream.nats.security import NatsNKey
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionReconnectingError
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg

log = structlog.get_logger()

EXIT_BUS_CLOSED = 69
RECONNECT_WAIT = 1


class BusBroker(NatsBroker):
    """A broker that tells being stopped from losing the bus."""

    def __init__(self, nats_url: str, seed: str, lost: Callable[[], Awaitable[None]]) -> None:
        self._stopping = False
        self._lost = lost
        super().__init__(
            nats_url,
            security=NatsNKey.from_seed(seed),
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_WAIT,
            error_cb=_fault,
            closed_cb=self._closed,
            graceful_timeout=10,
            apply_types=False,
            logger=None,
        )

    async def stop(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> None:
        """Let the handlers finish, then leave the bus, also while it is out of reach."""
        self._stopping = True
        try:
            await super().stop(exc_type, exc_val, exc_tb)
        except ConnectionReconnectingError:
            await self.config.connection_state.connection.close()

    async def _closed(self) -> None:
        if not self._stopping:
            await self._lost()


def broker(nats_url: str, seed: str, *, lost: Callable[[], Awaitable[None]] | None = None) -> NatsBroker:
    """A broker for one agency's worker; it reconnects for ever.

    Args:
        nats_url: Where the bus listens; several nodes of a cluster are separated by commas.
        seed: The nkey seed of the worker's bus user.
        lost: What happens when the connection is closed for good; if nothing is given the process exits.
    """
    _trust_status_of_server_only()
    return BusBroker(nats_url, seed, lost or _exit)


async def connect(nats_url: str, seed: str) -> Client:
    """A plain connection, for a person's errands: it fails at once when nobody answers."""
    options: dict[str, Any] = {"nkeys_seed_str": seed, "allow_reconnect": False, "connect_timeout": 5, "error_cb": _expected}
    return await nats.connect(nats_url.split(","), **options)  # pyright: ignore[reportUnknownMemberType]


def jetstream(client: Client) -> JetStreamContext:
    """The streams of the account that this connection is in."""
    return client.jetstream()  # pyright: ignore[reportUnknownMemberType]


def headers_of(message: Msg | RawStreamMsg) -> dict[str, str]:
    """The headers, none where there are none."""
    return cast("dict[str, str]", message.headers or {})  # pyright: ignore[reportUnknownMemberType]


async def _fault(error: Exception) -> None:
    log.warning("bus_connection_fault", error=type(error).__name__)


async def _expected(error: Exception) -> None:
    """A person's errand fails in words where it is done."""
    log.debug("bus_connection_fault", error=type(error).__name__)


async def _exit() -> None:
    """Subscribers of a closed connection would spin without yielding, so the process ends and is started anew."""
    log.critical("bus_connection_closed")
    os._exit(EXIT_BUS_CLOSED)


def _trust_status_of_server_only() -> None:
    """Hand every stored message to its reader, whatever its headers say.

    The client takes a message with a header ``Status`` for a word of the server and drops it unread. A sender could so
    fill another's inbox with messages that are never handled, until nothing else is delivered. What the server itself
    says carries no acknowledgement subject; what is stored in a stream always does.
    """

    def is_status_msg(_: type[JetStreamContext], msg: Msg | None) -> str | None:
        if msg is None or msg.reply.startswith("$JS.ACK."):
            return None
        return headers_of(msg).get("Status")

    JetStreamContext.is_status_msg = classmethod(is_status_msg)  # type: ignore[method-assign]
