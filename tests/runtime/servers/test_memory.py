"""The embedded servers take memory for the agencies that there are, and not for the cases."""

import asyncio
import sys
from pathlib import Path

import pytest

from contracts.agencies import Directory
from runtime.servers import process
from runtime.servers.memory import NATS, TEMPORAL, nats_memory, temporal_memory
from runtime.servers.process import Program, ServerProcess

LIMIT = "GOMEMLIMIT"


@pytest.fixture
def speaking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In place of a server, a program that says its limit."""
    program = tmp_path / "server"
    program.write_text(f"#!{sys.executable}\nimport os\nprint(os.environ.get('{LIMIT}'))\n", encoding="utf-8")
    program.chmod(0o700)

    def binary(_: str) -> Path:
        return program

    monkeypatch.setattr(process, "binary", binary)
    return tmp_path / "server.log"


async def said(log: Path, told: dict[str, str]) -> str:
    server = await ServerProcess.start(Program("server", [], told=told), log)
    while server.alive:
        await asyncio.sleep(0.01)
    return log.read_text(encoding="utf-8").split()[-1]


def test_each_agency_more_is_room_more(directory: Directory) -> None:
    fewer = directory.model_copy(update={"agencies": directory.agencies[:3]})
    assert temporal_memory(fewer) == {LIMIT: f"{TEMPORAL[0] + 3 * TEMPORAL[1]}MiB"}
    assert nats_memory(fewer) == {LIMIT: f"{NATS[0] + 3 * NATS[1]}MiB"}
    assert temporal_memory(directory) == {LIMIT: f"{TEMPORAL[0] + len(directory.agencies) * TEMPORAL[1]}MiB"}


async def test_a_server_is_told(speaking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LIMIT, raising=False)
    assert await said(speaking, {}) == "None"
    assert await said(speaking, {LIMIT: "167MiB"}) == "167MiB"


async def test_what_whoever_starts_it_says_counts(speaking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIMIT, "2GiB")
    assert await said(speaking, {LIMIT: "167MiB"}) == "2GiB"
