"""Connections to the bus that do not give up, and do not let a sender speak for the server."""

import asyncio
import logging
import os
import ssl
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, NamedTuple, cast

import nats
import structlog
from faststream.nats import NatsBroker
from faststream.nats.security import NatsNKey
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionReconnectingError
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg

from runtime.tls.certificates import Tls

log = structlog.get_logger()

EXIT_BUS_CLOSED = 69
RECONNECT_WAIT = 1
PATIENCE = 5.0
"""Seconds after which a person's errand is not kept waiting for a bus that does not answer."""


class Access(NamedTuple):
    """What gets somebody onto the bus: where it is, as whom, and with which certificate."""

    nats_url: str
    seed: str
    tls: Tls | None = None


class BusUnreachable(ConnectionError):  # noqa: N818 - named as what is the case
    """There is no connection to the bus; the message says what to look at."""


class BusBroker(NatsBroker):
    """A broker that tells being stopped from losing the bus."""

    def __init__(self, access: Access, lost: Callable[[], Awaitable[None]]) -> None:
        self._stopping = False
        self._lost = lost
        secured = _secured(access.tls)
        super().__init__(
            access.nats_url.split(","),
            security=NatsNKey.from_seed(
                access.seed, ssl_context=secured.get("tls"), tls_handshake_first=secured.get("tls_handshake_first", False)
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


async def connect(nats_url: str, seed: str, tls: Tls | None = None, *, patience: float = PATIENCE) -> Client:
    """A connection for a person's errands: it does not wait long when nobody answers.

    Args:
        nats_url: As for ``broker``.
        seed: The nkey seed of a bus user.
        tls: As for ``broker``.
        patience: Seconds until an answer must be there.

    Raises:
        BusUnreachable: Nobody answers, or not with a certificate that this side believes, or it does not believe ours.
        NatsError: The bus answers, and refuses.
    """
    options: dict[str, Any] = {"nkeys_seed_str": seed, "allow_reconnect": False, "error_cb": _expected}
    at_most_twice: dict[str, Any] = {"connect_timeout": patience, "max_reconnect_attempts": 1, "reconnect_time_wait": 0.2}
    try:
        async with asyncio.timeout(patience):
            servers = nats_url.split(",")
            return await nats.connect(servers, **options, **at_most_twice, **_secured(tls))  # pyright: ignore[reportUnknownMemberType]
    except TimeoutError:
        secured = "TLS" if tls else "no TLS"
        raise BusUnreachable(
            f"the bus did not answer within {patience:g} seconds: does it run, is KETEN_NATS_URL right, and does it expect "
            f"{secured}, as this side does?"
        ) from None
    except ssl.SSLError as error:
        raise BusUnreachable(_no_trust(error)) from error


def _secured(tls: Tls | None) -> dict[str, Any]:
    """TLS from the first byte: else the client takes the server's word, in clear, on whether TLS is wanted at all."""
    if tls is None:
        return {}
    logging.getLogger("asyncio").addFilter(_not_of_an_end)
    return {"tls": tls.context(), "tls_handshake_first": True}


def _not_of_an_end(record: logging.LogRecord) -> bool:
    """At the end of every connection with TLS the client library makes asyncio warn of something that has no effect."""
    return not str(record.msg).startswith("returning true from eof_received()")


def _no_trust(error: ssl.SSLError) -> str:
    said = getattr(error, "verify_message", "") or (error.reason or type(error).__name__).lower().replace("_", " ")
    return (
        f"TLS with the bus failed ({said}): look at the files that KETEN_TLS_CA, KETEN_TLS_CERT and KETEN_TLS_KEY name, or at "
        "tls/ in KETEN_HOME, whether one of them has expired, and whether the bus speaks TLS"
    )


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
