"""What was acknowledged is there after the server was killed, and whoever was connected comes back by itself."""

import contextlib
from pathlib import Path

import pytest
from nats.js.errors import NotFoundError

from runtime.bus import Delivery, PublishFailed, broker
from runtime.bus.connection import jetstream
from runtime.bus.shares import consumer_of
from runtime.keys.files import Role
from runtime.servers.store_repair import StoreDamaged, mend_store
from tests.bus_server import DESK, POLICE, BusServer, eventually

pytestmark = pytest.mark.long


async def test_acknowledged_events_survive_a_killed_server(bus: BusServer) -> None:
    sent = [bus.signal() for _ in range(50)]
    sending = broker(bus.url, bus.keys.seed(POLICE, Role.WORKER))
    async with sending:
        for message in sent:
            await bus.post(sending, POLICE).publish(message, DESK)
        bus.kill()
        bus.start()
        arrived = [bus.opened(DESK, message) for message in await bus.fetch(DESK, count=len(sent))]
    assert arrived == sent


async def test_inbox_and_sender_come_back_by_themselves(bus: BusServer) -> None:
    taken: list[str] = []

    async def take(delivery: Delivery) -> None:
        taken.append(delivery.message.id)

    before, meanwhile = bus.signal(), bus.signal()
    sending = broker(bus.url, bus.keys.seed(POLICE, Role.WORKER))
    async with sending, bus.inbox(DESK, take):
        post = bus.post(sending, POLICE)
        await post.publish(before, DESK)

        async def first_taken() -> bool:
            return taken == [before.id]

        await eventually(first_taken)
        bus.kill()
        bus.start()

        async def acknowledged() -> bool:  # as an activity that is tried again
            with contextlib.suppress(PublishFailed):
                await post.publish(meanwhile, DESK)
                return True
            return False

        await eventually(acknowledged)

        async def second_taken() -> bool:
            return meanwhile.id in taken

        await eventually(second_taken)
    assert set(taken) == {before.id, meanwhile.id}


async def test_nothing_is_readable_in_the_files(bus: BusServer) -> None:
    sending = broker(bus.url, bus.keys.seed(POLICE, Role.WORKER))
    async with sending:
        await bus.post(sending, POLICE).publish(bus.signal(), DESK)
    bus.kill()
    stored = b"".join(path.read_bytes() for path in bus.store.rglob("*") if path.is_file())
    assert len(stored) > 1000
    for word in (b"seen at the door", b"signals.reported"):
        assert word not in stored


async def _killed_while_a_block_was_made(bus: BusServer, draft: bytes | None = None) -> Path:
    """Three messages acknowledged, and the next block there without its key, as a kill at that moment leaves it."""
    for number in range(3):
        await bus.send(POLICE, DESK, "signals.reported.v1", f"message {number}".encode())
    bus.kill()
    [block] = (bus.store / "jetstream" / DESK / "streams" / "INBOX" / "msgs").glob("*.blk")
    following = block.with_name(f"{int(block.stem) + 1}.blk")
    following.touch()
    if draft is not None:
        following.with_suffix(".key.tmp").write_bytes(draft)
    return following


@pytest.mark.parametrize("draft", [None, b"", b"x" * 20])
async def test_a_kill_while_a_block_is_made_loses_nothing(bus: BusServer, draft: bytes | None) -> None:
    await _killed_while_a_block_was_made(bus, draft)
    bus.start()
    assert [message.data for message in await bus.fetch(DESK, count=4)] == [b"message 0", b"message 1", b"message 2"]
    await bus.send(POLICE, DESK, "signals.reported.v1", b"later")
    assert [message.data for message in await bus.fetch(DESK)] == [b"later"]


async def test_without_mending_the_server_removes_the_whole_stream(bus: BusServer) -> None:
    """If this fails the server has learnt to recover by itself, and the mending can go."""
    await _killed_while_a_block_was_made(bus)
    bus.start(mend=False)
    with pytest.raises(NotFoundError):
        await bus.waiting(DESK)


async def test_a_block_with_messages_and_no_key_is_not_opened(bus: BusServer) -> None:
    following = await _killed_while_a_block_was_made(bus)
    following.write_bytes(b"something")
    with pytest.raises(StoreDamaged, match=r"put .* back from a backup"):
        mend_store(bus.store)


async def test_kill_at_any_moment_of_taking_and_start_again(bus: BusServer) -> None:
    """Emptying an inbox makes a new block each time: the moment at which a kill is worst."""
    earlier: list[bytes] = []
    for _ in range(8):
        message = bus.signal()
        sending = broker(bus.url, bus.keys.seed(POLICE, Role.WORKER))
        async with sending:
            await bus.post(sending, POLICE).publish(message, DESK)
        async with bus.client(DESK) as worker:
            inbox = await jetstream(worker).pull_subscribe_bind(durable=consumer_of(POLICE), stream="INBOX")
            [taken] = await inbox.fetch(1, timeout=10)
            await taken.ack()
            with contextlib.suppress(OSError):
                await worker.flush()
            bus.kill()
        bus.start()
        await bus.send(POLICE, DESK, "signals.reported.v1", b"the inbox lives")
        arrived = {message.data for message in await bus.fetch(DESK, count=3)}  # what was taken may come again
        earlier.append(taken.data)
        assert b"the inbox lives" in arrived <= {*earlier, b"the inbox lives"}
