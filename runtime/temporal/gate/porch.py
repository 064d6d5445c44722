"""The porch before the gate: connections are counted and timed from the first byte; without a certificate nobody gets further."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Protocol

from runtime.strangers import Strangers, arrivals
from runtime.temporal.gate.shares import Limits
from runtime.tls.certificates import Tls

BACKLOG = 512


class Inside(Protocol):
    """Where connections lead to."""

    async def enter(self, name: str | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Do what a connection is for, and return when it ends.

        Args:
            name: On its certificate; None: several, or none.
            reader: What comes.
            writer: What goes.
        """
        ...

    async def close(self) -> None:
        """Let what is under way end; no connection comes any more."""
        ...


class Porch:
    """Takes connections, and hands on those that show a certificate of the authority in time."""

    def __init__(self, context: ssl.SSLContext, limits: Limits, inside: Inside) -> None:
        self._context = context
        self._limits = limits
        self._inside = inside
        self._silent = Strangers(limits.strangers, limits.of_one_address, "temporal-gate")
        self._speaking = Strangers(limits.strangers, limits.of_one_address, "temporal-gate")
        self._here: set[asyncio.Task[Any]] = set()

    async def open(self, listener: socket.socket) -> None:
        """Take whoever comes, until it is cancelled."""
        async for came, address in arrivals(listener):
            task = asyncio.create_task(self._receive(came, address))
            self._here.add(task)
            task.add_done_callback(self._gone)
            self._silent.add(task, address, task.cancel)

    async def clear(self) -> None:
        """End every connection."""
        for task in self._here:
            task.cancel()
        await asyncio.gather(*self._here, return_exceptions=True)

    def _gone(self, task: asyncio.Task[Any]) -> None:
        self._silent.known(task)
        self._speaking.known(task)
        self._here.discard(task)

    async def _receive(self, came: socket.socket, address: str) -> None:
        """Who says nothing takes the place of others who say nothing, and never that of a handshake under way."""
        task = _this_task()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._limits.handshake):
                await _spoken(came)
                self._silent.known(task)
                self._speaking.add(task, address, task.cancel)
                reader, writer = await _secured(came, self._context)
            self._speaking.known(task)
            try:
                await self._inside.enter(_name(writer), reader, writer)
            finally:
                writer.close()


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task
    return task


async def _spoken(came: socket.socket) -> None:
    """Wait until something has come, and leave it there."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(came, ready.set)
    try:
        await ready.wait()
    except asyncio.CancelledError:
        loop.remove_reader(came)
        came.close()
        raise
    loop.remove_reader(came)


async def _secured(came: socket.socket, context: ssl.SSLContext) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, came, ssl=context, ssl_shutdown_timeout=1.0)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


def _name(writer: asyncio.StreamWriter) -> str | None:
    """The common name of a certificate, of which the handshake has made sure that the authority issued it."""
    shown: Any = writer.get_extra_info("peercert") or {}
    names = [value for part in shown.get("subject", ()) for key, value in part if key == "commonName"]
    return names[0] if len(names) == 1 else None


def context_of(shown: Tls) -> ssl.SSLContext:
    """For a server: TLS 1.2 at least, a certificate at every connection, and no way around that by an earlier one.

    Raises:
        KeyFileError: A file is missing, open to others, or not what it should be.
    """
    shown.check()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.num_tickets = 0
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(shown.ca)
    context.load_cert_chain(shown.cert, shown.key)
    context.set_alpn_protocols(["h2"])
    return context


def listener_on(listen: str) -> socket.socket:
    """A socket that waits for connections.

    Args:
        listen: ``host:port``; port 0 takes a free one.

    Raises:
        OSError: The address is taken, or not of this machine.
    """
    host, _, port = listen.rpartition(":")
    try:
        family, _, _, _, address = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        both = family is socket.AF_INET6 and address[0] == "::" and socket.has_dualstack_ipv6()
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG, dualstack_ipv6=both)
    except (OSError, ValueError, OverflowError):
        raise OSError(f"{listen} is taken, or not of this machine: end what listens there, or choose another") from None
    listener.setblocking(False)
    return listener


@asynccontextmanager
async def porch(listener: socket.socket, context: ssl.SSLContext, limits: Limits, inside: Inside) -> AsyncGenerator[None]:
    """Take connections while the context lasts."""
    opened = Porch(context, limits, inside)
    with listener:
        taking = asyncio.create_task(opened.open(listener))
        try:
            yield
        finally:
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)
            await inside.close()
            await opened.clear()
