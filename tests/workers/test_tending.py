"""An agency's keys for events: replaced when they are old, destroyed when nothing needs them, and dead letters stay readable."""

from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pytest
from structlog.testing import capture_logs

from contracts.agencies import Directory
from contracts.envelope import CloudEvent
from contracts.refusals import RefusalCode, Refused
from runtime.bus import DeadLetter, Delivery, broker
from runtime.event_keys import EventKeys, KeyExpired
from runtime.keys import Role
from runtime.settings import Settings
from tests.bus.test_seal import Clock
from tests.bus_server import DESK, POLICE, BusServer, eventually
from workers.tending import tend
from workers.wiring import Wiring

WEEK = timedelta(days=7, hours=1).total_seconds()


class Timed(Wiring):
    """An installation on whose clock weeks pass when a test says so."""

    def __init__(self, settings: Settings, nats_url: str) -> None:
        super().__init__(settings, nats_url, "")
        self.clock = Clock()

    @cached_property
    def event_keys(self) -> EventKeys:
        return EventKeys(self.settings.keys, self.settings.public_keys, self.clock)


class Desk(NamedTuple):
    """The desk's office, as far as it tends keys."""

    bus: BusServer
    wiring: Timed

    @property
    def newest(self) -> str | None:
        return self.wiring.event_keys.to_seal(DESK).kid

    async def tend(self) -> None:
        connection = broker(self.bus.url, self.bus.keys.seed(DESK, Role.WORKER))
        await connection.connect()
        try:
            await tend(self.bus.agency(DESK), self.wiring, connection)
        finally:
            await connection.stop()

    async def dead(self) -> list[DeadLetter]:
        async with await self.bus.letters(DESK) as letters:
            return list(await letters.list())

    async def read(self, letter: DeadLetter) -> bytes:
        async with await self.bus.letters(DESK) as letters:
            letters._seal = self.wiring.seal(self.bus.agency(DESK))  # pyright: ignore[reportPrivateUsage] - on the test's clock
            return letters.text(letter, self.bus.agency(POLICE))


@pytest.fixture
def desk(bus: BusServer, tmp_path: Path, directory: Directory) -> Desk:
    wiring = Timed(Settings(home=tmp_path), bus.url)
    assert wiring.directory == directory
    return Desk(bus, wiring)


async def refuse(_: Delivery) -> None:
    raise Refused(RefusalCode.CASE_CLOSED, "an example")


async def a_dead_letter(desk: Desk) -> CloudEvent:
    """What the police wrote, which the desk could not take."""
    message = desk.bus.signal()
    await desk.bus.send(POLICE, DESK, "signals.reported.v1", desk.bus.seal(POLICE).closed(message, DESK))
    async with desk.bus.inbox(DESK, refuse):

        async def empty() -> bool:
            return await desk.bus.waiting(DESK) == 0

        await eventually(empty)
    return message


async def test_young_keys_stay_and_old_ones_are_replaced_at_once_and_destroyed_after_the_overlap(desk: Desk) -> None:
    with capture_logs() as logs:
        await desk.tend()
        assert desk.newest == f"{DESK}.1.enc"
        desk.wiring.clock.now += WEEK
        await desk.tend()
        assert desk.newest == f"{DESK}.2.enc"
        assert desk.wiring.event_keys.to_open(DESK, f"{DESK}.1.enc"), "what is under way still arrives"
        await desk.tend()
        assert desk.newest == f"{DESK}.2.enc"
        assert [line["event"] for line in logs] == ["keys_renewed"]
        desk.wiring.clock.now += WEEK
        await desk.tend()
    assert [(line["event"], line.get("count")) for line in logs[1:]] == [("keys_renewed", None), ("keys_destroyed", 2)]
    with pytest.raises(KeyExpired):
        desk.wiring.event_keys.to_open(DESK, f"{DESK}.1.enc")
    assert f"{DESK}.1." not in (desk.wiring.settings.keys / f"{DESK}.events.jwks").read_text()


async def test_a_dead_letter_stays_readable_when_its_key_is_gone_and_can_be_replayed(desk: Desk) -> None:
    message = await a_dead_letter(desk)
    [before] = await desk.dead()
    for _ in range(3):
        desk.wiring.clock.now += WEEK
        await desk.tend()
    [after] = await desk.dead()
    assert after.body != before.body
    kept = {"sender", "event", "code", "reason", "event_id"}
    assert after.model_dump(include=kept) == before.model_dump(include=kept)
    assert CloudEvent.from_json(await desk.read(after), message.time) == message


async def test_who_does_not_seal_it_anew_loses_it(desk: Desk) -> None:
    message = await a_dead_letter(desk)
    [letter] = await desk.dead()
    assert CloudEvent.from_json(await desk.read(letter), message.time) == message
    desk.wiring.clock.now += WEEK
    desk.wiring.event_keys.rotate(DESK, timedelta(days=7))
    desk.wiring.clock.now += WEEK
    desk.wiring.event_keys.retire(DESK)
    assert await desk.read(letter) == letter.body
