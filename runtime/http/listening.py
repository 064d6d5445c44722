"""An application behind a socket, with TLS or on loopback."""

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import uvicorn
from starlette.types import ASGIApp

from runtime.http.patience import LIMITS, Limits, Patient
from runtime.private_files import KeyFileError, read_private
from runtime.web_address import is_loopback

PATIENCE = 5
"""Seconds for answers under way when it stops."""


class Shown(NamedTuple):
    """Two PEM files: a certificate that browsers believe, and its private key, of mode 0600."""

    cert: Path
    key: Path

    def check(self) -> None:
        """Say in words what is wrong with them.

        Raises:
            KeyFileError: One is missing, the key is open to others, or they are not what they should be.
        """
        missing = [str(path) for path in self if not path.is_file()]
        if missing:
            raise KeyFileError(f"missing for TLS: {', '.join(missing)}")
        read_private(self.key)
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*self)
        except ssl.SSLError as error:
            words = f"{self.cert} with {self.key} is not what TLS needs ({error.reason or 'not PEM'})"
            raise KeyFileError(f"{words}: a certificate, and the private key that belongs to it") from None


class Door(NamedTuple):
    """A bound socket, and what is shown to whoever comes; None: plain HTTP."""

    socket: socket.socket
    shown: Shown | None = None

    @property
    def address(self) -> str:
        """Where it is, with the number of the machine and not its name."""
        host, port = self.socket.getsockname()[:2]
        scheme = "https" if self.shown else "http"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def bound(host: str, port: int, shown: Shown | None = None) -> Door:
    """A socket on which nobody is answered yet.

    Raises:
        OSError: The address is taken, or not of this machine.
        ValueError: Others reach it, and without a certificate they would read along.
        KeyFileError: The certificate or its key will not do.
    """
    if shown:
        shown.check()
    elif not is_loopback(host):
        raise ValueError(
            f"{host} is reached over a network, where tokens and content must not go in clear: give --cert and --key, or listen "
            "on 127.0.0.1 behind a proxy with TLS"
        )
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)  # with the protocol, or asyncio leaves Nagle's algorithm on: 40 ms each
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        raise OSError(f"{host}:{port}: {error.strerror}: end what listens there, or choose another with --port") from None
    return Door(listener, shown)


@asynccontextmanager
async def listening(
    app: ASGIApp, door: Door, limits: Limits = LIMITS, *, server: str = "codec-server", patience: int = PATIENCE
) -> AsyncGenerator[None]:
    """Answer on a socket while the context lasts. What is asked for is not logged.

    Args:
        app: What answers.
        door: Where.
        limits: How much is too much.
        server: What it is called in the log.
        patience: Seconds for answers under way when it stops.
    """
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=limits.connections,
        timeout_graceful_shutdown=patience,
        ssl_certfile=door.shown and door.shown.cert,
        ssl_keyfile=door.shown and door.shown.key,
    )
    patient = Patient(config, limits, server)
    serving = asyncio.create_task(patient.serve(sockets=[door.socket]))
    try:
        yield
    finally:
        patient.should_exit = True
        await serving
