"""Who can reach whom: exactly what catalogue and directory say, tried from every account with real keys."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.js.errors import NoStreamResponseError

from contracts.agencies import Directory
from contracts.catalogue import BY_SHORT_NAME, lanes
from contracts.events.dossiers import PrivacyCheckRequested
from runtime.bus import broker
from runtime.bus.connection import jetstream
from runtime.keys import Role
from tests.bus_server import ALMERE, COORDINATOR, DESK, POLICE, REGISTRY, BusServer, eventually

Reach = set[tuple[str, str, str]]

OBSERVATION = {"observation": {"municipality": "GM0034", "phenomenon": "many people in one house"}}


async def _reach(bus: BusServer) -> Reach:
    """Every event from every agency to every agency, and which of them an inbox acknowledged."""
    found = await asyncio.gather(*(_reach_from(bus, agency.slug) for agency in bus.directory.agencies))
    return {way for ways in found for way in ways}


async def _reach_from(bus: BusServer, sender: str) -> Reach:
    async with bus.client(sender) as client:
        stream = jetstream(client)

        async def arrives(recipient: str, event: str) -> bool:
            try:
                await stream.publish(f"to.{recipient}.{event}", b"{}", timeout=20)
            except NoStreamResponseError:
                return False
            return True

        pairs = [(agency.slug, event) for agency in bus.directory.agencies for event in (*BY_SHORT_NAME, "signals.invented.v1")]
        arrived = await asyncio.gather(*(arrives(*pair) for pair in pairs))
        return {(sender, *pair) for pair, yes in zip(pairs, arrived, strict=True) if yes}


def _allowed(directory: Directory) -> Reach:
    return {(lane.sender.slug, lane.recipient.slug, lane.event.short_name()) for lane in lanes(directory)}


async def test_exactly_the_lanes_of_catalogue_and_directory_are_open(shared_bus: BusServer) -> None:
    assert await _reach(shared_bus) == _allowed(shared_bus.directory)


async def test_one_grant_too_many_is_found(tmp_path: Path, directory: Directory) -> None:
    def with_a_hole(text: str) -> str:
        head, accounts = text.split('"accounts": ', 1)
        changed = json.loads(accounts)
        subject = f"from.{POLICE}.dossiers.brought.v1"
        changed["riec-midden-nederland"]["exports"].append({"service": subject, "accounts": [POLICE]})
        service = {"account": "riec-midden-nederland", "subject": subject}
        changed[POLICE]["imports"].append({"service": service, "to": "to.riec-midden-nederland.dossiers.brought.v1"})
        return f'{head}"accounts": {json.dumps(changed)}'

    bus = BusServer(tmp_path, directory, change=with_a_hole)
    bus.start()
    try:
        await asyncio.to_thread(bus.provision)
        assert await _reach(bus) - _allowed(directory) == {(POLICE, "riec-midden-nederland", "dossiers.brought.v1")}
    finally:
        bus.kill()


FORBIDDEN_TO_WORKERS = (
    f"from.{POLICE}.signals.reported.v1",  # into the own inbox, as somebody else
    f"from.{ALMERE}.signals.reported.v1",
    "$JS.API.INFO",
    "$JS.API.STREAM.CREATE.MORE",
    "$JS.API.STREAM.UPDATE.INBOX",
    "$JS.API.STREAM.INFO.INBOX",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.PURGE.INBOX",
    "$JS.API.STREAM.PURGE.DEAD",
    "$JS.API.STREAM.DELETE.INBOX",
    "$JS.API.STREAM.DELETE.DEAD",
    "$JS.API.STREAM.SNAPSHOT.INBOX",
    "$JS.API.STREAM.MSG.GET.INBOX",
    "$JS.API.STREAM.MSG.GET.DEAD",
    "$JS.API.STREAM.MSG.DELETE.DEAD",
    "$JS.API.DIRECT.GET.INBOX",
    "$JS.API.CONSUMER.CREATE.INBOX",
    "$JS.API.CONSUMER.CREATE.INBOX.spy",
    "$JS.API.CONSUMER.DURABLE.CREATE.INBOX.inbox",
    "$JS.API.CONSUMER.DELETE.INBOX.inbox",
    "$JS.API.CONSUMER.PAUSE.INBOX.inbox",
    "$JS.API.CONSUMER.MSG.NEXT.DEAD.spy",
    "$JS.ACK.DEAD.spy.1.1.1.1.0",
    "$SYS.REQ.SERVER.PING",
    "$SYS.REQ.ACCOUNT.PING",
    "_INBOX.somebody",
    "anything",
)
FORBIDDEN_TO_OPERATORS = (
    "$JS.API.STREAM.PURGE.INBOX",
    "$JS.API.STREAM.DELETE.INBOX",
    "$JS.API.STREAM.DELETE.DEAD",
    "$JS.API.STREAM.MSG.GET.INBOX",
    "$JS.API.STREAM.MSG.DELETE.INBOX",
    "$JS.API.CONSUMER.DELETE.INBOX.inbox",
    "$JS.API.CONSUMER.CREATE.INBOX.spy",
    "dead.somebody.signals.reported.v1",
)


@pytest.mark.parametrize("subject", FORBIDDEN_TO_WORKERS)
async def test_a_worker_may_not_publish(shared_bus: BusServer, subject: str) -> None:
    assert await _violations(shared_bus, DESK, Role.WORKER, lambda client: client.publish(subject, b"{}"))


@pytest.mark.parametrize("subject", ["from.>", ">", "to.>", "dead.>", "$JS.>", "_INBOX_.>", f"from.{POLICE}.signals.reported.v1"])
async def test_a_worker_may_not_subscribe(shared_bus: BusServer, subject: str) -> None:
    assert await _violations(shared_bus, DESK, Role.WORKER, lambda client: client.subscribe(subject))  # pyright: ignore[reportUnknownMemberType]


@pytest.mark.parametrize("subject", FORBIDDEN_TO_OPERATORS)
async def test_an_operator_may_not_publish(shared_bus: BusServer, subject: str) -> None:
    assert await _violations(shared_bus, DESK, Role.OPERATOR, lambda client: client.publish(subject, b""))


async def test_what_a_worker_needs_is_no_violation(shared_bus: BusServer) -> None:
    for subject in ("dead.x.signals.reported.v1", f"to.{POLICE}.signals.received.v1", "$JS.API.CONSUMER.INFO.INBOX.inbox"):
        assert not await _violations(shared_bus, ALMERE, Role.WORKER, lambda client, at=subject: client.publish(at, b""))


async def _violations(bus: BusServer, slug: str, role: Role, attempt: Callable[[Client], object]) -> list[str]:
    """What the server objects to; it says so before it answers the ping of a flush."""
    import nats  # noqa: PLC0415

    heard: list[str] = []

    async def note(error: Exception) -> None:
        heard.append(str(error))

    client = await nats.connect(bus.url, nkeys_seed_str=bus.keys.seed(slug, role), error_cb=note)  # pyright: ignore[reportUnknownMemberType]
    try:
        await attempt(client)  # type: ignore[misc]
        await client.flush()
        await client.flush()
    finally:
        await client.close()
    return [error for error in heard if "permissions violation" in error.lower()]


async def test_a_stranger_is_turned_away(shared_bus: BusServer) -> None:
    import nats  # noqa: PLC0415
    import nkeys  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]

    seed = nkeys.encode_seed(bytes(32), nkeys.PREFIX_BYTE_USER).decode()  # pyright: ignore[reportUnknownMemberType]
    for options in ({}, {"nkeys_seed_str": seed}):
        with pytest.raises(Exception, match=r"(?i)authorization"):
            await nats.connect(shared_bus.url, allow_reconnect=False, **options)  # pyright: ignore


async def test_nobody_acknowledges_for_another(bus: BusServer) -> None:
    await bus.send(DESK, ALMERE, "signals.received.v1", b"mine")
    async with bus.client(DESK) as desk:
        await desk.publish("$JS.ACK.INBOX.inbox.1.1.1.1.0", b"+ACK")
        await desk.flush()
    assert [message.data for message in await bus.fetch(ALMERE)] == [b"mine"]


@pytest.mark.parametrize(
    "reply",
    [
        f"from.{POLICE}.signals.reported.v1",
        f"to.{COORDINATOR}.signals.routed.v1",
        "$JS.API.STREAM.PURGE.INBOX",
        "$JS.API.STREAM.DELETE.INBOX",
        "$JS.API.CONSUMER.DELETE.INBOX.inbox",
    ],
)
async def test_a_crafted_reply_subject_moves_nothing_at_another_agency(bus: BusServer, reply: str) -> None:
    """The acknowledgement follows the reply subject, but within the account of the one who crafted it."""
    await bus.send(DESK, ALMERE, "signals.received.v1", b"earlier")
    async with bus.client(DESK) as desk:
        await desk.publish(f"to.{ALMERE}.signals.received.v1", b"crafted", reply=reply)
        await desk.flush()

    async def both() -> bool:
        return await bus.waiting(ALMERE) == 2

    await eventually(both)
    arrived = await bus.fetch(ALMERE, count=3)
    assert [message.data for message in arrived] == [b"earlier", b"crafted"]
    for other in bus.directory.agencies:
        if other.slug not in {ALMERE, DESK}:
            for message in await _all(bus, other.slug):
                assert message.subject.startswith(f"from.{DESK}."), "nothing may arrive in another's name"


async def _all(bus: BusServer, slug: str):
    return await bus.fetch(slug, count=await bus.waiting(slug))


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


async def test_an_agency_of_two_parts_reaches_itself(bus: BusServer) -> None:
    await bus.send(REGISTRY, REGISTRY, "registrations.requested.v1", b"own")
    [message] = await bus.fetch(REGISTRY)
    assert (message.subject, message.data) == (f"from.{REGISTRY}.registrations.requested.v1", b"own")
