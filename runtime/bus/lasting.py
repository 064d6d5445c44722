"""The connection of a worker to the bus: it does not give up, and does not let a sender speak for the server."""

import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType

import structlog
from faststream.nats import NatsBroker
from faststream.nats.security import NatsNKey
from nats.aio.msg import Msg
from nats.errors import ConnectionReconnectingError
from nats.js import JetStreamContext

from runtime.bus.connection import Access, headers_of, tls_options
from runtime.tls.certificates import Tls

log = structlog.get_logger()

EXIT_BUS_CLOSED = 69
RECONNECT_WAIT = 1


class BusBroker(NatsBroker):
    """A broker that tells being stopped from losing the bus."""

    def __init__(self, access: Access, lost: Callable[[], Awaitable[None]]) -> None:
        self._stopping = False
        self._lost = lost
        tls = tls_options(access.tls)
        super().__init__(
            access.nats_url.split(","),
            security=NatsNKey.from_seed(
                access.seed, ssl_context=tls.get("tls"), tls_handshake_first=tls.get("tls_handshake_first", False)
            ),
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_WAIT,
            error_cb=_fault,
            closed_cb=self._closed,
            graceful_timeout=4,  # the process has ten seconds in all to end
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
            with suppress(ConnectionError):  # what was in the socket goes nowhere any more
                await self.config.connection_state.connection.close()

    async def _closed(self) -> None:
        if not self._stopping:
            await self._lost()


def broker(nats_url: str, seed: str, tls: Tls | None = None, *, lost: Callable[[], Awaitable[None]] | None = None) -> NatsBroker:
    """A broker for one agency's worker; it reconnects for ever.

    Args:
        nats_url: Where the bus listens; several nodes of a cluster are separated by commas.
        seed: The nkey seed of the worker's bus user.
        tls: The certificate that it shows, and whom it believes; None: no TLS.
        lost: What happens when the connection is closed for good; if nothing is given the process exits.
    """
    _trust_status_of_server_only()
    return BusBroker(Access(nats_url, seed, tls), lost or _exit)


async def _fault(error: Exception) -> None:
    log.warning("bus_connection_fault", error=type(error).__name__)


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
