"""Servers and offices as processes that a test may kill and start again, and a reading of what entered the files."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from console.demo.staff import SimulatedStaff
from contracts.agencies import read_directory
from contracts.event import OUTLIVING
from contracts.events.signals import Signal, SignalReported
from runtime.servers import embedded
from runtime.settings import Settings
from runtime.store_repair import mend_store
from runtime.temporal import TemporalUnreachable, connect_plainly
from tests.histories import history
from tests.installed import PATIENCE, ROOT, Here, Keten, eventually
from workflows.admission import snake

COORDINATOR = "coordinator-almere"
SIGNAL = SignalReported(signal=Signal(municipality="GM0995", account="an example"))


class Entered(NamedTuple):
    """An event as a file took it."""

    file: str
    line: str
    sequence: int
    id: str
    name: str


class Town:
    """One home: its two servers, and the offices of all agencies in one process."""

    def __init__(self, settings: Settings, pids: dict[str, int]) -> None:
        self.keten = Keten(settings.home, KETEN_CLOCKS="")
        self._settings = settings
        self._commands = {name: _command(pid) for name, pid in pids.items()}
        self._pids = pids
        self._started: list[subprocess.Popen[bytes]] = []

    @property
    def here(self) -> Here:
        return self.keten.here

    async def open_offices(self, *how: str) -> subprocess.Popen[bytes]:
        """Start the process with all offices, and wait until the last one is open; how: arguments of ``tests.faults.offices``."""
        self.keten.log_file.touch()
        opened = len(self.keten.logged("office_opened"))
        with self.keten.log_file.open("ab") as log:
            arguments = [sys.executable, "-m", "tests.faults.offices", *how]
            offices = self._start(subprocess.Popen(arguments, env=self.keten.environment, stderr=log, cwd=ROOT))

        async def open_() -> bool:
            assert offices.poll() is None, self.keten.log_file.read_text()
            return len(self.keten.logged("office_opened")) == opened + len(read_directory().agencies)

        await eventually(open_)
        return offices

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
    settings = Settings(home=home)
    async with embedded(settings, read_directory()) as running:
        there = Town(settings, dict(running.pids))
        try:
            yield there
        finally:
            there.end()


async def reported(staff: SimulatedStaff, count: int) -> list[str]:
    """So many signals."""
    return list(await asyncio.gather(*(staff.report("urk", SIGNAL, "signal-desk") for _ in range(count))))


async def to_consent(staff: SimulatedStaff, reference: str) -> None:
    await staff.decide(COORDINATOR, reference, "accept_case")
    await staff.decide(COORDINATOR, reference, "record_triage", finding="presumed_victim")
    await staff.decide(COORDINATOR, reference, "record_intake", needs="an example")


async def without_consent(staff: SimulatedStaff, references: list[str]) -> None:
    """Nobody consents: every case must now be registered and closed, by itself."""
    await asyncio.gather(*(staff.decide(COORDINATOR, reference, "record_consent", help=False) for reference in references))


async def all_closed(town: Town, references: list[str]) -> None:
    """Wait until every file of every case has ended; then nothing may be missing and nothing doubled."""
    here = town.here
    kinds = {"signal", "report", "case", "registration"}

    async def closed() -> bool:
        for reference in references:
            files = await here.files.about(reference)
            cases = [file for file in files if file.view.kind not in OUTLIVING]
            if {file.view.kind for file in cases} != kinds or any(file.view.track.phase != "closed" for file in cases):
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
        assert town.keten.amended(reference) == [(0, "no_consent")]
    assert [letter for agency in read_directory().agencies for letter in await here.dead(agency.slug)] == []


NO_CONSENT = (
    "SignalReported",
    "SignalReceived",
    "SignalRouted",
    *["SignalStatusChanged"] * 3,  # with the coordinator, accepted, closed
    "CaseAccepted",
    "RegistrationRequested",
    "RegistrationRecorded",
    "RegistrationAmended",
    "CaseConcluded",
)
"""What a case without consent hears at all agencies together."""


async def events_that_entered(here: Here, reference: str) -> list[Entered]:
    """Every event that the files of a case took, out of their histories at the server; one that came again counts once."""
    found: dict[tuple[str, str, str], Entered] = {}
    for file in await here.files.about(reference):
        name = f"{file.agency.slug}/{file.view.kind}"
        async for event in history(here, file):
            request = event.workflow_execution_update_accepted_event_attributes.accepted_request
            for payload in request.input.args.payloads:
                content: dict[str, Any] = json.loads(payload.data)
                if "sequence" in content:
                    line = f"{content['sender']['slug']}/{content['system']}"
                    entered = Entered(name, line, content["sequence"], content["id"], request.input.name)
                    found.setdefault((name, line, entered.id), entered)
    return list(found.values())


async def doubled_effects(here: Here, reference: str, entered: list[Entered]) -> list[str]:
    """Events that a file's story tells more often than they were sent: what came again must change nothing."""
    found: list[str] = []
    for file in await here.files.about(reference):
        name = f"{file.agency.slug}/{file.view.kind}"
        sent = Counter((event.line.split("/")[0], snake(event.name)) for event in entered if event.file == name)
        told = Counter((line.who, line.what) for line in file.view.story if (line.who, line.what) in sent)
        found += [f"{name}: {what} of {who}" for (who, what), times in told.items() if times > sent[who, what]]
    return found


def irregular(entered: list[Entered]) -> list[str]:
    """Lines whose numbers have a gap or stand twice, and events that were taken twice."""
    lines: defaultdict[str, list[int]] = defaultdict(list)
    for event in entered:
        lines[f"{event.file} from {event.line}"].append(event.sequence)
    wrong = [f"{line}: {numbers}" for line, numbers in lines.items() if sorted(numbers) != list(range(1, len(numbers) + 1))]
    ids = [(event.file, event.id) for event in entered]
    return wrong + sorted({f"{file}: {id_} twice" for file, id_ in ids if ids.count((file, id_)) > 1})


def _command(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]


def _port(here: Here, server: str) -> int:
    addresses = {"nats-server": here.installation.nats_url, "temporal": here.installation.temporal_address}
    return int(addresses[server].rsplit(":", 1)[1])
