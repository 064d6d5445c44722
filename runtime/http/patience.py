"""HTTP connections that have an end: who asks nothing, or asks slowly, or does not read its answer, goes."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Any, NamedTuple

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from runtime.strangers import Arrival, Strangers, arrivals


class Limits(NamedTuple):
    """How much is too much.

    Attributes:
        waiting: Connections at a time on which nothing was asked yet, or not all of it.
        of_one_address: The same, from one address. A browser keeps six; a proxy before this server is one address.
        connections: In all; more hear 503. With the size of a request this bounds memory.
        handshake: Seconds for TLS.
        request: Seconds in which a request is whole, body and all, from when it could begin.
        answer: Seconds in which its answer was made and read.
    """

    waiting: int = 100
    of_one_address: int = 50
    connections: int = 200
    handshake: float = 5.0
    request: float = 20.0
    answer: float = 60.0


LIMITS = Limits()
NO_HTTP = json.dumps(
    {
        "type": "urn:keten:problem:http_invalid",
        "title": "This is not HTTP",
        "status": 400,
        "detail": "the request could not be read as HTTP/1.1, or its headers are far too large; this connection ends",
        "code": "http_invalid",
    }
).encode()
"""What is said to whoever speaks something else (RFC 9457)."""


class Visit(H11Protocol):
    """One connection."""

    def __init__(self, server: "Patient", address: str) -> None:
        super().__init__(server.config, server.server_state, app_state={})
        self._strangers = server.strangers
        self._limits = server.limits
        self._address = address
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Nothing was asked yet."""
        super().connection_made(transport)
        self._waits()

    def data_received(self, data: bytes) -> None:
        """Something is asked; when it is whole, this is no stranger any more."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """The next may be asked."""
        self._waits()
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        super().connection_lost(exc)
        self._strangers.known(self)
        self._ends_in(None)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP hears so as a problem document, like every other error; and nothing of what it sent."""
        del msg
        head = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
        parts = (h11.Response(status_code=400, headers=head, reason=b"Bad Request"), h11.Data(data=NO_HTTP), h11.EndOfMessage())
        for part in parts:
            self.transport.write(self.conn.send(part) or b"")
        self.transport.close()

    def _waits(self) -> None:
        self._strangers.add(self, self._address, self.transport.abort)
        self._ends_in(self._limits.request)

    def _look(self) -> None:
        asked: Any = self.cycle
        if asked and not asked.more_body and not asked.response_complete:
            self._strangers.known(self)
            self._ends_in(self._limits.answer)

    def _ends_in(self, seconds: float | None) -> None:
        if self._end:
            self._end.cancel()
        self._end = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


class Patient(uvicorn.Server):
    """Takes connections itself, so that they are counted from the first byte; leaves signals to whoever runs it.

    Args:
        config: Of the library.
        limits: How much is too much.
        server: What it is called in the log.
    """

    def __init__(self, config: uvicorn.Config, limits: Limits, server: str) -> None:
        super().__init__(config)
        self.limits = limits
        self.strangers = Strangers(limits.waiting, limits.of_one_address, server)
        self._here: set[asyncio.Task[None]] = set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take none."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take whoever comes."""
        self.servers = []
        self._begin(*[self._take(listener) for listener in sockets or ()])
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nobody any more, and let answers under way end."""
        for task in self._here:
            task.cancel()
        await asyncio.gather(*self._here, return_exceptions=True)
        await super().shutdown(sockets)

    def _begin(self, *works: Coroutine[None, None, None]) -> None:
        for work in works:
            task = asyncio.create_task(work)
            self._here.add(task)
            task.add_done_callback(self._here.discard)

    async def _take(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        async for arrival in arrivals(listener):
            self._begin(self._receive(arrival))

    async def _receive(self, arrival: Arrival) -> None:
        """Until TLS stands, the task is the stranger; then its protocol is."""
        task, visit = asyncio.current_task(), Visit(self, arrival.address)
        assert task
        self.strangers.add(task, arrival.address, task.cancel)
        loop, context = asyncio.get_running_loop(), self.config.ssl
        try:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(self.limits.handshake):
                    await loop.connect_accepted_socket(lambda: visit, arrival.socket, ssl=context)
        finally:
            self.strangers.known(task)
