"""Connections to the bus for errands, which do not wait long; ``runtime/bus/lasting.py`` has those of workers."""

import asyncio
import logging
import ssl
from typing import Any, NamedTuple, cast

import nats
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg

from runtime.tls.certificates import Tls

log = structlog.get_logger()

PATIENCE = 5.0
"""Seconds after which a person's errand is not kept waiting for a bus that does not answer."""


class Access(NamedTuple):
    """What gets somebody onto the bus: where it is, as whom, and with which certificate."""

    nats_url: str
    seed: str
    tls: Tls | None = None


class BusUnreachable(ConnectionError):  # noqa: N818 - named as what is the case
    """There is no connection to the bus; the message says what to look at."""


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
            return await nats.connect(servers, **options, **at_most_twice, **tls_options(tls))  # pyright: ignore[reportUnknownMemberType]
    except TimeoutError:
        secured = "TLS" if tls else "no TLS"
        raise BusUnreachable(
            f"the bus did not answer within {patience:g} seconds: does it run, is KETEN_NATS_URL right, and does it expect "
            f"{secured}, as this side does?"
        ) from None
    except ssl.SSLError as error:
        raise BusUnreachable(_no_trust(error)) from error


def tls_options(tls: Tls | None) -> dict[str, Any]:
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


def jetstream(client: Client, patience: float = PATIENCE) -> JetStreamContext:
    """The streams of the account that this connection is in; a question to them may take that many seconds."""
    return client.jetstream(timeout=patience)  # pyright: ignore[reportUnknownMemberType]


def headers_of(message: Msg | RawStreamMsg) -> dict[str, str]:
    """The headers, none where there are none."""
    return cast("dict[str, str]", message.headers or {})  # pyright: ignore[reportUnknownMemberType]


async def _expected(error: Exception) -> None:
    """A person's errand fails in words where it is done."""
    log.debug("bus_connection_fault", error=type(error).__name__)
