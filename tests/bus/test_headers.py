"""Headers and ids that a sender writes do nothing to what others have sent to the same inbox."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from nats.aio.client import Client

from contracts.events.dossiers import PrivacyCheckRequested
from runtime.bus import broker
from runtime.bus.connection import jetstream
from runtime.bus.publisher import send
from runtime.keys.files import Role
from tests.bus.matrix.tries import Plan
from tests.bus_server import ALMERE, COORDINATOR, DESK, POLICE, BusServer

OBSERVATION = {"observation": {"municipality": "GM0034", "phenomenon": "many people in one house"}}
HEADERS = (
    {"Nats-Rollup": "all"},
    {"Nats-Rollup": "sub"},
    {"Nats-TTL": "1s"},
    {"Nats-Incr": "+1"},
    {"Nats-Batch-Id": "x", "Nats-Batch-Sequence": "1", "Nats-Batch-Commit": "1"},
    {"Nats-Schedule": "@every 1s", "Nats-Schedule-Target": f"from.{POLICE}.signals.reported.v1"},
)
"""What a sender could tell a stream to do to the messages of others, if the stream allowed it."""


async def test_no_header_makes_anothers_stream_do_something(one_bus: BusServer) -> None:
    plan = Plan(one_bus.directory, one_bus.config.read_text())
    before = [await one_bus.waiting(slug) for slug in plan.slugs]

    async def answer(client: Client, sender: str, to: str, headers: dict[str, str]) -> bool:
        told = await client.request(plan.neighbours[sender, to].as_sent, b"x", headers=headers, timeout=20)
        return "error" not in json.loads(told.data)

    async with workers(one_bus) as by:
        taken = [
            told
            for headers in HEADERS
            for told in await asyncio.gather(*(answer(by[sender], sender, to, headers) for sender, to in plan.neighbours))
        ]
    assert sum(taken) == 0, f"{sum(taken)} of {len(taken)} were taken"
    assert [await one_bus.waiting(slug) for slug in plan.slugs] == before


async def test_nobody_suppresses_anothers_message_by_using_its_id_first(one_bus: BusServer) -> None:
    """A stream de-duplicates over all who send to it: everybody uses the id first, and the message arrives all the same."""
    plan = Plan(one_bus.directory, one_bus.config.read_text())
    lanes = list(plan.neighbours)
    pairs = [(sender, to) for sender, to in lanes if any(at == to and other != sender for other, at in lanes)]

    async with workers(one_bus) as by:

        async def first(attacker: str, sender: str, to: str) -> None:
            headers = {"Nats-Msg-Id": f"{sender}.{to}"}
            await jetstream(by[attacker]).publish(plan.neighbours[attacker, to].as_sent, b"first", timeout=20, headers=headers)

        async def suppressed(sender: str, to: str, *, carefully: bool) -> bool:
            stream, subject, mark = jetstream(by[sender]), plan.neighbours[sender, to].as_sent, f"{sender}.{to}"
            if carefully:
                return bool((await send(stream, subject, b"mine", mark)).duplicate)
            return bool((await stream.publish(subject, b"mine", timeout=20, headers={"Nats-Msg-Id": mark})).duplicate)

        attacks = [(attacker, sender, to) for sender, to in pairs for attacker, at in lanes if at == to and attacker != sender]
        await asyncio.gather(*(first(*attack) for attack in attacks))
        assert all(await asyncio.gather(*(suppressed(*pair, carefully=False) for pair in pairs))), "without this care it would"
        before = {slug: await one_bus.waiting(slug) for slug in plan.slugs}
        lost = sum(await asyncio.gather(*(suppressed(*pair, carefully=True) for pair in pairs)))
    assert lost == 0, f"{lost} of {len(pairs)} messages were suppressed by {len(attacks)} attempts"
    arrived = {slug: await one_bus.waiting(slug) - before[slug] for slug in plan.slugs}
    assert arrived == {slug: sum(to == slug for _, to in pairs) for slug in plan.slugs}


async def test_nobody_makes_anothers_event_vanish_by_using_its_id_first(bus: BusServer) -> None:
    mine = bus.event(COORDINATOR, PrivacyCheckRequested, OBSERVATION)
    await bus.send(DESK, ALMERE, "signals.received.v1", b"first", headers={"Nats-Msg-Id": mine.id})
    sender = broker(bus.url, bus.keys.seed(COORDINATOR, Role.WORKER))
    async with sender:
        await bus.post(sender, COORDINATOR).publish(mine, ALMERE)
    first, second = await bus.fetch(ALMERE, count=3)
    assert (first.data, bus.opened(ALMERE, second)) == (b"first", mine)


async def test_without_that_care_it_would_vanish(bus: BusServer) -> None:
    mine = bus.event(COORDINATOR, PrivacyCheckRequested, OBSERVATION)
    await bus.send(DESK, ALMERE, "signals.received.v1", b"first", headers={"Nats-Msg-Id": mine.id})
    await bus.send(COORDINATOR, ALMERE, "privacychecks.requested.v1", mine.to_json(), headers={"Nats-Msg-Id": mine.id})
    assert [message.data for message in await bus.fetch(ALMERE, count=3)] == [b"first"]


@asynccontextmanager
async def workers(bus: BusServer) -> AsyncGenerator[dict[str, Client]]:
    """Every agency's worker on the bus."""
    async with AsyncExitStack() as stack:
        yield {agency.slug: await stack.enter_async_context(bus.client(agency.slug)) for agency in bus.directory.agencies}


async def test_an_acknowledgement_tells_a_sender_how_much_others_sent_and_the_id_of_the_last_of_it(bus: BusServer) -> None:
    """Nothing of the server hides it: ids are keyed hashes, and who knows one can do nothing with it (above)."""
    await bus.send(POLICE, DESK, "signals.reported.v1", b"another's", headers={"Nats-Msg-Id": "another-s-id"})
    async with bus.client(ALMERE) as client:
        answers = [
            json.loads((await client.request(f"to.{DESK}.signals.reported.v1", b"mine", headers=headers, timeout=20)).data)
            for headers in ({"Nats-Expected-Last-Msg-Id": "a guess"}, {"Nats-Msg-Id": "mine"})
        ]
    assert answers[0]["error"]["description"] == "wrong last msg ID: another-s-id"
    assert answers[1]["seq"] == 2
