"""What each limit is for: with it another agency is served beside an attack, with it off the same attack stops that agency.

In each test everything else that could help is off or roomy, so that it is this limit that counts. Of other limits the controls
stand elsewhere: a consumer for each sender, places in the office, and a part of the inbox in ``tests/bus/test_shares.py``,
room in ``test_hostile_room.py``, the gate in ``tests/runtime/temporal``.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from nats.errors import Error as NatsError

from contracts.agencies import Directory
from contracts.envelope import CloudEvent
from runtime.bus.answers import Answers
from runtime.bus.shares import CONNECTIONS
from tests.bus_server import DESK, BusServer, eventually
from tests.faults.limits import (
    ATTACKER,
    BOUNDED,
    OTHER,
    PACE,
    PLACES,
    Desk,
    attacked,
    close_inbox,
    handed_out,
    lie,
    lying,
    sent,
    signal,
    until,
)

pytestmark = pytest.mark.chaos

NEVER = 10**9


async def _others_event_is_taken(bus: BusServer, desk: Desk) -> None:
    async def taken() -> bool:
        return OTHER in desk.taken

    await eventually(taken)
    assert await lying(bus, "INBOX", f"from.{OTHER}.>") == 0


async def _others_event_waits(bus: BusServer, desk: Desk) -> None:
    """All places are the attacker's, none of whose events is settled, so the server hands out nothing more."""
    assert await handed_out(bus) == PLACES
    assert (desk.taken, await lying(bus, "INBOX", f"from.{OTHER}.>")) == ([], 1)


@BOUNDED
async def test_an_end_for_what_nobody_foresaw(
    tmp_path: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch, *, bounded: bool
) -> None:
    monkeypatch.setattr("runtime.bus.inbox.DELAYS", (0.05,))
    desk = Desk(ValueError("poison"))
    async with attacked(tmp_path, directory, divided=False) as bus:
        await sent(bus, 2 * PLACES, lambda _: signal(bus))
        async with bus.inbox(DESK, desk.take, pace=PACE._replace(tries=2 if bounded else NEVER)):
            await until(lambda: desk.tried >= PLACES)
            await sent(bus, 1, lambda _: signal(bus, OTHER), OTHER)
            if bounded:
                await _others_event_is_taken(bus, desk)
            else:
                await until(lambda: desk.tried >= 6 * PLACES)
                await _others_event_waits(bus, desk)


@BOUNDED
async def test_refusing_without_waiting_for_who_is_refused(
    tmp_path: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch, *, bounded: bool
) -> None:
    if not bounded:
        monkeypatch.setattr(Answers, "put", _sent_before_anything_else)
    desk = Desk()
    async with attacked(tmp_path, directory, divided=False) as bus:
        await close_inbox(bus, ATTACKER)
        await sent(bus, 2 * PLACES, lambda number: b"junk %d" % number)
        await sent(bus, 1, lambda _: signal(bus, OTHER), OTHER)
        async with bus.inbox(DESK, desk.take, pace=PACE):
            if bounded:
                await _others_event_is_taken(bus, desk)
            else:
                await eventually(lambda: lie(bus, PLACES, "DEAD"))
                await _others_event_waits(bus, desk)


async def _sent_before_anything_else(answers: Any, recipient: str, answer: CloudEvent) -> None:
    """As it was: the next event is taken when the sender of this one has heard."""
    await answers._stream.publish(f"answers.{recipient}", answer.to_json())
    await answers._send_all(recipient)


@BOUNDED
async def test_a_pace_for_each_sender(tmp_path: Path, directory: Directory, *, bounded: bool) -> None:
    """No more of a flood is worked on than its share; without, the office works through all of it."""
    pace = PACE._replace(rate=0 if bounded else NEVER, burst=10 if bounded else NEVER)
    desk = Desk()
    async with attacked(tmp_path, directory) as bus:
        assert await sent(bus, 50, lambda _: signal(bus)) == 50
        async with bus.inbox(DESK, desk.take, pace=pace):
            await eventually(lambda: lie(bus, 40 if bounded else 0, "INBOX", ATTACKER))
            await sent(bus, 1, lambda _: signal(bus, OTHER), OTHER)
            await _others_event_is_taken(bus, desk)
    assert desk.taken == [ATTACKER] * (10 if bounded else 50) + [OTHER]


@BOUNDED
async def test_the_same_words_once(
    tmp_path: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch, *, bounded: bool
) -> None:
    """Where each event of an attack is an alarm, nobody finds the alarm about another agency."""
    if not bounded:
        monkeypatch.setattr("runtime.bus.sparing.AGAIN", 0.0)
    async with attacked(tmp_path, directory) as bus:
        await sent(bus, 8, lambda _: signal(bus))
        async with bus.inbox(DESK, Desk(ValueError("poison")).take, pace=PACE._replace(tries=1)):
            await eventually(lambda: lie(bus, 0, "INBOX", ATTACKER))
    assert len(bus.alarms) == (1 if bounded else 8)


@BOUNDED
async def test_connections_of_one_agency(tmp_path: Path, directory: Directory, *, bounded: bool) -> None:
    """The server has places for so many of all agencies together."""

    def change(text: str) -> str:
        assert f'"max_connections": {CONNECTIONS}' in text
        own = f'"max_connections": {20 if bounded else NEVER}'
        return "max_connections: 30\n" + text.replace(f'"max_connections": {CONNECTIONS}', own)

    async with attacked(tmp_path, directory, config=change) as bus:
        clients = [bus.client(ATTACKER) for _ in range(40)]
        answers = await asyncio.gather(*(client.__aenter__() for client in clients), return_exceptions=True)
        got_in = [client for client, answer in zip(clients, answers, strict=True) if not isinstance(answer, BaseException)]
        assert len(got_in) == (20 if bounded else 30)
        if bounded:
            assert await sent(bus, 1, lambda _: signal(bus, OTHER), OTHER) == 1
        else:
            with pytest.raises((NatsError, OSError)):
                await sent(bus, 1, lambda _: signal(bus, OTHER), OTHER)
        await asyncio.gather(*(client.__aexit__(None, None, None) for client in got_in))
