"""Servers and offices as processes that a test may kill and start again, and a reading of what entered the files."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from console.demo.staff import SimulatedStaff
from console.files import Found
from contracts.agencies import read_directory
from contracts.event import OUTLIVING
from contracts.events.signals import Signal, SignalReported
from runtime.servers.embedded import embedded
from runtime.servers.store_repair import mend_store
from runtime.settings import Settings
from runtime.temporal.client import TemporalUnreachable, connect_plainly
from tests.faults.checker import KINDS, NO_CONSENT, Entered, Kept, doubled, irregular
from tests.histories import history
from tests.installed import PATIENCE, ROOT, Here, Keten, eventually

COORDINATOR = "coordinator-almere"
SIGNAL = SignalReported(signal=Signal(municipality="GM0995", account="an example"))


class Town:
    """One home: its two servers, and the offices of all agencies in one process."""

    def __init__(self, settings: Settings, pids: dict[str, int]) -> None:
        self.keten = Keten(settings.home, KETEN_CLOCKS="", KETEN_OPENING_RATE="50")
        self._settings = settings
        self._commands = {name: _command(pid) for name, pid in pids.items()}
        self._pids = pids
        self._started: list[subprocess.Popen[bytes]] = []

    @property
    def here(self) -> Here:
        return self.keten.here

    async def open_offices(self, *how: str) -> subprocess.Popen[bytes]:
        """Start the process with all offices, and wait until the last one is open; how: arguments of ``tests.faults.offices``."""
        offices, opened = self._offices(*how), self._opened

        async def open_() -> bool:
            assert offices.poll() is None, self.keten.log_file.read_text()
            return self._opened == opened + len(read_directory().agencies)

        await eventually(open_)
        return offices

    async def start_offices(self, alive: float) -> None:
        """Start them, and kill them while they open, or soon after."""
        offices = self._offices()
        await asyncio.sleep(alive)
        offices.kill()
        offices.wait()

    def _offices(self, *how: str) -> subprocess.Popen[bytes]:
        with self.keten.log_file.open("ab") as log:
            arguments = [sys.executable, "-m", "tests.faults.offices", *how]
            return self._start(subprocess.Popen(arguments, env=self.keten.environment, stderr=log, cwd=ROOT))

    async def logs(self, event: str, **fields: str) -> None:
        """Wait until something is logged."""

        async def logged() -> bool:
            return bool(self.keten.logged(event, **fields))

        await eventually(logged)

    async def kill(self, server: str) -> None:
        """End a server without a word."""
        os.kill(self._pids[server], signal.SIGKILL)
        await self.gone(server)

    async def gone(self, server: str) -> None:
        """Wait until a server has ended."""

        async def ended() -> bool:
            return not Path(f"/proc/{self._pids[server]}/cmdline").exists() or not _command(self._pids[server])

        await eventually(ended)

    async def revive(self, server: str) -> None:
        """Start a killed server again as it was: same port, same data."""
        if server == "nats-server":
            mend_store(self._settings.nats_dir)
        with (self._settings.logs_dir / f"{server}-again.log").open("ab") as log:
            process = self._start(subprocess.Popen(self._commands[server], stdout=log, stderr=log, cwd=self._settings.home))
        self._pids[server] = process.pid
        port = _port(self.here, server)

        async def listens() -> bool:
            assert process.poll() is None
            with contextlib.suppress(OSError, TemporalUnreachable), socket.create_connection(("127.0.0.1", port)):
                if server == "temporal":  # it listens before it answers
                    await connect_plainly(f"127.0.0.1:{port}")
                return True
            return False

        await eventually(listens)

    @property
    def _opened(self) -> int:
        """How many offices were opened so far; long logs are only counted."""
        return self.keten.log_file.read_text().count('"office_opened"')

    def pid(self, server: str) -> int:
        """The process of a server."""
        return self._pids[server]

    def end(self) -> None:
        """End what was started here."""
        for process in reversed(self._started):
            process.terminate()
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()

    def _start(self, process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        self._started.append(process)
        return process


@asynccontextmanager
async def town(home: Path) -> AsyncGenerator[Town]:
    """Both servers up; what is killed and revived afterwards is the test's own."""
    settings = Settings(home=home, nats_port=own_port(), temporal_port=own_port())
    async with embedded(settings, read_directory()) as running:
        there = Town(settings, dict(running.pids))
        try:
            yield there
        finally:
            there.end()


def own_port() -> int:
    """A free one that no client is given by chance while the server is away."""
    for port in random.sample(range(15_000, 30_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


async def reported(staff: SimulatedStaff, count: int) -> list[str]:
    """So many signals."""
    return list(await asyncio.gather(*(staff.report("urk", SIGNAL, "signal-desk") for _ in range(count))))


async def to_consent(staff: SimulatedStaff, reference: str) -> None:
    await staff.decide(COORDINATOR, reference, "accept_case")
    await staff.decide(COORDINATOR, reference, "record_triage", finding="presumed_victim")
    await staff.decide(COORDINATOR, reference, "record_intake", needs="an example")


async def without_help(staff: SimulatedStaff, references: list[str]) -> None:
    """Nobody wants help: every case must now be registered and closed, by itself."""
    await asyncio.gather(
        *(staff.decide(COORDINATOR, reference, "conclude_case", outcome="no_help_wanted") for reference in references)
    )


async def all_closed(town: Town, references: list[str]) -> None:
    """Wait until every file of every case has ended; then nothing may be missing and nothing doubled."""
    here = town.here

    async def closed() -> bool:
        for reference in references:
            files = await here.files.about(reference)
            cases = [file for file in files if file.view.kind not in OUTLIVING]
            if {file.view.kind for file in cases} != set(KINDS) or any(file.view.track.phase != "closed" for file in cases):
                return False
        return True

    await eventually(closed)
    for reference in references:
        entered = await events_that_entered(here, reference)
        assert irregular(entered) == []
        assert await doubled_effects(here, reference, entered) == []
        of_cases = [event.name for event in entered if event.file.split("/")[1] not in OUTLIVING]
        assert sorted(of_cases) == sorted(NO_CONSENT), reference
        assert len(town.keten.registered(reference)) == 1
        assert town.keten.amended(reference) == [(0, "no_help_wanted")]
    assert [letter for agency in read_directory().agencies for letter in await here.dead(agency.slug)] == []


async def events_that_entered(here: Here, reference: str) -> list[Entered]:
    """Every event that the files of a case took, out of their histories at the server; one that came again counts once."""
    return [event for file in await here.files.about(reference) for event in await entered_in(here, file)]


async def entered_in(here: Here, file: Found) -> list[Entered]:
    """The events that one file took."""
    found: dict[tuple[str, str], Entered] = {}
    name = f"{file.agency.slug}/{file.view.kind}"
    async for event in history(here, file):
        request = event.workflow_execution_update_accepted_event_attributes.accepted_request
        for payload in request.input.args.payloads:
            content: dict[str, Any] = json.loads(payload.data)
            if "sequence" in content:
                line = f"{content['sender']['slug']}/{content['system']}"
                entered = Entered(name, line, content["sequence"], content["id"], request.input.name)
                found.setdefault((line, entered.id), entered)
    return list(found.values())


async def doubled_effects(here: Here, reference: str, entered: list[Entered]) -> list[str]:
    """Events that the stories of a case tell more often than they were sent."""
    files = await here.files.about(reference)
    return doubled(
        kept(file, [event for event in entered if event.file == f"{file.agency.slug}/{file.view.kind}"]) for file in files
    )


def kept(file: Found, entered: list[Entered], *, running: bool = True) -> Kept:
    """A file as the checker knows it."""
    view = file.view
    return Kept(
        agency=file.agency.slug,
        kind=view.kind,
        phase=view.track.phase,
        running=running,
        owner=view.track.turn,
        deadline=view.track.until is not None,
        alarms=view.alarms,
        story=tuple((line.who, line.what) for line in view.story),
        entered=tuple(entered),
    )


def _command(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]


def _port(here: Here, server: str) -> int:
    addresses = {"nats-server": here.installation.nats_url, "temporal": here.installation.temporal_address}
    return int(addresses[server].rsplit(":", 1)[1])
