"""A whole installation as people run it: ``keten up`` as a process of its own, and what tests do with it."""

import asyncio
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from nats.aio.msg import Msg

from console.commands.demo import CLOCKS
from console.demo.staff import SimulatedStaff
from console.files import Files, Found
from console.installation import Installation
from console.lists import Lists
from contracts.catalogue import subject_to
from contracts.ended import EndedFile
from contracts.envelope import CloudEvent, source
from contracts.event import Event
from contracts.events.deliveries import DeliveryRefused
from contracts.reference import new_reference
from contracts.refusals import RefusalCode, Refused
from contracts.words import Ground
from runtime.bus import DeadLetter, DeadLetters
from runtime.bus.connection import connect, headers_of, jetstream
from runtime.bus.seal import read_outside
from runtime.servers.embedded import read_running
from runtime.settings import Settings
from tests.sealing import sealed
from workers.keeping import Keeper

KETEN = Path(sys.executable).parent / "keten"
ROOT = Path(__file__).parents[1]
PATIENCE = 90.0
"""Seconds after which what a test waits for will not happen any more."""


UNHURRIED = {"acceptance": "20 seconds", "remote_acceptance": "1 minute", "offer": "1 minute", "alarm": "2 minutes"}
"""A busy machine answers within these; and what a test leaves open rings less often beside all others."""


def unhurried(path: Path) -> Path:
    """Write the clocks of the demo with more time to answer."""
    terms = tomllib.loads(CLOCKS.read_text())
    assert terms.keys() >= UNHURRIED.keys()
    path.write_text("".join(f"{name} = {json.dumps(term)}\n" for name, term in (terms | UNHURRIED).items()))
    return path


class Passed(NamedTuple):
    """A message that went over the bus."""

    to: str
    subject: str
    headers: dict[str, str]
    body: bytes
    opened: CloudEvent | None

    @property
    def message(self) -> CloudEvent:
        """As its recipient reads it.

        Raises:
            Refused: The recipient could not.
        """
        if self.opened is None:
            raise Refused(RefusalCode.SEAL_BROKEN, "it is not what the recipient can read")
        return self.opened


class Sent(NamedTuple):
    """How an event that was put on the bus ended, if it was refused."""

    letter: DeadLetter
    answer: DeliveryRefused
    caseref: str


class Keten:
    """One installation, driven from outside."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.log_file = home.with_suffix(".log")
        self.out_file = home.with_suffix(".out")
        given = {"KETEN_HOME": str(home), "KETEN_LOG_JSON": "true", "KETEN_CLOCKS": str(CLOCKS)}
        self.variables = {name: value for name, value in {**given, **environment}.items() if value}
        fields = {name.removeprefix("KETEN_").lower(): value for name, value in self.variables.items()}
        self.settings = Settings.model_validate(fields)
        self._process: subprocess.Popen[bytes] | None = None

    def up(self) -> None:
        """Start it, and wait until it says that it runs."""
        with self.log_file.open("ab") as log, self.out_file.open("wb") as out:
            self._process = subprocess.Popen([KETEN, "up", "--verbose"], env=self.environment, stdout=out, stderr=log, cwd=ROOT)
        ends = time.monotonic() + PATIENCE
        while "Ctrl-C stops it" not in self.out_file.read_text():
            assert self._process.poll() is None, self.log_file.read_text()
            assert time.monotonic() < ends, self.log_file.read_text()
            time.sleep(0.05)

    def stop(self) -> int:
        """Interrupt it as a person does.

        Returns:
            Its exit code.
        """
        assert self._process
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(PATIENCE)
        finally:
            self._process.kill()

    def ended(self, within: float) -> int:
        """Wait until it ends by itself, for so many seconds and what a busy machine takes.

        Returns:
            Its exit code.
        """
        assert self._process
        return self._process.wait(2 * within)

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KETEN_")}
        return {**clean, **self.variables}

    @property
    def log(self) -> list[dict[str, Any]]:
        """Every line that was logged."""
        return [json.loads(line) for line in self.log_file.read_text().splitlines() if line.startswith("{")]

    def logged(self, event: str, **fields: str) -> list[dict[str, Any]]:
        """The lines of one log event."""
        wanted = {"event": event, **fields}
        return [line for line in self.log if wanted.items() <= line.items()]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``keten`` as another process."""
        return subprocess.run(
            [KETEN, *arguments], env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=ROOT
        )

    def registered(self, reference: str) -> list[tuple[Any, ...]]:
        """What the national register holds of a case: reporter's kind, consent, year of birth, nationality."""
        query = "select reported_by, consented, birth_year, nationality from report where reference = ? order by file, number"
        with sqlite3.connect(self.home / "registry.db") as register:
            return register.execute(query, (reference,)).fetchall()

    def amended(self, reference: str) -> list[tuple[Any, ...]]:
        """The later facts about a case in the register: how often not placed so far, and the outcome."""
        query = "select not_placed, outcome from amendment where reference = ? order by file, number"
        with sqlite3.connect(self.home / "registry.db") as register:
            return register.execute(query, (reference,)).fetchall()

    @property
    def here(self) -> "Here":
        """What one test's event loop sees of it."""
        running = read_running(self.settings)
        assert running, "nobody runs it"
        return Here(Installation.of(self.settings, running))


class Here:
    """People and systems at an installation."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.staff = SimulatedStaff(installation)
        self.files = Files(installation)
        self.lists = Lists(installation)

    def event(self, sender: str, event: type[Event], data: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """The fields of a whole event, in order unless one of them says otherwise."""
        agency = self.installation.directory.get(sender)
        standard = {
            "specversion": "1.0",
            "id": uuid4().hex,
            "source": source(agency.oin, "hand"),
            "type": event.rule.type,
            "time": datetime.now(UTC).isoformat(),
            "datacontenttype": "application/json",
            "caseref": new_reference(),
            "sequence": "1",
            "ground": "legal_task" if Ground.LEGAL_TASK in event.rule.grounds else "consent",
            "data": data,
        }
        return standard | fields

    def next(self, before: dict[str, Any], event: type[Event], data: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """The event with the next number on the line of another."""
        message = CloudEvent.model_validate(before)
        sender = next(agency.slug for agency in self.installation.directory.agencies if agency.oin == message.oin)
        follows = {"caseref": message.caseref, "sequence": str(int(message.sequence) + 1), "previous": message.fingerprint}
        return self.event(sender, event, data, **follows, **fields)

    async def put(self, sender: str, to: str, event: type[Event], body: dict[str, Any] | bytes) -> None:
        """Put whatever it is on the bus; done when the recipient's disk has it."""
        raw = self.sealed(sender, to, body)
        async with self._client(sender) as client:
            await jetstream(client).publish(subject_to(to, event), raw, timeout=10)

    def sealed(self, sender: str, to: str, body: dict[str, Any] | bytes) -> bytes:
        """As it travels, signed by the sender whatever is in it."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return sealed(self.installation.seal(self.installation.directory.get(sender)), raw, to)

    def opened(self, to: str, subject: str, body: bytes) -> CloudEvent | None:
        """As its recipient reads it; None if it cannot."""
        directory, now = self.installation.directory, datetime.now(UTC)
        try:
            sender = directory.get(subject.split(".")[1])
            return self.installation.seal(directory.get(to)).opened(read_outside(body, now), sender, now).message
        except (LookupError, Refused):
            return None

    async def refused(self, sender: str, to: str, event: type[Event], body: dict[str, Any] | bytes) -> Sent:
        """Put something on the bus, and wait for the dead letter and for what its sender hears."""
        raw = self.sealed(sender, to, body)
        async with self._client(sender) as client:
            heard = await client.subscribe(f"from.{to}.{DeliveryRefused.short_name()}")  # pyright: ignore[reportUnknownMemberType]
            await client.flush()
            await jetstream(client).publish(subject_to(to, event), raw, timeout=10)
            letter = await self._letter(to, raw)
            while True:
                arrived = await heard.next_msg(timeout=PATIENCE)
                message = self.opened(sender, arrived.subject, arrived.data)
                answer = message.event() if message else None
                if message and isinstance(answer, DeliveryRefused) and answer.event_id == letter.event_id:
                    return Sent(letter, answer, message.caseref)

    async def _letter(self, slug: str, body: bytes) -> DeadLetter:
        found: list[DeadLetter] = []

        async def there() -> bool:
            hashed = hashlib.sha256(body).hexdigest()
            found[:] = [letter for letter in await self.dead(slug) if letter.body == body or letter.hash == hashed]
            return bool(found)

        await eventually(there)
        return found[-1]

    async def dead(self, slug: str) -> tuple[DeadLetter, ...]:
        """The dead letters of an agency."""
        async with await self._letters(slug) as letters:
            return await letters.list()

    async def replay(self, slug: str, seq: int, corrected: bytes | None = None) -> None:
        """Put a dead letter into the inbox again."""
        async with await self._letters(slug) as letters:
            await letters.replay(seq, corrected, self.installation.directory)

    async def waiting(self, slug: str) -> int:
        """How many events stand in an agency's inbox."""
        async with self._client(slug) as client:
            return (await jetstream(client).stream_info("INBOX")).state.messages

    async def taken(self, slug: str) -> None:
        """Wait until an inbox is empty."""

        async def empty() -> bool:
            return await self.waiting(slug) == 0

        await eventually(empty)

    async def at(self, slug: str, reference: str) -> list[Found]:
        """The files about a case at an agency."""
        return await self.files.at(self.installation.directory.get(slug), reference)

    async def kept(self, slug: str, reference: str) -> tuple[EndedFile, ...]:
        """The files about a case that have ended at an agency, and until when it keeps them."""
        return await self.installation.ended_files(slug).of(reference)

    async def ask_about(self, slug: str, reference: str) -> None:
        """Open the file in which people at an agency decide whether a case that has ended is kept."""
        agency = self.installation.directory.get(slug)
        await Keeper(agency, self.installation, await self.installation.client(agency)).ask(reference)

    async def exists(self, slug: str, workflow_id: str) -> bool:
        """Whether an agency has, or had, a file of this name."""
        client = await self.installation.client(self.installation.directory.get(slug))
        return bool([run async for run in client.list_workflows(f"WorkflowId = '{workflow_id}'")])

    @asynccontextmanager
    async def overheard(self) -> AsyncGenerator[list[Passed]]:
        """Everything that goes over the bus meanwhile, heard by the operators of all agencies."""
        passed: list[Passed] = []
        async with AsyncExitStack() as stack:
            for agency in self.installation.directory.agencies:
                client = await stack.enter_async_context(self._client(agency.slug))

                async def hear(message: Msg, to: str = agency.slug) -> None:
                    opened = self.opened(to, message.subject, message.data)
                    passed.append(Passed(to, message.subject, dict(headers_of(message)), message.data, opened))

                await client.subscribe("from.>", cb=hear)  # pyright: ignore[reportUnknownMemberType]
                await client.flush()
            yield passed

    def _letters(self, slug: str) -> Awaitable[DeadLetters]:
        return self.installation.dead_letters(self.installation.directory.get(slug))

    @asynccontextmanager
    async def _client(self, slug: str) -> AsyncGenerator[Any]:
        seed = self.installation.operator_seed(self.installation.directory.get(slug))
        client = await connect(self.installation.nats_url, seed)
        try:
            yield client
        finally:
            await client.close()


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so, for as long as a test may reasonably wait."""
    ends = time.monotonic() + PATIENCE
    while not await holds():
        assert time.monotonic() < ends, "it did not become so"
        await asyncio.sleep(0.1)


def heard(file: Found) -> list[str]:
    """What a file heard from other agencies, in order."""
    return [line.what for line in file.view.story if "to" not in line.facts and line.who != file.agency.slug]


def statuses(report: Found) -> list[str]:
    """What a reporter was told, in order."""
    return [line.facts["status"] for line in report.view.story if "status" in line.facts]
