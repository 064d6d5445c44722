"""A listener with TLS before a server that knows none: it asks for a certificate, notes whose it was, and hands everything on."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from runtime.tls.certificates import Tls


class Shown(NamedTuple):
    """Who came in, and how."""

    name: str | None
    version: str


class Door:
    """Where it answers, and who came through."""

    def __init__(self, behind: str) -> None:
        self.shown: list[Shown] = []
        self.address = ""
        self._host, self._port = behind.rsplit(":", 1)
        self._writers: list[asyncio.StreamWriter] = []

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection: Any = writer.get_extra_info("ssl_object")
        self.shown.append(Shown(_common_name(connection), connection.version()))
        behind_reader, behind_writer = await asyncio.open_connection(self._host, int(self._port))
        self._writers += [writer, behind_writer]
        await asyncio.gather(_carry(reader, behind_writer), _carry(behind_reader, writer))

    def shut(self) -> None:
        """Nobody stays in."""
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def door(tls: Tls, behind: str, verify: ssl.VerifyMode = ssl.CERT_REQUIRED) -> AsyncGenerator[Door]:
    """Open it.

    Args:
        tls: What it shows, and whom it believes.
        behind: ``host:port`` of the server.
        verify: Whether it insists on a certificate.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=tls.ca)
    context.load_cert_chain(tls.cert, tls.key)
    context.verify_mode = verify
    context.set_alpn_protocols(["h2"])
    opened = Door(behind)
    server = await asyncio.start_server(opened.enter, "127.0.0.1", 0, ssl=context)
    opened.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield opened
    finally:
        server.close()
        opened.shut()


def _common_name(connection: ssl.SSLObject) -> str | None:
    found: Any = connection.getpeercert() or {}
    return next((value for part in found.get("subject", ()) for key, value in part if key == "commonName"), None)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while read := await reader.read(65536):
            writer.write(read)
            await writer.drain()
    writer.close()
