"""Who says nothing to the gate before Temporal pushes out others who say nothing, and no handshake under way."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest

from contracts.agencies import Directory
from runtime.temporal.gate.porch import context_of, listener_on, porch
from runtime.temporal.gate.shares import LIMITS
from runtime.tls.certificates import Tls
from tests.certified import Certified
from tests.gated import OTHER, OWN

HERE = "127.0.0.1"
"""Where all of them come from, as behind a proxy that hides addresses."""
CROWD = 400


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Certified:
    return Certified(tmp_path_factory.mktemp("certified"), directory)


class Hall:
    """Behind the porch: who got in goes again."""

    def __init__(self) -> None:
        self.came: list[str | None] = []

    async def enter(self, name: str | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came.append(name)

    async def close(self) -> None: ...


class Shaking:
    """A client that greets, hears the answer, and goes on with its handshake when a test says so."""

    def __init__(self, port: int, shown: Tls) -> None:
        self.port = port
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trusting(shown).wrap_bio(self._in, self._out, server_hostname=HERE)

    async def greet(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(HERE, self.port)
        with suppress(ssl.SSLWantReadError):
            self._tls.do_handshake()
        self._writer.write(self._out.read())
        self._in.write(await self._reader.readexactly(1))

    async def go_on(self) -> None:
        """Until the other side hangs up."""
        with suppress(OSError, ssl.SSLError):
            while came := await self._reader.read(65536):
                self._in.write(came)
                with suppress(ssl.SSLWantReadError):
                    self._tls.do_handshake()
                    self._tls.read(1)
                self._writer.write(self._out.read())
        self._writer.close()


def trusting(shown: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=shown.ca)
    context.load_cert_chain(shown.cert, shown.key)
    return context


@asynccontextmanager
async def crowd(port: int, said: bytes) -> AsyncGenerator[None]:
    """So many connect; inside, as many stay as may, and all others were sent away."""
    there = [await asyncio.open_connection(HERE, port) for _ in range(CROWD)]
    for _, writer in there:
        writer.write(said)
    waiting = {asyncio.create_task(_until_sent_away(reader)) for reader, _ in there}
    while len(waiting) > LIMITS.of_one_address:
        _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    yield
    for task in waiting:
        task.cancel()
    for _, writer in there:
        writer.close()


async def _until_sent_away(reader: asyncio.StreamReader) -> None:
    with suppress(OSError):
        await reader.read()


@pytest.mark.parametrize(("said", "stays"), [(b"", True), (b"\x16", False)], ids=["silent", "control: they speak too"])
async def test_a_crowd_that_says_nothing_pushes_out_no_handshake(certified: Certified, said: bytes, *, stays: bool) -> None:
    hall, limits = Hall(), LIMITS._replace(handshake=1000)
    listener = listener_on(f"{HERE}:0")
    port: int = listener.getsockname()[1]
    async with porch(listener, context_of(certified.of("gate.server")), limits, hall):
        shaking = Shaking(port, certified.of(OWN))
        await shaking.greet()
        async with crowd(port, said):
            await shaking.go_on()
            assert hall.came == [OWN] * stays
            if stays:
                other = Shaking(port, certified.of(OTHER))
                await other.greet()
                await other.go_on()
                assert hall.came == [OWN, OTHER], "who comes after them gets in, too"
