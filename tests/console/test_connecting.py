"""A console's connection to Temporal: one for all who show the same, and none that failed is kept."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from console.installation import Installation
from contracts.agencies import Directory
from runtime.settings import Settings
from runtime.temporal.client import TemporalUnreachable
from tests.gated import OTHER, OWN


class Server:
    """A Temporal that answers when a test says so, and not where it is down."""

    def __init__(self) -> None:
        self.down = False
        self.asked = 0
        self.open = asyncio.Event()

    async def connect(self, *_: Any, **__: Any) -> Any:
        self.asked += 1
        down = self.down
        await self.open.wait()
        if down:
            raise TemporalUnreachable("an example")
        return Connection()


class Connection: ...


def as_it_is(connection: object, *_: Any) -> object:
    return connection


def nothing(*_: Any) -> None: ...


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr("runtime.temporal.client.connect", server.connect)
    monkeypatch.setattr("runtime.temporal.client.beside", as_it_is)
    return server


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """One without keys: nothing is read here."""
    monkeypatch.setattr(Installation, "codec", nothing)
    return Installation(Settings(home=tmp_path), "", "127.0.0.1:1", None)


async def test_who_asks_after_a_failure_tries_anew_and_those_before_share_it(
    server: Server, installation: Installation, directory: Directory
) -> None:
    own, other = directory.get(OWN), directory.get(OTHER)
    server.down = True
    asking = [asyncio.create_task(installation.client(agency)) for agency in (own, other, own)]
    await asyncio.sleep(0)
    server.open.set()
    failed = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(error) for error in failed] == [TemporalUnreachable] * 3
    assert server.asked == 1
    server.down = False
    assert await installation.client(own) is await installation.client(other)
    assert server.asked == 2


async def test_who_stops_waiting_ends_the_attempt_of_nobody_else(
    server: Server, installation: Installation, directory: Directory
) -> None:
    own = directory.get(OWN)
    first, second = (asyncio.create_task(installation.client(own)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    server.open.set()
    assert await second is await installation.client(own)
    assert (first.cancelled(), server.asked) == (True, 1)
