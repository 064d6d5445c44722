"""An application behind a socket."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

PATIENCE = 5
"""Seconds for answers under way when it stops."""
AT_ONCE = 100
"""Connections; more hear 503. With the size of a request this bounds memory."""


class Quiet(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take none."""
        yield


def bound(host: str, port: int) -> socket.socket:
    """A socket on which nobody is answered yet.

    Raises:
        OSError: The address is taken, or not of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)  # with the protocol, or asyncio leaves Nagle's algorithm on: 40 ms each
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        raise OSError(f"{host}:{port}: {error.strerror}: end what listens there, or choose another with --port") from None
    return listener


@asynccontextmanager
async def listening(app: ASGIApp, listener: socket.socket) -> AsyncGenerator[None]:
    """Answer on a socket while the context lasts. What is asked for is not logged."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=PATIENCE,
    )
    server = Quiet(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
