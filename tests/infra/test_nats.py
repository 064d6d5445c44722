"""The bus as a cluster: its configuration is what code writes, the server takes it, and it outlives a node."""

import asyncio
import contextlib
import json
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError

from contracts.agencies import Directory
from runtime.bus import connect
from runtime.bus.connection import jetstream
from runtime.keys.files import Keys, Role
from runtime.servers.nats_config import MOUNTED, Mounted, render_cluster
from runtime.servers.process import binary
from runtime.servers.provision import provision_streams
from runtime.tls.authority import Authority
from runtime.tls.certificates import Certificates, Tls
from tests.infra.examples import NODES, nats_files

pytestmark = pytest.mark.long

POLICE, DESK = "police-midden-nederland", "signal-desk"
LOOPBACK = ("127.0.0.11", "127.0.0.12", "127.0.0.13")
REMEDY = "write them again with `python -m tests.infra.examples`"


def store_key(keys: Keys) -> dict[str, str]:
    """The variable as infra/compose.yaml makes it: what stands behind ``key: `` in the file, with its quotes."""
    return {"NATS_STORE_KEY": keys.store_file.read_text().removeprefix("key: ").strip()}


@pytest.fixture
def keys(tmp_path: Path, directory: Directory) -> Keys:
    keys = Keys(tmp_path / "keys")
    keys.create(directory)
    return keys


@pytest.fixture
def certificates(tmp_path: Path, directory: Directory) -> Certificates:
    Authority(tmp_path / "tls").certify(directory, LOOPBACK)
    return Certificates(tmp_path / "tls")


def test_the_checked_in_configuration_is_what_code_writes() -> None:
    assert all(path.read_text() == text for path, text in nats_files().items()), REMEDY


@pytest.mark.parametrize("node", NODES)
def test_the_server_takes_the_checked_in_configuration(node: str, keys: Keys, certificates: Certificates, tmp_path: Path) -> None:
    path = tmp_path / f"{node}.conf"
    text = next(path for path in nats_files() if path.stem == node).read_text()
    path.write_text(with_files(text, MOUNTED.tls, certificates))
    arguments = [binary("nats-server"), "-t", "-c", str(path)]
    tested = subprocess.run(arguments, env=store_key(keys), capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    without = subprocess.run(arguments, env={}, capture_output=True, text=True, check=False)
    assert "NATS_STORE_KEY" in without.stderr


def with_files(text: str, mounted: Tls, certificates: Certificates) -> str:
    """The configuration with files that are here instead of those that a container would find."""
    assert certificates.bus
    for there, here in zip(mounted, certificates.bus, strict=True):
        assert text.count(str(there)) == 2, "for clients and for the other nodes"
        text = text.replace(str(there), str(here))
    return text


def test_every_listener_of_a_node_wants_a_certificate_and_its_figures_are_for_itself() -> None:
    for text in nats_files().values():
        assert text.count('"verify": true') == 2
        assert text.count('"handshake_first": true') == 1
        assert text.count('"http": "127.0.0.1:8222"') == 1
        assert "websocket" not in text


@pytest.fixture
def cluster(
    tmp_path: Path, directory: Directory, keys: Keys, certificates: Certificates
) -> Generator[dict[str, subprocess.Popen[bytes]]]:
    """Three nodes on three loopback addresses, with the ports of production."""
    with contextlib.ExitStack() as stack:
        nodes: dict[str, subprocess.Popen[bytes]] = {}
        for address in LOOPBACK:
            config = tmp_path / f"{address}.conf"
            config.write_text(
                configuration(address, Mounted(tmp_path / address, certificates.bus or MOUNTED.tls), directory, keys)
            )
            log = stack.enter_context((tmp_path / f"{address}.log").open("wb"))
            arguments = [binary("nats-server"), "-c", str(config)]
            nodes[address] = subprocess.Popen(arguments, env=store_key(keys), stdout=log, stderr=log)
            stack.callback(nodes[address].wait)
            stack.callback(nodes[address].kill)
        yield nodes


def configuration(address: str, mounted: Mounted, directory: Directory, keys: Keys) -> str:
    """A rendered node, told to listen on its own address only."""
    system = keys.system_public_key()
    rendered = render_cluster(directory, keys.public_keys(directory), LOOPBACK, system_public_key=system, mounted=mounted)
    here = f'"host": {json.dumps(address)}, '
    text = rendered[f"{address}.conf"].replace('"port": 4222', f'{here}\n"port": 4222')
    return text.replace('"port": 6222', f'{here}"port": 6222').replace("127.0.0.1:8222", f"{address}:8222")


async def test_what_was_acknowledged_outlives_a_node(
    cluster: dict[str, subprocess.Popen[bytes]], directory: Directory, keys: Keys, certificates: Certificates
) -> None:
    first, second, _ = (f"tls://{address}:4222" for address in LOOPBACK)
    await until_ready(first, directory, keys, certificates)
    client = await connect(second, keys.seed(POLICE, Role.WORKER), certificates.of(POLICE))
    try:
        await jetstream(client).publish("to.signal-desk.signals.reported.v1", b"before")
        cluster[LOOPBACK[0]].kill()
        await acknowledged(client, b"after")
    finally:
        await client.close()
    operator = await connect(second, keys.seed(DESK, Role.OPERATOR), certificates.of(DESK))
    try:
        found = await jetstream(operator).stream_info("INBOX")
    finally:
        await operator.close()
    assert found.state.messages == 2
    assert found.config.num_replicas == 3


async def until_ready(url: str, directory: Directory, keys: Keys, certificates: Certificates) -> None:
    """Provision as soon as the nodes have found each other and chosen a leader."""
    for _ in range(60):
        with contextlib.suppress(NatsError, OSError, TimeoutError):
            return await provision_streams(url, directory, keys, certificates, replicas=3)
        await asyncio.sleep(0.5)
    raise AssertionError("the cluster does not become ready")


async def acknowledged(client: Client, body: bytes) -> None:
    """Publish until it is acknowledged: while the remaining nodes choose a leader, nobody answers."""
    for _ in range(60):
        with contextlib.suppress(NatsError):
            await jetstream(client).publish("to.signal-desk.signals.reported.v1", body, headers={"Nats-Msg-Id": "after-1"})
            return
        await asyncio.sleep(0.5)
    raise AssertionError("nothing is acknowledged without the first node")
