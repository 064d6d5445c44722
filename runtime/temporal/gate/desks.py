"""Behind the porch each agency has a gRPC server of its own: whose a call is never depends on what the call says."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import grpc

from contracts.agencies import Agency, Directory
from runtime.temporal.gate.shares import Limits, Share, TooMuch
from runtime.waiting import first_to_end

GRACE = 2.0
"""Seconds for answers under way when it stops; long polls never end by themselves."""
PIECE = 64 * 1024
SERVING = (
    ("grpc.max_connection_age_ms", 300_000),  # as Temporal does: a certificate that has expired gets nobody in for longer
    ("grpc.max_connection_age_grace_ms", 70_000),  # longer than a long poll
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),  # clients ask every 30 seconds whether it lives; default 5 minutes
)

Answering = Callable[[Agency | None, Share], grpc.GenericRpcHandler]
"""What answers the calls of an agency; None: of all whose certificate is of no agency that takes part."""


class Desk(NamedTuple):
    """Where the connections of one agency lead to."""

    share: Share
    server: grpc.aio.Server
    path: Path


class Desks:
    """The desks of all agencies that came; each is opened at its agency's first connection.

    Args:
        folder: For sockets, which nobody else may open.
        directory: Who takes part.
        limits: What one agency may use.
        answering: What answers at a desk.
    """

    def __init__(self, folder: Path, directory: Directory, limits: Limits, answering: Answering) -> None:
        self._folder = folder
        self._directory = directory
        self._limits = limits
        self._answering = answering
        self._open: dict[str | None, Desk] = {}

    async def enter(self, name: str | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Lead a connection to its agency's desk, and stay until it ends."""
        desk = await self._desk(self._directory.by_slug.get(name) if name else None)
        with contextlib.suppress(TooMuch, ConnectionError), desk.share.connection():
            inner_reader, inner_writer = await asyncio.open_unix_connection(desk.path)
            try:
                await first_to_end(_carry(reader, inner_writer), _carry(inner_reader, writer))
            finally:
                inner_writer.close()

    async def close(self) -> None:
        """Let answers under way end, and take no more calls."""
        await asyncio.gather(*(desk.server.stop(GRACE) for desk in self._open.values()))

    async def _desk(self, agency: Agency | None) -> Desk:
        slug = agency.slug if agency else None
        if slug not in self._open:
            share, path = Share(slug, self._limits), self._folder / str(len(self._open))
            server = grpc.aio.server(options=SERVING)
            server.add_generic_rpc_handlers((self._answering(agency, share),))
            server.add_insecure_port(f"unix:{path}")
            self._open[slug] = Desk(share, server, path)
            await server.start()
        return self._open[slug]


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(PIECE):
        writer.write(piece)
        await writer.drain()
