"""The wire between the own agency's post office and the bus: it can be cut, or slow."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

HOST = "127.0.0.1"
PIECE = 64 * 1024


class Relay:
    """Carries bytes as they are, for this machine only.

    Args:
        bus: Where the bus is.
    """

    def __init__(self, bus: str) -> None:
        self._bus = urlsplit(bus)
        self._cut = False
        self._flows = asyncio.Event()
        self._flows.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._port = 0

    @property
    def url(self) -> str:
        """What a client connects to."""
        return f"{self._bus.scheme}://{HOST}:{self._port}"

    @asynccontextmanager
    async def carrying(self) -> AsyncGenerator["Relay"]:
        """While inside, it answers."""
        server = await asyncio.start_server(self._carry, HOST, self._port)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self._drop()

    def cut(self) -> None:
        """End every connection, and answer nobody until it is mended."""
        self._cut = True
        self._drop()

    def hold(self) -> None:
        """Keep back what the bus says until it is mended; nothing of it is lost."""
        self._flows.clear()

    def mend(self) -> None:
        """Carry again, what was kept back first."""
        self._cut = False
        self._flows.set()

    def _drop(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            from_bus, to_bus = await asyncio.open_connection(self._bus.hostname, self._bus.port)
        except OSError:
            writer.transport.abort()
            self._open.discard(writer)
            return
        self._open.add(to_bus)
        ways = [asyncio.create_task(self._pump(reader, to_bus)), asyncio.create_task(self._pump(from_bus, writer, held=True))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for end in (writer, to_bus):
                end.transport.abort()
                self._open.discard(end)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, held: bool = False) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                if held:
                    await self._flows.wait()
                writer.write(piece)
                await writer.drain()
