"""A real nats-server with the generated configuration, and the events that tests send over it."""

import asyncio
import contextlib
import json
import socket
import subprocess
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import TimeoutError as NothingThere

from contracts.agencies import Agency, Directory
from contracts.envelope import CloudEvent, source
from contracts.event import Event
from contracts.events.signals import SignalReported
from contracts.reference import new_reference
from runtime.bus import Addressee, DeadLetters, Delivery, Inbox, Limits, NatsBus, Pace, Seal, broker, connect
from runtime.bus.clock import now
from runtime.bus.connection import Access, jetstream
from runtime.bus.seal import read_outside
from runtime.keys.event_keys import EventKeys
from runtime.keys.files import Keys, Role
from runtime.servers.nats_config import render
from runtime.servers.process import binary, free_port
from runtime.servers.provision import provision_streams
from runtime.servers.store_repair import mend_store
from runtime.tls.certificates import PLAINTEXT, Certificates
from tests.sealing import sealed

POLICE, DESK, ALMERE, COORDINATOR, REGISTRY = (
    "police-midden-nederland",
    "signal-desk",
    "almere",
    "coordinator-almere",
    "comensha",
)

FAST = Pace(opening_rate=1000, opening_burst=1000)
"""Events that open files come as fast as others: what a test is about is another limit."""


class BusServer:
    """A server under one directory: it can be killed and started again."""

    def __init__(
        self, home: Path, directory: Directory, change: Callable[[str], str] = str, certificates: Certificates = PLAINTEXT
    ) -> None:
        self.directory = directory
        self.certificates = certificates
        self.keys = Keys(home / "keys")
        self.keys.create(directory)
        self.event_keys = EventKeys(home / "keys", home / "public-keys")
        self.event_keys.create(directory)
        self.alarms: list[str] = []
        self.port = free_port()
        self.url = f"{'tls' if certificates.bus else 'nats'}://127.0.0.1:{self.port}"
        self.store = home / "nats"
        self.config = home / "nats.conf"
        text = render(directory, self.keys, port=self.port, store_dir=self.store, tls=certificates.bus)
        self.config.write_text(change(text))
        self._log = home / "nats.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, mend: bool = True) -> None:
        if mend:
            mend_store(self.store)
        self._process = subprocess.Popen([binary("nats-server"), "-c", self.config, "-l", self._log])
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            assert self._process.poll() is None, self._log.read_text()
            time.sleep(0.05)
        raise AssertionError(self._log.read_text())

    def provision(self) -> None:
        asyncio.run(provision_streams(self.url, self.directory, self.keys, self.certificates))

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()

    def agency(self, slug: str) -> Agency:
        return self.directory.get(slug)

    @asynccontextmanager
    async def client(self, slug: str, role: Role = Role.WORKER) -> AsyncGenerator[Client]:
        client = await connect(self.url, self.keys.seed(slug, role), self.certificates.of(slug))
        try:
            yield client
        finally:
            await client.close()

    async def send(self, sender: str, recipient: str, event: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Publish raw bytes on a lane, whatever they are."""
        async with self.client(sender) as client:
            await jetstream(client).publish(f"to.{recipient}.{event}", body, headers=headers)

    async def write(self, sender: str, recipient: str, event: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
        """Publish a message of which anything may be wrong, sealed; gives it as it travelled."""
        raw = sealed(self.seal(sender), body, recipient)
        await self.send(sender, recipient, event, raw, headers)
        return raw

    def operator(self, slug: str) -> Access:
        return Access(self.url, self.keys.seed(slug, Role.OPERATOR), self.certificates.of(slug))

    def seal(self, slug: str) -> Seal:
        return Seal(self.agency(slug), self.event_keys)

    def post(self, broker: NatsBroker, slug: str) -> NatsBus:
        """The bus as an agency sends on it."""
        return NatsBus(broker, slug, self.seal(slug))

    def opened(self, recipient: str, message: Msg) -> CloudEvent:
        """A message as its recipient reads it."""
        now = datetime.now(UTC)
        return (
            self.seal(recipient).opened(read_outside(message.data, now), self.agency(message.subject.split(".")[1]), now).message
        )

    async def letters(self, slug: str) -> DeadLetters:
        """An agency's dead letters."""
        return await DeadLetters.open(self.operator(slug), self.agency(slug), self.seal(slug))

    async def _alarm(self, words: str) -> None:
        self.alarms.append(words)

    async def fetch(self, slug: str, count: int = 1) -> list[Msg]:
        """Take messages out of an inbox as its worker, the oldest first; fewer when there are no more."""
        async with self.client(slug) as client:
            return await taken_out(client, count)

    async def waiting(self, slug: str) -> int:
        """How many messages stand in an inbox."""
        async with self.client(slug, Role.OPERATOR) as client:
            return (await jetstream(client).stream_info("INBOX")).state.messages

    @asynccontextmanager
    async def inbox(
        self,
        slug: str,
        take: Callable[[Delivery], Awaitable[None]],
        *,
        pace: Pace | None = None,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = now,
    ) -> AsyncGenerator[None]:
        """An agency's inbox at work."""
        reader = broker(self.url, self.keys.seed(slug, Role.WORKER), self.certificates.of(slug))
        addressee = Addressee(self.agency(slug), self.directory, self.keys.identity(slug), self.seal(slug), self._alarm)
        await reader.start()
        try:
            async with Inbox(reader, addressee, take, limits=limits or Limits(pace=pace or FAST), now=clock).open():
                yield
        finally:
            await reader.stop()

    def event(self, sender: str, event: type[Event], data: dict[str, Any], **fields: Any) -> CloudEvent:
        """An event of an agency, in order unless a field says otherwise."""
        standard = {
            "id": uuid4().hex,
            "source": source(self.agency(sender).oin, "test"),
            "type": event.rule.type,
            "time": datetime.now(UTC),
            "caseref": new_reference(),
            "data": data,
        }
        return CloudEvent.model_validate(standard | fields)

    def signal(self, **fields: Any) -> CloudEvent:
        """What the police would report."""
        return self.event(POLICE, SignalReported, {"signal": {"municipality": "GM0995", "account": "seen at the door"}}, **fields)


async def consumers_of(client: Client) -> list[str]:
    """Names of the consumers of an inbox."""
    names: list[str] = json.loads((await client.request("$JS.API.CONSUMER.NAMES.INBOX", b"", timeout=5)).data)["consumers"]
    return names


async def taken_out(client: Client, count: int, number: int | None = None) -> list[Msg]:
    """Messages out of the inbox in whose account a worker is, of all senders; or only that with a number of its line."""
    found: list[Msg] = []
    for consumer in await consumers_of(client):
        inbox = await jetstream(client).pull_subscribe_bind(durable=consumer, stream="INBOX")
        info = await inbox.consumer_info()
        with contextlib.suppress(NothingThere):
            while len(found) < count and (info.num_pending or info.num_ack_pending):
                [message] = await inbox.fetch(1, timeout=1)
                if number is not None and number != int(read_outside(message.data, datetime.now(UTC)).sequence):
                    await message.nak(delay=0.2)
                    continue
                await message.ack_sync()
                found.append(message)
                if number is not None:
                    return found
    return sorted(found, key=lambda message: message.metadata.sequence.stream)


def running(server: BusServer) -> Generator[BusServer]:
    """A provisioned bus, for as long as a fixture wants it."""
    server.start()
    try:
        server.provision()
        yield server
    finally:
        server.kill()


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    for _ in range(3000):  # counted, because the client swallows a cancellation now and then
        if await holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not become so")
