"""The wire to the bus: as if it were not there, until it is cut or slow."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from console.sandbox.relay import Relay


@pytest.fixture
async def relay() -> AsyncGenerator[Relay]:
    """Before a server that says everything again."""

    async def again(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(100):
            writer.write(piece)
        writer.close()

    server = await asyncio.start_server(again, "127.0.0.1", 0)
    async with Relay(f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}").carrying() as carrying:
        yield carrying
    server.close()


async def connected(relay: Relay) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    assert relay.url.startswith("nats://127.0.0.1:")
    return await asyncio.open_connection("127.0.0.1", int(relay.url.rpartition(":")[2]))


async def test_it_carries_both_ways(relay: Relay) -> None:
    reader, writer = await connected(relay)
    writer.write(b"a word")
    assert await reader.readexactly(6) == b"a word"


async def test_what_is_kept_back_comes_afterwards(relay: Relay) -> None:
    reader, writer = await connected(relay)
    relay.hold()
    writer.write(b"a word")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readexactly(6), 0.2)
    relay.mend()
    assert await reader.readexactly(6) == b"a word"


async def test_cut_it_ends_and_nobody_answers_until_it_is_mended(relay: Relay) -> None:
    reader, writer = await connected(relay)
    relay.cut()
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()
    reader, writer = await connected(relay)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    relay.mend()
    await test_it_carries_both_ways(relay)
