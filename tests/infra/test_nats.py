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
from runtime.keys import Keys, Role
from runtime.nats_config import render_cluster
from runtime.provision import provision_streams
from runtime.server_process import binary
from tests.infra.examples import NODES, nats_files

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


def test_the_checked_in_configuration_is_what_code_writes() -> None:
    assert all(path.read_text() == text for path, text in nats_files().items()), REMEDY


@pytest.mark.parametrize("node", NODES)
def test_the_server_takes_the_checked_in_configuration(node: str, keys: Keys) -> None:
    path = next(path for path in nats_files() if path.stem == node)
    arguments = [binary("nats-server"), "-t", "-c", str(path)]
    tested = subprocess.run(arguments, env=store_key(keys), capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    without = subprocess.run(arguments, env={}, capture_output=True, text=True, check=False)
    assert "NATS_STORE_KEY" in without.stderr


@pytest.fixture
def cluster(tmp_path: Path, directory: Directory, keys: Keys) -> Generator[dict[str, subprocess.Popen[bytes]]]:
    """Three nodes on three loopback addresses, with the ports of production."""
    with contextlib.ExitStack() as stack:
        nodes: dict[str, subprocess.Popen[bytes]] = {}
        for address in LOOPBACK:
            config = tmp_path / f"{address}.conf"
            config.write_text(configuration(address, tmp_path / address, directory, keys))
            log = stack.enter_context((tmp_path / f"{address}.log").open("wb"))
            arguments = [binary("nats-server"), "-c", str(config)]
            nodes[address] = subprocess.Popen(arguments, env=store_key(keys), stdout=log, stderr=log)
            stack.callback(nodes[address].wait)
            stack.callback(nodes[address].kill)
        yield nodes


def configuration(address: str, store: Path, directory: Directory, keys: Keys) -> str:
    """A rendered node, told to listen on its own address only."""
    system = keys.system_public_key()
    rendered = render_cluster(directory, keys.public_keys(directory), LOOPBACK, system_public_key=system, store_dir=store)
    here = f'"host": {json.dumps(address)}, '
    text = rendered[f"{address}.conf"].replace('"port": 4222', f'{here}\n"port": 4222')
    return text.replace('"port": 6222', f'{here}"port": 6222').replace('"http": 8222', f'"http": "{address}:8222"')


async def test_what_was_acknowledged_outlives_a_node(
    cluster: dict[str, subprocess.Popen[bytes]], directory: Directory, keys: Keys
) -> None:
    first, second, _ = (f"nats://{address}:4222" for address in LOOPBACK)
    await until_ready(first, directory, keys)
    client = await connect(second, keys.seed("police-midden-nederland", Role.WORKER))
    try:
        await jetstream(client).publish("to.signal-desk.signals.reported.v1", b"before")
        cluster[LOOPBACK[0]].kill()
        await acknowledged(client, b"after")
    finally:
        await client.close()
    operator = await connect(second, keys.seed("signal-desk", Role.OPERATOR))
    try:
        found = await jetstream(operator).stream_info("INBOX")
    finally:
        await operator.close()
    assert found.state.messages == 2
    assert found.config.num_replicas == 3


async def until_ready(url: str, directory: Directory, keys: Keys) -> None:
    """Provision as soon as the nodes have found each other and chosen a leader."""
    for _ in range(60):
        with contextlib.suppress(NatsError, OSError, TimeoutError):
            return await provision_streams(url, directory, keys, replicas=3)
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
