"""What the limits of room are for: with them nobody takes the room of another; with one off, the same attack fills it for all."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nats.errors import Error as NatsError
from nats.js.api import StreamConfig
from structlog.testing import capture_logs

from contracts.agencies import Directory
from runtime.bus import Limits
from runtime.bus.connection import jetstream
from runtime.bus.shares import BODY, MESSAGE, PAYLOAD
from tests.bus_server import DESK, eventually
from tests.faults.limits import (
    ATTACKER,
    BOUNDED,
    FEW,
    KIB,
    OTHER,
    PACE,
    REPORTED,
    Desk,
    attacked,
    close_inbox,
    lie,
    lying,
    sent,
    signal,
    until,
)

pytestmark = pytest.mark.chaos

MUCH = 1_000_000


@BOUNDED
async def test_a_size_for_a_message(tmp_path: Path, directory: Directory, *, bounded: bool) -> None:
    def as_the_library(text: str) -> str:
        return text if bounded else text.replace(f'"max_payload": {PAYLOAD}', f'"max_payload": {2 * FEW.inbox}')

    def any_size(config: StreamConfig) -> StreamConfig:
        return config if bounded else replace(config, max_msg_size=-1)

    lane = FEW.inbox // (3 * MESSAGE)
    async with attacked(tmp_path, directory, FEW._replace(lane=lane), inbox=any_size, config=as_the_library) as bus:
        fitted = [await sent(bus, lane, lambda _, size=size: b"x" * size) for size in (FEW.inbox // 2 - 2 * KIB, BODY, KIB)]
        assert fitted[:2] == ([0, lane] if bounded else [2, 0])
        assert await sent(bus, 1, lambda _: signal(bus, OTHER), OTHER) == bounded


@BOUNDED
async def test_a_size_for_the_inbox(tmp_path: Path, directory: Directory, *, bounded: bool) -> None:
    """Without, it takes the room of the dead letters, and then nothing can be refused."""

    def as_large_as_the_account(config: StreamConfig) -> StreamConfig:
        return config if bounded else replace(config, max_bytes=-1)

    desk = Desk()
    async with attacked(tmp_path, directory, FEW._replace(lane=MUCH), inbox=as_large_as_the_account) as bus:
        for size in (60 * KIB, KIB, 16):
            await sent(bus, 80, lambda _, size=size: b"x" * size)
        async with bus.client(DESK) as worker:
            kept = await asyncio.gather(
                *(jetstream(worker).publish(f"dead.{OTHER}.{REPORTED}", b"x" * KIB) for _ in range(3)), return_exceptions=True
            )
    assert [isinstance(one, NatsError) for one in kept] == [not bounded] * 3
    assert not desk.taken


@BOUNDED
async def test_a_share_of_the_dead_letters(tmp_path: Path, directory: Directory, *, bounded: bool) -> None:
    most = FEW.dead_lane if bounded else MUCH
    async with attacked(tmp_path, directory, FEW._replace(dead_lane=most, dead=30 * KIB)) as bus:
        await sent(bus, 40, lambda number: b"%d" % number + b"x" * KIB)
        async with bus.inbox(DESK, Desk().take, limits=Limits(pace=PACE, dead_lane=most)):
            await until(lambda: any("no more dead letters" in words for words in bus.alarms))
            await sent(bus, 1, lambda _: b"junk of another" + b"x" * KIB, OTHER)
            if bounded:
                await eventually(lambda: lie(bus, 1, "DEAD", OTHER))
                await eventually(lambda: lie(bus, 0, "INBOX", OTHER))
            else:
                await until(lambda: any(f"no more dead letters of {OTHER}" in words for words in bus.alarms))
                assert (await lying(bus, "DEAD", f"dead.{OTHER}.>"), await lying(bus, "INBOX", f"from.{OTHER}.>")) == (0, 1)


@BOUNDED
async def test_a_share_of_the_answers(tmp_path: Path, directory: Directory, *, bounded: bool) -> None:
    most = FEW.answers if bounded else MUCH
    shares = FEW._replace(answers=most, outgoing=20 * KIB, dead_lane=MUCH)
    async with attacked(tmp_path, directory, shares) as bus:
        await close_inbox(bus, ATTACKER)
        await sent(bus, 40, lambda number: b"junk %d" % number)
        with capture_logs() as logged:
            async with bus.inbox(DESK, Desk().take, limits=Limits(pace=PACE, dead_lane=MUCH)):
                await eventually(lambda: lie(bus, 0, "INBOX", ATTACKER))
                await sent(bus, 1, lambda _: b"junk of another", OTHER)
                await eventually(lambda: lie(bus, 0, "INBOX", OTHER))
                if bounded:
                    await until(lambda: _to_other(logged, "refusal_sent"))
    assert _to_other(logged, "refusal_not_answered") is not bounded


def _to_other(logged: Any, event: str) -> bool:
    return any(line["event"] == event and line["recipient"] == OTHER for line in logged)
