"""A bus on which limits are small, or off: there an attack needs a few messages to show what a limit is for."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

from contracts.agencies import Directory
from runtime.bus import Delivery
from runtime.bus.connection import jetstream
from runtime.bus.shares import SHARES, Shares, consumer_of
from runtime.bus.standing import consumers
from runtime.keys.files import Role
from runtime.servers.provision import inbox_consumers, provision_account, streams
from tests.bus_server import ALMERE, DESK, FAST, POLICE, REGISTRY, BusServer, eventually

ATTACKER, OTHER = POLICE, ALMERE
REPORTED = "signals.reported.v1"
PLACES = 5
KIB = 1024
FEW = Shares(lane=60, under_way=PLACES, dead_lane=10, spare=2, answers=10, inbox=2048 * KIB, dead=1024 * KIB, outgoing=256 * KIB)
BOUNDED = pytest.mark.parametrize("bounded", [True, False], ids=["bounded", "control: no bound"])
PACE = FAST._replace(of_one=PLACES, tries=2)
ALL = "anybody"
"""Whose events the one consumer hands out that all senders share where there is none for each."""


def few(directory: Directory) -> Directory:
    """A few agencies are enough."""
    return Directory(agencies=tuple(one for one in directory.agencies if one.slug in {ATTACKER, OTHER, DESK, REGISTRY}))


@asynccontextmanager
async def attacked(
    home: Path,
    directory: Directory,
    shares: Shares = FEW,
    *,
    divided: bool = True,
    inbox: Callable[[StreamConfig], StreamConfig] = replace,
    config: Callable[[str], str] = str,
) -> AsyncGenerator[BusServer]:
    """A bus with these limits.

    Args:
        home: Where it stores.
        directory: Who takes part.
        shares: What each sender may take.
        divided: Whether each sender has a consumer of its own at the desk.
        inbox: Changes how the desk's inbox is made.
        config: Changes the server's configuration.
    """
    bus = BusServer(
        home, few(directory), lambda text: config(text.replace(f'"max_file": {SHARES.account}', f'"max_file": {shares.account}'))
    )
    bus.start()
    try:
        for agency in bus.directory.agencies:
            theirs, *kept = streams(shares)
            taking = inbox_consumers(agency, bus.directory, shares)
            if agency.slug == DESK:
                theirs, taking = inbox(theirs), taking if divided else {consumer_of(ALL): _shared(shares)}
            await provision_account(bus.operator(agency.slug), (theirs, *kept), taking)
        yield bus
    finally:
        bus.kill()


def _shared(shares: Shares) -> ConsumerConfig:
    name = consumer_of(ALL)
    return ConsumerConfig(
        name=name,
        durable_name=name,
        filter_subject="from.>",
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=30,
        max_ack_pending=shares.under_way,
    )


class Desk:
    """An office in which everything of the attacker goes wrong, if it is made so."""

    def __init__(self, error: Exception | None = None) -> None:
        self.tried = 0
        self.taken: list[str] = []
        self._error = error

    async def take(self, delivery: Delivery) -> None:
        if delivery.sender.slug == ATTACKER:
            self.tried += 1
            if self._error:
                raise self._error
        self.taken.append(delivery.sender.slug)


async def sent(bus: BusServer, count: int, body: Callable[[int], bytes], sender: str = ATTACKER) -> int:
    """Send as much as is taken of it, at once; gives how much that was."""
    async with bus.client(sender) as client:
        answers = await asyncio.gather(
            *(jetstream(client).publish(f"to.{DESK}.{REPORTED}", body(number), timeout=20) for number in range(count)),
            return_exceptions=True,
        )
    return sum(not isinstance(answer, BaseException) for answer in answers)


def signal(bus: BusServer, sender: str = ATTACKER) -> bytes:
    """An event that is as it must be, sealed."""
    return bus.seal(sender).closed(bus.signal(source=f"urn:nld:oin:{bus.agency(sender).oin}:systeem:test"), DESK)


async def close_inbox(bus: BusServer, slug: str) -> None:
    """An agency's operator sets its own inbox so that it takes nothing."""
    async with bus.client(slug, Role.OPERATOR) as operator:
        config = (await jetstream(operator).stream_info("INBOX")).config
        await jetstream(operator).update_stream(replace(config, max_msg_size=1))  # pyright: ignore[reportUnknownMemberType]


async def lying(bus: BusServer, stream: str, subject: str = ">") -> int:
    """How many messages a stream of the desk holds under a subject."""
    async with bus.client(DESK, Role.OPERATOR) as operator:
        found = await jetstream(operator).stream_info(stream, subjects_filter=subject)
    return sum((found.state.subjects or {}).values())


async def handed_out(bus: BusServer) -> int:
    """How many events the desk was handed that are not settled."""
    async with bus.client(DESK, Role.OPERATOR) as operator:
        return sum(one.num_ack_pending or 0 for one in await consumers(jetstream(operator)))


async def lie(bus: BusServer, count: int, stream: str, sender: str = "") -> bool:
    """Whether a stream of the desk holds so many messages, of one sender or of all."""
    kind = "from" if stream == "INBOX" else "dead"
    return await lying(bus, stream, f"{kind}.{sender}.>" if sender else ">") == count


async def until(holds: Callable[[], object]) -> None:
    """Wait until something is so that is known here."""

    async def held() -> bool:
        return bool(holds())

    await eventually(held)
