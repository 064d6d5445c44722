"""Everybody on one bus with their real keys, listening to all they can, and trying what a plan says."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from runtime.bus.connection import headers_of, jetstream
from runtime.bus.shares import consumer_of
from runtime.keys.files import Role
from runtime.servers.nats_config import STREAMS
from tests.bus.matrix.tries import LISTENING, PENDING, Plan, Try
from tests.bus_server import BusServer, eventually

NOBODY = "503"
"""The status with which the server says that nobody listens to a request."""
TIMES = 8
"""On a slow machine the message that an inbox waits for was delivered more than once."""
TRY = "{try-"
"""Begins what is neither JSON nor a number, so that the server carries nothing out."""
QUIET = 0.15
"""Seconds; after twice as long without a word nothing more is expected to be heard."""


class Heard(NamedTuple):
    """A message that reached somebody."""

    by: str
    role: Role
    subject: str
    body: bytes


class Town:
    """All agencies, each with a worker and an operator on the bus."""

    def __init__(self, bus: BusServer) -> None:
        self.bus = bus
        self.plan = Plan(bus.directory, bus.config.read_text())
        self.tries: list[Try] = []
        self.rounds: list[tuple[str, list[Heard]]] = []
        self._heard: list[Heard] = []
        self._clients: dict[tuple[str, Role], Client] = {}

    @asynccontextmanager
    async def open(self) -> AsyncGenerator["Town"]:
        """Connect everybody; each inbox has one message that was delivered and not acknowledged, each DEAD stream one letter."""
        async with AsyncExitStack() as stack:
            for slug in self.plan.slugs:
                for role in Role:
                    client = await self._connect(slug, role)
                    stack.push_async_callback(client.close)
                    self._clients[slug, role] = client
            await asyncio.gather(*(self._furnish(slug) for slug in self.plan.slugs))
            for (slug, role), client in self._clients.items():
                await self._listen(slug, role, client)
            yield self

    async def play(self, *attackers: str) -> None:
        """Agency after agency tries everything, so that whatever is heard meanwhile is its doing.

        Both keys of an agency hear what is answered to one of them, and the other may hear it later.
        """
        await self._settled()
        for slug in attackers or self.plan.slugs:
            self._heard = []
            for role in Role:
                await self._try(self._clients[slug, role], list(self.plan.of(slug, role)))
            await self._settled()
            self.rounds.append((slug, self._heard))
        self._heard = []

    async def acknowledge(self, slug: str) -> None:
        """An agency acknowledges the messages that all inboxes wait for, as if they stood in each of them."""
        worker = self._clients[slug, Role.WORKER]
        for victim in self.plan.slugs:
            for time in range(1, TIMES + 1):
                await worker.publish(self.plan.at(victim, PENDING.replace("1.1.1", f"{time}.1.{time}")), b"+ACK")
        await worker.flush()

    async def unacknowledged(self, slug: str) -> int:
        """How many delivered messages an inbox waits for."""
        consumer = await jetstream(self._clients[slug, Role.OPERATOR]).consumer_info("INBOX", self._first(slug))
        return consumer.num_ack_pending or 0

    async def standing(self) -> dict[str, tuple[object, ...]]:
        """How the streams of each agency stand, apart from what was sent to them since."""
        return {slug: await self._standing(slug) for slug in self.plan.slugs}

    async def _standing(self, slug: str) -> tuple[object, ...]:
        stream = jetstream(self._clients[slug, Role.OPERATOR])
        found: list[object] = []
        for name in STREAMS:
            info = await stream.stream_info(name)
            found += [info.created, info.config, info.state.first_seq, info.state.num_deleted, info.state.consumer_count]
        consumer = await stream.consumer_info("INBOX", self._first(slug))
        delivered = consumer.delivered and consumer.delivered.stream_seq
        return (*found, consumer.created, consumer.config, consumer.num_ack_pending, delivered)

    def _first(self, slug: str) -> str:
        return consumer_of(self.plan.lane_to(slug).sender.slug)

    async def _connect(self, slug: str, role: Role) -> Client:
        async def expected(_: Exception) -> None:
            """Refusals are what most of this is about."""

        seed = self.bus.keys.seed(slug, role)
        return await nats.connect(self.bus.url, nkeys_seed_str=seed, error_cb=expected, allow_reconnect=False)  # pyright: ignore[reportUnknownMemberType]

    async def _furnish(self, slug: str) -> None:
        worker = self._clients[slug, Role.WORKER]
        stream = jetstream(worker)
        lane = self.plan.lane_to(slug)
        await jetstream(self._clients[lane.sender.slug, Role.WORKER]).publish(lane.as_sent, b"furniture")
        await stream.publish(f"dead.{slug}.signals.reported.v1", b"furniture")
        await (await stream.pull_subscribe_bind(durable=consumer_of(lane.sender.slug), stream="INBOX")).fetch(1)

    async def _listen(self, slug: str, role: Role, client: Client) -> None:
        async def hear(message: Msg) -> None:
            if headers_of(message).get("Status") != NOBODY:
                self._heard.append(Heard(slug, role, message.subject, message.data))

        for subject in LISTENING:
            await client.subscribe(subject, cb=hear)  # pyright: ignore[reportUnknownMemberType]
        await client.flush()

    async def _try(self, client: Client, tries: Iterable[Try]) -> None:
        for attempt in tries:
            number = len(self.tries)
            self.tries.append(attempt)
            body = f"{TRY}{number}".encode() if attempt.body is None else attempt.body
            await client.publish(attempt.subject, body, reply=attempt.reply or inbox_of(attempt, number))
        await client.flush(timeout=60)

    async def _settled(self) -> None:
        lately = [-1, -1]

        async def quiet() -> bool:
            for client in self._clients.values():
                await client.flush(timeout=60)
            await asyncio.sleep(QUIET)
            lately.append(len(self._heard))
            return len(set(lately[-3:])) == 1

        await eventually(quiet)


def inbox_of(attempt: Try, number: int) -> str:
    """Where the answer to an attempt comes."""
    return f"_INBOX.{attempt.attacker}.{attempt.role.value}.{number}"
