"""A gate that may have few files open: who holds many connections keeps nobody out; with a limit off it does."""

import asyncio
import socket
import ssl
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from contracts.agencies import Directory
from runtime.temporal.gate.server import AWAY
from runtime.tls.certificates import Tls
from tests.certified import Certified
from tests.gated import OTHER, OWN, caller, path

FILES = 120
"""That the process with the gate may have open."""


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Certified:
    return Certified(tmp_path_factory.mktemp("certified"), directory)


GATE = """
import asyncio, resource, sys
from pathlib import Path
from contracts.agencies import read_directory
from runtime.temporal.gate.server import Behind, temporal_gate
from runtime.temporal.gate.shares import Limits
from runtime.temporal.gate.server import AWAY
from runtime.tls.certificates import Tls

async def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    files, strangers, connections = [Path(name) for name in sys.argv[1:4]], int(sys.argv[4]), int(sys.argv[5])
    limits = Limits(strangers=strangers, of_one_address=strangers, connections=connections, handshake=1000)
    async with temporal_gate("127.0.0.1:0", Tls(*files), read_directory(), Behind("127.0.0.1:1", None), limits=limits) as address:
        print(address, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
""".replace("FILES", str(FILES))


@contextmanager
def few_files(tls: Tls, strangers: int = 40, connections: int = 64) -> Generator[str]:
    """A gate in a process that may have few files open."""
    arguments = [sys.executable, "-c", GATE, *map(str, tls), str(strangers), str(connections)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.parametrize(("strangers", "gets_in"), [(40, True), (10_000, False)], ids=["bounded", "control: no bound"])
async def test_who_only_connects_keeps_nobody_out(certified: Certified, strangers: int, *, gets_in: bool) -> None:
    with few_files(certified.of("gate.server"), strangers) as address, ExitStack() as idle:
        host, _, port = address.rpartition(":")
        for _ in range(2 * FILES):
            await asyncio.to_thread(lambda: idle.enter_context(socket.create_connection((host, int(port)), timeout=2)))
        async with caller(address, certified.of(OWN)) as there:
            answer = await there.ask(path("GetSystemInfo"), b"", timeout=20 if gets_in else 3)
    assert (answer.words == AWAY) is gets_in, "nobody is behind it; but it was asked"


@pytest.mark.parametrize(("connections", "gets_in"), [(5, True), (10_000, False)], ids=["bounded", "control: no bound"])
async def test_one_agency_with_many_connections_keeps_nobody_out(
    certified: Certified, connections: int, *, gets_in: bool
) -> None:
    """Each has shown a certificate, and costs the gate three files: its own, and both ends of the way to the desk."""
    attacker = certified.of(OTHER)
    context = ssl.create_default_context(cafile=attacker.ca)
    context.load_cert_chain(attacker.cert, attacker.key)
    with few_files(certified.of("gate.server"), connections=connections) as address, ExitStack() as idle:
        host, _, port = address.rpartition(":")
        for _ in range(FILES // 3):
            came = idle.enter_context(socket.create_connection((host, int(port)), timeout=2))
            with suppress(OSError):
                idle.enter_context(await asyncio.to_thread(context.wrap_socket, came, server_hostname=host))
        async with caller(address, certified.of(OWN)) as there:
            answer = await there.ask(path("GetSystemInfo"), b"", timeout=20 if gets_in else 3)
    assert (answer.words == AWAY) is gets_in, "nobody is behind it; but it was asked"
