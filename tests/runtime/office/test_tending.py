"""An agency's keys for events: replaced when they are old, destroyed when nothing needs them, and dead letters stay readable."""

import base64
import json
import time
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pytest
from structlog.testing import capture_logs

from contracts.agencies import Directory
from contracts.envelope import MAX_BYTES, CloudEvent
from contracts.refusals import RefusalCode, Refused
from runtime.bus import DeadLetter, Delivery, broker
from runtime.bus.connection import jetstream
from runtime.keys.event_keys import EventKeys, KeyExpired
from runtime.keys.files import Role
from runtime.office import tending
from runtime.office.drivers import Drivers
from runtime.office.tending import Steady, tend
from runtime.settings import Settings
from tests.bus.test_seal import Clock
from tests.bus_server import DESK, POLICE, BusServer, eventually
from tests.sealing import sealed

WEEK = timedelta(days=7, hours=1).total_seconds()


class Timed(Drivers):
    """An installation on whose clock weeks pass when a test says so."""

    def __init__(self, settings: Settings, nats_url: str) -> None:
        super().__init__(settings, nats_url)
        self.clock = Clock()
        self.clock.now = time.time()  # a suite runs for long, and keys are made by the real clock

    @cached_property
    def event_keys(self) -> EventKeys:
        return EventKeys(self.settings.keys, self.settings.public_keys, self.clock)


class Desk(NamedTuple):
    """The desk's office, as far as it tends keys."""

    bus: BusServer
    drivers: Timed

    @property
    def newest(self) -> str | None:
        return self.drivers.event_keys.to_seal(DESK).kid

    async def tend(self) -> None:
        connection = broker(self.bus.url, self.bus.keys.seed(DESK, Role.WORKER))
        await connection.connect()
        try:
            await tend(self.bus.agency(DESK), self.drivers, connection)
        finally:
            await connection.stop()

    async def dead(self) -> list[DeadLetter]:
        async with await self.bus.letters(DESK) as letters:
            return list(await letters.list())

    async def read(self, letter: DeadLetter) -> bytes:
        async with await self.bus.letters(DESK) as letters:
            letters._seal = self.drivers.seal(self.bus.agency(DESK))  # pyright: ignore[reportPrivateUsage] - on the test's clock
            return letters.text(letter, self.bus.agency(POLICE))


@pytest.fixture
def desk(bus: BusServer, tmp_path: Path, directory: Directory) -> Desk:
    drivers = Timed(Settings(home=tmp_path), bus.url)
    drivers.prepare_case_keys(DESK)
    assert drivers.directory == directory
    return Desk(bus, drivers)


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
        desk.drivers.clock.now += WEEK
        await desk.tend()
        assert desk.newest == f"{DESK}.2.enc"
        assert desk.drivers.event_keys.to_open(DESK, f"{DESK}.1.enc"), "what is under way still arrives"
        await desk.tend()
        assert desk.newest == f"{DESK}.2.enc"
        assert [line["event"] for line in logs] == ["keys_renewed"]
        desk.drivers.clock.now += WEEK
        await desk.tend()
    assert [(line["event"], line.get("count")) for line in logs[1:]] == [("keys_renewed", None), ("keys_destroyed", 2)]
    with pytest.raises(KeyExpired):
        desk.drivers.event_keys.to_open(DESK, f"{DESK}.1.enc")
    assert f"{DESK}.1." not in (desk.drivers.settings.keys / f"{DESK}.events.jwks").read_text()


async def test_a_dead_letter_stays_readable_when_its_key_is_gone_and_can_be_replayed(desk: Desk) -> None:
    message = await a_dead_letter(desk)
    [before] = await desk.dead()
    for _ in range(3):
        desk.drivers.clock.now += WEEK
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
    desk.drivers.clock.now += WEEK
    desk.drivers.event_keys.rotate(DESK, timedelta(days=7))
    desk.drivers.clock.now += WEEK
    desk.drivers.event_keys.retire(DESK)
    assert await desk.read(letter) == letter.body


def header(**fields: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()


WILD = {
    "no header": b'{"data": "...."}',
    "a header that is no object": f'{{"data": "{base64.urlsafe_b64encode(b"[7]").decode()}.."}}'.encode(),
    "a key's name that is a list": f'{{"data": "{header(kid=[1], alg=2, enc={})}.a.b.c.d"}}'.encode(),
    "our key's name and nothing else": f'{{"data": "{header(kid="signal-desk.1.enc", crit=5, epk=7)}.a.b.c.d"}}'.encode(),
    "nested too deep": b"[" * 60_000,
    "a header nested too deep": f'{{"data": "{base64.urlsafe_b64encode(b"[" * 20_000).decode()}.a"}}'.encode(),
    "not utf-8": b"\xff\xfe\x00",
}


def as_large_as_fits(desk: Desk) -> bytes:
    """What another system writes shortly enough to fit, and this one would write longer: with every attribute."""
    fields = {name: value for name, value in json.loads(desk.bus.signal().to_json()).items() if value not in (None, "0")}

    def written(size: int) -> bytes:
        fields["data"] = {"signal": {"municipality": "GM0995", "account": "x" * size}}
        return sealed(desk.bus.seal(POLICE), json.dumps(fields, separators=(",", ":")).encode(), DESK)

    size = next(size for size in range(36_500, 30_000, -1) if len(written(size)) <= MAX_BYTES)
    return written(size)


async def put(desk: Desk, body: bytes, sender: str = POLICE) -> None:
    async with desk.bus.client(DESK) as client:
        name = {"Keten-Code": "seal_broken", "Keten-Original-Msg-Id": "whatever its sender wrote"}
        await jetstream(client).publish(f"dead.{sender}.signals.reported.v1", body, headers=name)


def private_keys(desk: Desk) -> str:
    return (desk.drivers.settings.keys / f"{DESK}.events.jwks").read_text()


async def weeks(desk: Desk, count: int) -> None:
    for _ in range(count):
        desk.drivers.clock.now += WEEK
        await desk.tend()


async def test_keys_end_on_their_day_whatever_lies_among_the_dead_letters(desk: Desk) -> None:
    for body in WILD.values():
        await put(desk, body)
    good = await a_dead_letter(desk)
    await weeks(desk, 2)
    assert f"{DESK}.1." not in private_keys(desk)
    letters = await desk.dead()
    assert len(letters) == len(WILD) + 1
    readable = [await desk.read(letter) for letter in letters]
    assert good.to_json() in readable, "one that is wild keeps no other from being sealed anew"


async def test_what_is_too_long_to_be_sealed_anew_is_kept_as_its_hash_when_its_key_ends(desk: Desk) -> None:
    await put(desk, as_large_as_fits(desk))
    [before] = await desk.dead()
    with capture_logs() as logs:
        await weeks(desk, 1)
    assert [line["error"] for line in logs if line["event"] == "dead_letter_not_sealed_anew"] == ["Refused"]
    assert (await desk.dead())[0].body == before.body, "as long as it can be read it stays"
    await weeks(desk, 2)
    assert f"{DESK}.1." not in private_keys(desk)
    [after] = await desk.dead()
    assert (after.body, after.code, after.named) == (b"", "seal_broken", "")
    assert len(after.hash) == 64
    async with await desk.bus.letters(DESK) as letters:
        with pytest.raises(ValueError, match="its sender must send it anew"):
            await letters.replay(after.seq)


async def test_a_bus_that_is_away_keeps_no_key_from_its_end(desk: Desk) -> None:
    await weeks(desk, 1)
    desk.drivers.clock.now += WEEK
    never_connected = broker(desk.bus.url, desk.bus.keys.seed(DESK, Role.WORKER))
    with suppress(Exception):
        await tend(desk.bus.agency(DESK), desk.drivers, never_connected)
    assert f"{DESK}.1." not in private_keys(desk)


async def test_what_comes_about_an_erased_case_leaves_nothing_that_can_be_read(desk: Desk) -> None:
    message, other = desk.bus.signal(), desk.bus.signal()
    await put(desk, desk.bus.seal(POLICE).closed(message, DESK))
    await put(desk, message.to_json()[:-9])
    await put(desk, desk.bus.seal(POLICE).closed(other, DESK))
    await desk.drivers.case_keys(DESK).forget(message.caseref)
    await desk.tend()
    assert [letter.body != b"" for letter in await desk.dead()] == [True, False, False]
    assert sum(letter.hash != "" for letter in await desk.dead()) == 2
    await desk.tend()
    assert len(await desk.dead()) == 3


class Watch:
    """A clock, and time that nobody can set."""

    def __init__(self) -> None:
        self.clock, self.passed = 1_000_000.0, 50.0

    def goes_on(self, seconds: float, *, set_by: float = 0.0) -> None:
        self.clock, self.passed = self.clock + seconds + set_by, self.passed + seconds


@pytest.mark.parametrize("weeks", [3, -3])
def test_a_clock_that_was_set_is_believed_at_the_next_look_only(weeks: int) -> None:
    watch, month = Watch(), timedelta(weeks=weeks).total_seconds()
    steady = Steady(lambda: watch.clock, lambda: watch.passed)
    watch.goes_on(tending.OFTEN)
    assert steady.jumped() is None
    watch.goes_on(tending.OFTEN, set_by=month)
    assert steady.jumped() == timedelta(weeks=weeks)
    watch.goes_on(tending.OFTEN, set_by=-month)
    assert steady.jumped() == timedelta(weeks=-weeks), "set right meanwhile: no key ever heard of it"
    watch.goes_on(tending.OFTEN, set_by=month)
    assert steady.jumped() is not None
    watch.goes_on(tending.OFTEN)
    assert steady.jumped() is None


def test_a_machine_that_slept_has_no_clock_that_was_set() -> None:
    watch = Watch()
    steady = Steady(lambda: watch.clock, lambda: watch.passed)
    watch.goes_on(timedelta(weeks=3).total_seconds())
    assert steady.jumped() is None
