"""The embedded servers for real: up, provisioned, found by others, stopped, and up again with their data."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from contracts.agencies import Directory
from runtime.bus.connection import connect, jetstream
from runtime.keys.files import Keys, Role
from runtime.servers import embedded as servers
from runtime.servers import process, provision
from runtime.servers.embedded import AlreadyRunning, Running, embedded, read_running
from runtime.servers.process import PORT_TAKEN, STEADY, PortTaken, ServerFailed, ServerProcess, binary, free_port, free_ports
from runtime.servers.provision import provision_namespaces, provision_streams
from runtime.servers.read_back import read_back
from runtime.settings import Settings
from tests.bus_server import eventually

pytestmark = pytest.mark.long

PHASE = SearchAttributeKey.for_keyword("KetenPhase")


@workflow.defn
class Waiting:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)


def _few(directory: Directory) -> Directory:
    """Enough agencies for a directory, and quick to provision."""
    return directory.model_copy(update={"agencies": (directory.desk, directory.registry, directory.get("almere"))})


async def test_up_is_provisioned_and_again_finds_its_data_at_the_same_addresses(tmp_path: Path, directory: Directory) -> None:
    settings, few = Settings(home=tmp_path / "home"), _few(directory)
    async with embedded(settings, few) as running:
        found = read_running(settings)
        assert found
        assert found.model_dump() == running.model_dump()
        with pytest.raises(AlreadyRunning, match="already runs"):
            async with embedded(settings, few):
                pass
        await _assert_as_wanted(running, settings, few)
        assert await _codec_endpoint(running) == ""
        await _leave_something(running, settings)
    assert read_running(settings) is None
    assert not [pid for pid in running.pids.values() if _alive(pid)]
    told = settings.model_copy(update={"codec_endpoint": "http://127.0.0.1:8234"})
    async with embedded(told, few) as again:
        assert await _codec_endpoint(again) == "http://127.0.0.1:8234"
        assert again.model_dump(exclude={"pids"}) == running.model_dump(exclude={"pids"})
        await _assert_as_wanted(again, settings, few)
        await _find_it(again, settings)


async def test_a_home_of_before_learns_the_search_attributes_that_are_new_and_keeps_what_it_lists(
    tmp_path: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, few, new = Settings(home=tmp_path / "home"), _few(directory), {"KetenOverdueSince", "KetenReminded"}
    of_before = {name: kind for name, kind in provision.SEARCH_ATTRIBUTES.items() if name not in new}
    with monkeypatch.context() as before:
        before.setattr(provision, "SEARCH_ATTRIBUTES", of_before)
        async with embedded(settings, few) as running:
            found = await read_back(running.nats_url, running.temporal_address, few, Keys(settings.keys))
            assert {setting.name for setting in found if not setting.as_wanted} == new
            await _leave_something(running, settings)
    async with embedded(settings, few) as again:
        await _assert_as_wanted(again, settings, few)
        await _find_it(again, settings)


async def _assert_as_wanted(running: Running, settings: Settings, few: Directory) -> None:
    found = await read_back(running.nats_url, running.temporal_address, few, Keys(settings.keys))
    assert not [setting for setting in found if not setting.as_wanted]
    assert len(found) > 20 * len(few.agencies)


async def _codec_endpoint(running: Running) -> str:
    """Where the Temporal UI believes that payloads are decoded."""
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=5)) as client:
        return str((await client.get(f"{running.ui_url}/api/v1/settings")).json()["Codec"]["Endpoint"])


async def _leave_something(running: Running, settings: Settings) -> None:
    client = await Client.connect(running.temporal_address, namespace="almere")
    marked = TypedSearchAttributes([SearchAttributePair(PHASE, "intake")])
    await client.start_workflow(Waiting.run, id="left", task_queue="nobody", search_attributes=marked)
    bus = await connect(running.nats_url, Keys(settings.keys).seed("comensha", Role.WORKER))
    await jetstream(bus).publish("to.comensha.registrations.requested.v1", b"left")
    await bus.close()


async def _find_it(running: Running, settings: Settings) -> None:
    client = await Client.connect(running.temporal_address, namespace="almere")
    left = await client.get_workflow_handle("left").describe()
    assert left.typed_search_attributes[PHASE] == "intake"

    async def listed() -> bool:
        return [found.id async for found in client.list_workflows("KetenPhase = 'intake'")] == ["left"]

    await eventually(listed)
    bus = await connect(running.nats_url, Keys(settings.keys).seed("comensha", Role.OPERATOR))
    assert (await jetstream(bus).stream_info("INBOX")).state.messages == 1
    await bus.close()


async def test_a_server_that_dies_is_heard_of_with_its_last_words(tmp_path: Path, directory: Directory) -> None:
    with capture_logs() as said:
        async with embedded(Settings(home=tmp_path), _few(directory)) as running:
            watching = asyncio.create_task(running.watch())
            os.kill(running.pids["nats-server"], signal.SIGKILL)
            with pytest.raises(ServerFailed, match=r"(?s)nats-server ended with code -9.*Server is ready"):
                await watching
            await asyncio.sleep(0)
    assert [line["server"] for line in said if line["event"] == "server_died"] == ["nats-server"], "the other one was ended"


def _choose_a_taken_port(listener: socket.socket, monkeypatch: pytest.MonkeyPatch, times: int) -> int:
    """Another process is quicker: the port was free when it was chosen."""
    port: int = listener.getsockname()[1]
    free = servers.free_ports
    left = iter(range(times))

    def chosen(wanted: Mapping[str, int], remembered: Mapping[str, int]) -> dict[str, int]:
        return free(wanted, remembered) | ({"temporal": port} if next(left, None) is not None else {})

    monkeypatch.setattr(servers, "free_ports", chosen)
    return port


async def test_servers_whose_port_another_process_took_first_start_on_others(
    tmp_path: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as quicker, capture_logs() as said:
        port = _choose_a_taken_port(quicker, monkeypatch, times=servers.STARTS - 1)
        async with embedded(Settings(home=tmp_path), _few(directory)) as running:
            assert running.temporal_address != f"127.0.0.1:{port}"
            assert json.loads(Settings(home=tmp_path).ports_file.read_text())["temporal"] != port
            assert all(_alive(pid) for pid in running.pids.values())
    assert [line["event"] for line in said].count("port_taken") == servers.STARTS - 1
    assert "server_died" not in [line["event"] for line in said]


async def test_the_addresses_stay_where_only_an_inner_port_was_taken(
    tmp_path: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporal chooses ports for its inner services anew at each start: no reason to give up the addresses that people know."""
    settings, few = Settings(home=tmp_path), _few(directory)
    async with embedded(settings, few) as before:
        pass
    with socket.create_server(("127.0.0.1", 0)) as quicker:
        _choose_a_taken_port(quicker, monkeypatch, times=1)
        async with embedded(settings, few) as again:
            assert again.model_dump(exclude={"pids"}) == before.model_dump(exclude={"pids"})


async def test_a_port_that_is_taken_at_every_start_is_said(
    tmp_path: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        _choose_a_taken_port(there, monkeypatch, times=servers.STARTS)
        with pytest.raises(PortTaken, match=f"temporal ended with code 1.*(?s:.*){PORT_TAKEN}"):
            async with embedded(Settings(home=tmp_path), _few(directory)):
                pass


def test_no_port_is_chosen_for_two() -> None:
    """The system gives out again what was let go, so all are held until all are chosen."""
    kept = free_port()
    chosen = free_ports({"nats": 0, "temporal": 0, "ui": 0}, {"nats": kept, "temporal": kept, "ui": kept})
    assert chosen["nats"] == kept
    assert len(set(chosen.values())) == 3


def _program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str) -> None:
    program = tmp_path / "server"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{says}\nEND\nexit 2\n")
    program.chmod(0o700)

    def found(_: str) -> Path:
        return program

    monkeypatch.setattr(process, "binary", found)


CALLS = "\n".join(f"\tcalled_by.go:{line}" for line in range(500))


async def test_of_a_server_that_broke_off_is_told_why_and_whether_a_port_was_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The calls that led there come after it: the last lines say nothing."""
    _program(tmp_path, monkeypatch, f"panic: listen tcp 127.0.0.1:7777: bind: {PORT_TAKEN}\n{CALLS}")
    broken = await ServerProcess.start("server", [], tmp_path / "server.log")
    with pytest.raises(PortTaken, match=r"(?s)ended with code 2.*panic: listen tcp"):
        await broken.died()
    _program(tmp_path, monkeypatch, f"panic: no such table\n{CALLS}")
    other = await ServerProcess.start("server", [], tmp_path / "server.log")
    with pytest.raises(ServerFailed, match="no such table") as caught:
        await other.died()
    assert not isinstance(caught.value, PortTaken), "the log of an earlier start says so"


async def test_drift_is_read_back_and_provisioned_away(tmp_path: Path, directory: Directory) -> None:
    settings, few = Settings(home=tmp_path), _few(directory)
    async with embedded(settings, few) as running:
        keys = Keys(settings.keys)
        bus = await connect(running.nats_url, keys.seed("almere", Role.OPERATOR))
        info = await jetstream(bus).stream_info("INBOX")
        info.config.duplicate_window = 60
        await jetstream(bus).update_stream(info.config)  # pyright: ignore[reportUnknownMemberType]
        await bus.close()
        more = directory.model_copy(update={"agencies": (*few.agencies, directory.get("urk"))})
        found = await read_back(running.nats_url, running.temporal_address, few, keys)
        assert [(s.where, s.name) for s in found if not s.as_wanted] == [("almere INBOX", "duplicate_window")]
        await provision_streams(running.nats_url, few, keys)
        await provision_namespaces(running.temporal_address, more)
        await _assert_as_wanted(running, settings, few)


async def test_the_database_is_set_to_flush_every_commit(tmp_path: Path, directory: Directory) -> None:
    settings = Settings(home=tmp_path)
    async with embedded(settings, _few(directory)) as running:
        arguments = Path(f"/proc/{running.pids['temporal']}/cmdline").read_bytes().decode().split("\0")
        assert "synchronous=FULL" in arguments
        with contextlib.closing(sqlite3.connect(settings.temporal_db)) as database:
            assert database.execute("pragma journal_mode").fetchone() == ("wal",)


UP = """
import asyncio, sys
from collections.abc import Mapping
from pathlib import Path
from contracts.agencies import read_directory
from runtime.logs import configure_logs
from runtime.servers.embedded import embedded
from runtime.settings import Settings

async def main():
    configure_logs()
    directory = read_directory()
    few = directory.model_copy(update={"agencies": (directory.desk, directory.registry)})
    async with embedded(Settings(home=Path(sys.argv[1])), few) as running:
        print(running.model_dump_json(), flush=True)
        await running.watch()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start refuses while they still listen")
async def test_servers_die_with_a_killed_parent_and_the_next_start_works(tmp_path: Path, directory: Directory) -> None:
    few = directory.model_copy(update={"agencies": (directory.desk, directory.registry)})
    with subprocess.Popen([sys.executable, "-c", UP, tmp_path], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pids = json.loads(await asyncio.to_thread(parent.stdout.readline))["pids"]
        assert all(_alive(pid) for pid in pids.values())
        assert {os.getpgid(pid) for pid in pids.values()} == set(pids.values()), "an interrupt must not reach them"
        parent.kill()

    async def gone() -> bool:
        return not any(_alive(pid) for pid in pids.values())

    await eventually(gone)
    async with embedded(Settings(home=tmp_path), few) as running:
        assert running.pids.keys() == pids.keys()


async def test_a_server_that_does_not_start_says_why(tmp_path: Path, directory: Directory) -> None:
    (tmp_path / "temporal.db").mkdir()
    with pytest.raises(ServerFailed, match=r"(?s)temporal ended with code 1.*database"):
        async with embedded(Settings(home=tmp_path), _few(directory)):
            pass


def test_ports_are_kept_when_free_and_refused_in_words_when_taken() -> None:
    kept = free_port(0)
    assert free_port(0, kept) == kept
    import socket  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(0, port) != port
        with pytest.raises(ServerFailed, match=f"port {port} is taken"):
            free_port(port)


def test_a_port_is_chosen_where_the_system_gives_none_to_others() -> None:
    """What a connection goes out from is taken by chance: a port from there is often gone at the next start."""
    assert all(free_port() in STEADY for _ in range(20))
    assert STEADY.stop <= 32_768, "from here on Linux gives them to connections"


def test_a_missing_server_says_what_to_do() -> None:
    with pytest.raises(ServerFailed, match="nothing-server is missing"):
        binary("nothing-server")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
