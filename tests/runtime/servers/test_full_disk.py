"""A disk that was full and has room again: the bus takes events again, without anybody having done anything."""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
from nats.errors import Error as NatsError
from structlog.testing import capture_logs

from contracts.agencies import Directory
from runtime.bus.connection import connect, jetstream
from runtime.keys.files import Keys, Role
from runtime.servers import full_disk
from runtime.servers.embedded import Running, embedded
from runtime.servers.full_disk import refuses_to_store
from runtime.settings import Settings
from tests.bus_server import DESK, POLICE, eventually

SIZE = 96 * 1024**2


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """A file system that is soon full; only whoever may mount one has it."""
    where = tmp_path / "disk"
    where.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", where], check=False).returncode:
        pytest.skip("a file system of its own needs the right to mount one")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", where], check=True)


@pytest.mark.chaos
@pytest.mark.parametrize("watched", [True, False])
async def test_the_bus_stores_again_when_there_is_room(
    small_disk: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch, watched: bool
) -> None:
    """Without the watching it would refuse for ever: if that fails, the server has learnt to recover, and the watching can go."""
    monkeypatch.setattr(full_disk, "PAUSE", 0.2 if watched else 10_000)
    few = Directory(agencies=tuple(a for a in directory.agencies if a.slug in (DESK, POLICE, "comensha")))
    settings = Settings(home=small_disk / "home")
    with capture_logs() as said:
        async with embedded(settings, few) as running:
            ballast = small_disk / "ballast"
            ballast.write_bytes(b"0" * (os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize - 2 * 1024**2))
            while await _stored(running, settings):
                pass
            assert refuses_to_store(settings.logs_dir / "nats.log")
            ballast.unlink()

            async def stores() -> bool:
                return await _stored(running, settings)

            if watched:
                await eventually(stores)
            else:
                await asyncio.sleep(3)
                assert not await stores()
    assert ("bus_started_anew" in [line["event"] for line in said]) is watched


async def _stored(running: Running, settings: Settings) -> bool:
    with contextlib.suppress(NatsError, OSError):
        client = await connect(running.nats_url, Keys(settings.keys).seed(POLICE, Role.WORKER))
        try:
            await jetstream(client).publish(f"to.{DESK}.signals.reported.v1", os.urandom(60_000), timeout=2)
        finally:
            await client.close()
        return True
    return False
