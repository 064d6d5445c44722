"""A post office is killed again and again: what it said it kept arrives, once, in the order of its case."""

import asyncio
import contextlib
import json
import os
import random
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from post_office.ports import Heard, Stage
from tests.bus_server import DESK, POLICE, BusServer, eventually
from tests.post_office.at_work import PATIENT, at_work, heard, signal, until

pytestmark = pytest.mark.long


class Driven:
    """A post office in a process that can be killed, and all that was handed in there."""

    def __init__(self, bus: BusServer, slug: str, *, control: str = "") -> None:
        self._bus = bus
        self._slug = slug
        self._control = control
        self._process: Process | None = None
        self._waiting: dict[str, tuple[bytes, asyncio.Future[str]]] = {}
        self._reading: asyncio.Task[None] | None = None
        self.starts = 0
        self.kept = 0

    async def start(self) -> None:
        """Start it, wait until it is open, and hand in again what it had not said to have kept."""
        home = str(self._bus.keys.path.parent)
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.post_office.driven", home, self._bus.url, self._slug),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=os.environ | ({"CONTROL": self._control} if self._control else {}),
        )
        assert self._process.stdout
        while not (line := await self._process.stdout.readline()).startswith(b"open"):
            assert line, f"it ended with {await self._process.wait()}"
        self.starts += 1
        self._reading = asyncio.create_task(self._read(self._process))
        for line, _ in list(self._waiting.values()):
            self._write(line)

    async def kill(self) -> None:
        """Without a word."""
        assert self._process
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        if self._reading:
            await self._reading

    async def keep(self, number: str, account: str, caseref: str | None) -> str:
        """Hand something in; gives the reference of its case when it is said to be kept."""
        draft = signal(number, caseref=caseref, data={"signal": {"municipality": "GM0995", "account": account}})
        line = json.dumps(draft._asdict()).encode() + b"\n"
        answer = asyncio.get_running_loop().create_future()
        self._waiting[draft.id] = (line, answer)
        self._write(line)
        return await answer

    def _write(self, line: bytes) -> None:
        assert self._process
        assert self._process.stdin
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(line)

    async def _read(self, process: Process) -> None:
        assert process.stdout
        while line := await process.stdout.readline():
            words = line.decode().split()
            if line.endswith(b"\n") and words[0] in self._waiting:
                self._waiting.pop(words[0])[1].set_result(words[1])
                self.kept += 1


@asynccontextmanager
async def driven(bus: BusServer, slug: str, *, control: str = "") -> AsyncGenerator[Driven]:
    one = Driven(bus, slug, control=control)
    await one.start()
    try:
        yield one
    finally:
        await one.kill()


async def live(police: Driven, case: int, events: int) -> None:
    reference = None
    for number in range(events):
        reference = await police.keep(f"{case}-{number}", f"{case} {number}", reference)


def in_order(feed: list[Heard], cases: int, events: int) -> None:
    said: defaultdict[int, list[int]] = defaultdict(list)
    assert [event.position for event in feed] == list(range(1, len(feed) + 1))
    for event in feed:
        assert event.event
        case, number = map(int, event.event["data"]["signal"]["account"].split())
        said[case].append(number)
    wrong = {case: numbers for case, numbers in said.items() if numbers != list(range(events))}
    assert not wrong, wrong
    assert len(said) == cases


async def _killed_again_and_again(bus: BusServer, cases: int, events: int, kills: int, seed: int) -> None:
    """Both post offices in turn, at any moment."""
    chance = random.Random(seed)
    async with driven(bus, POLICE) as police, driven(bus, DESK) as desk:
        living = asyncio.gather(*(live(police, case, events) for case in range(cases)))
        for kill in range(kills):
            await asyncio.sleep(chance.uniform(0.05, 1.5))
            one = desk if kill % 3 == 2 else police
            await one.kill()
            await one.start()
        await living
        await desk.kill()
        async with at_work(bus, DESK, **PATIENT) as whole:
            in_order(await heard(whole, cases * events), cases, events)
        await desk.start()
    async with at_work(bus, DESK, **PATIENT) as whole:
        assert await whole.book.newest() == cases * events


async def test_what_was_said_to_be_kept_arrives_though_the_process_is_killed(bus: BusServer) -> None:
    await _killed_again_and_again(bus, cases=8, events=6, kills=4, seed=1)


@pytest.mark.chaos
@pytest.mark.timeout(1800)
async def test_twenty_kills_among_two_thousand_events(bus: BusServer) -> None:
    await _killed_again_and_again(bus, cases=50, events=40, kills=20, seed=int(os.environ.get("CHAOS_SEED", "46")))


async def test_a_post_office_that_answers_before_it_wrote_is_found_out(bus: BusServer) -> None:
    async with driven(bus, POLICE, control="answer") as police:
        await police.keep("1", "0 0", None)
    async with at_work(bus, POLICE) as whole:
        assert await whole.book.sent("signal-1") is None, "it said it had kept this"
    async with driven(bus, POLICE) as police:
        await police.keep("2", "0 0", None)
    async with at_work(bus, POLICE) as whole:
        assert await whole.book.sent("signal-2") is not None


async def _all_acknowledged(bus: BusServer) -> None:
    async def empty() -> bool:
        return not await bus.waiting(DESK)

    await eventually(empty)


@pytest.mark.parametrize("control", ["", "acknowledge"])
async def test_what_was_acknowledged_to_the_bus_is_in_the_feed_though_the_process_is_killed(bus: BusServer, control: str) -> None:
    """And a post office that acknowledges before it wrote is found out."""
    async with at_work(bus, POLICE) as police:
        await police.book.keep([signal(1)])
        async with driven(bus, DESK, control=control) as desk:
            await until(police, "signal-1", Stage.SENT)
            await _all_acknowledged(bus)
            await desk.kill()
    async with at_work(bus, DESK, **PATIENT) as whole:
        assert await whole.book.newest() == (0 if control else 1)
