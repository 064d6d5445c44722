"""What works on batches, over real rows and files that are doubles: each item is decided once, whatever happens between."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from console.batches.runner import MOST_UNKNOWN, NO_ANSWER, NO_LOG, NO_RIGHT, Ended, Halt, Runner
from runtime.migrations import Tables, upgrade
from runtime.sessions.batches import MOST_ITEMS, Batch, Batches, Done, Item, Order, State, Whose

ME = Whose("almere", "c-17")
ORDER = Order("acknowledge_gap", "{}")


@pytest.fixture
def rows(tmp_path: Path) -> Batches:
    url = f"sqlite:///{tmp_path}/console.db"
    upgrade(url, Tables.SESSIONS)
    return Batches(url)


class Deciding:
    """Files that know a ticket again, as real ones do."""

    def __init__(self) -> None:
        self.effects: Counter[str] = Counter()
        self.known: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.refuses: set[str] = set()
        self.silent: set[str] = set()
        self.halts = ""
        self.before: Callable[[Item], Awaitable[None]] | None = None
        self.after: Callable[[Item], Awaitable[None]] | None = None

    async def __call__(self, batch: Batch, item: Item) -> Ended:
        self.asked.append((batch.agency, item.target))
        if self.before:
            await self.before(item)
        if self.halts:
            raise Halt(self.halts)
        if item.target in self.refuses:
            return Ended(Done.REFUSED, "not now")
        if item.ticket not in self.known:
            self.known.add(item.ticket)
            self.effects[item.target] += 1
        if self.after:
            await self.after(item)
        return Ended(Done.UNKNOWN) if item.target in self.silent else Ended(Done.DONE, "closed")


async def until(rows: Batches, *states: State, batch: str = "b1") -> Batch:
    async with asyncio.timeout(60):
        while True:
            found = await rows.find(batch, ME)
            assert found
            if found.state in states:
                return found
            await asyncio.sleep(0.01)


async def tried(rows: Batches, runner: Runner, count: int) -> list[str]:
    """A batch of which one was tried."""
    targets = [f"coverage-{number}" for number in range(count)]
    await rows.make("b1", ME, ORDER, targets)
    runner.wake("almere")
    await until(rows, State.TRIED)
    return targets


def anybody(agency: str, person: str) -> bool:
    return bool(agency and person)


def may(agency: str, person: str) -> bool:
    return (agency, person) == ME


async def test_one_is_tried_and_the_rest_waits_for_a_second_press(rows: Batches) -> None:
    deciding = Deciding()
    runner = Runner(rows, deciding, may, pause=0)
    async with runner.running():
        targets = await tried(rows, runner, 5)
        runner.wake("almere")
        assert deciding.effects == {targets[0]: 1}
        await rows.again("b1", State.WORKING)
        runner.wake("almere")
        await until(rows, State.ENDED)
    assert deciding.effects == dict.fromkeys(targets, 1)
    assert {item.answer for item in await rows.items("b1")} == {"closed"}


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_killed_in_the_middle_each_item_is_done_once(rows: Batches, moment: str) -> None:
    """Every seventh item the process ends, before or after it decided; another one goes on over the same rows."""
    deciding = Deciding()
    killed = asyncio.Event()
    kills = 0

    async def kill(item: Item) -> None:
        if item.number % 7 == 0 and not item.begun:
            killed.set()
            await asyncio.sleep(60)

    setattr(deciding, moment, kill)
    first = Runner(rows, deciding, may, pause=0)
    async with first.running():
        targets = await tried(rows, first, 30)
    await rows.again("b1", State.WORKING)
    while True:
        killed.clear()
        async with Runner(rows, deciding, may, pause=0).running():
            waiting = {asyncio.create_task(killed.wait()), asyncio.create_task(until(rows, State.ENDED))}
            _, left = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in left:
                task.cancel()
        if not killed.is_set():
            break
        kills += 1
    assert kills == 4
    assert deciding.effects == dict.fromkeys(targets, 1)
    assert [item.state for item in await rows.items("b1")] == [Done.DONE] * 30


async def test_five_hundred_with_refusals_are_each_done_or_named(rows: Batches) -> None:
    deciding = Deciding()
    deciding.refuses = {f"coverage-{number}" for number in range(20, 50)}
    runner = Runner(rows, deciding, may, pause=0)
    async with runner.running():
        await tried(rows, runner, MOST_ITEMS)
        await rows.again("b1", State.WORKING)
        runner.wake("almere")
        await until(rows, State.ENDED)
        counted = Counter(item.state for item in await rows.items("b1"))
        assert counted == {Done.DONE: MOST_ITEMS - 30, Done.REFUSED: 30}
        deciding.refuses = set()
        await rows.again("b1", State.WORKING)
        runner.wake("almere")
        await until(rows, State.ENDED)
    assert set(deciding.effects.values()) == {1}
    assert len(deciding.effects) == MOST_ITEMS


async def test_stopped_it_ends_before_the_next_item_and_goes_on_where_it_was(rows: Batches) -> None:
    deciding = Deciding()

    async def stop(item: Item) -> None:
        if item.number == 4:
            await rows.move("b1", (State.WORKING,), State.STOPPED, "by_hand")

    runner = Runner(rows, deciding, may, pause=0)
    async with runner.running():
        targets = await tried(rows, runner, 9)
        deciding.after = stop
        await rows.again("b1", State.WORKING)
        runner.wake("almere")
        await until(rows, State.STOPPED)
        async with asyncio.timeout(60):
            while [item.state for item in await rows.items("b1")][3] != Done.DONE:
                await asyncio.sleep(0.01)
        assert [item.state for item in await rows.items("b1")] == [Done.DONE] * 4 + [Done.WAITING] * 5
        await rows.again("b1", State.WORKING)
        runner.wake("almere")
        await until(rows, State.ENDED)
    assert deciding.effects == dict.fromkeys(targets, 1)


async def test_whoever_may_no_more_has_their_batch_stopped_also_when_it_is_found_again(rows: Batches) -> None:
    deciding, allowed = Deciding(), {"almere"}
    runner = Runner(rows, deciding, lambda agency, _: agency in allowed, pause=0)
    async with runner.running():
        await tried(rows, runner, 3)
    await rows.again("b1", State.WORKING)
    allowed.clear()
    async with Runner(rows, deciding, lambda agency, _: agency in allowed, pause=0).running():
        stopped = await until(rows, State.STOPPED)
    assert stopped.why == NO_RIGHT
    assert len(deciding.effects) == 1


async def test_what_cannot_be_written_down_stops_everything_and_nothing_was_begun(rows: Batches) -> None:
    deciding = Deciding()
    deciding.halts = NO_LOG
    runner = Runner(rows, deciding, may, pause=0)
    async with runner.running():
        await rows.make("b1", ME, ORDER, ["a-1", "a-2"])
        runner.wake("almere")
        assert (await until(rows, State.STOPPED)).why == NO_LOG
    assert [item.state for item in await rows.items("b1")] == [Done.WAITING] * 2
    assert deciding.effects == {}


async def test_where_nothing_answers_it_is_stopped_and_asked_again_with_the_same_tickets(rows: Batches) -> None:
    deciding = Deciding()
    runner = Runner(rows, deciding, may, pause=0)
    async with runner.running():
        targets = await tried(rows, runner, 10)
        deciding.silent = set(targets)
        await rows.again("b1", State.WORKING)
        runner.wake("almere")
        assert (await until(rows, State.STOPPED)).why == NO_ANSWER
        assert len(deciding.asked) == 1 + MOST_UNKNOWN
        deciding.silent = set()
        await rows.again("b1", State.WORKING)
        runner.wake("almere")
        await until(rows, State.ENDED)
    assert deciding.effects == dict.fromkeys(targets, 1)


async def test_one_agency_at_a_time_and_others_beside_it(rows: Batches) -> None:
    deciding, at_once, most = Deciding(), Counter[str](), Counter[str]()
    both = asyncio.Event()

    async def busy(item: Item) -> None:
        slug = item.target.partition("-")[0]
        at_once[slug] += 1
        most[slug] = max(most[slug], at_once[slug])
        if len([name for name, count in at_once.items() if count]) == 2:
            both.set()
        async with asyncio.timeout(30):
            await both.wait()
        at_once[slug] -= 1

    deciding.before = busy
    runner = Runner(rows, deciding, anybody, pause=0)
    async with runner.running():
        for batch, slug in (("b1", "almere"), ("b2", "almere"), ("b3", "urk")):
            await rows.make(batch, Whose(slug, "c-17"), ORDER, [f"{slug}-1", f"{slug}-2"])
            runner.wake(slug)
        await until(rows, State.TRIED)
        await until(rows, State.TRIED, batch="b2")
    assert most == {"almere": 1, "urk": 1}


async def test_rows_that_cannot_be_reached_are_asked_again(rows: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.batches.runner.LATER", 0.01)
    deciding, broken = Deciding(), 3
    reached = rows.next

    async def breaks(agency: str) -> Batch | None:
        nonlocal broken
        broken -= 1
        if broken >= 0:
            raise ConnectionError("the database is away")
        return await reached(agency)

    monkeypatch.setattr(rows, "next", breaks)
    runner = Runner(rows, deciding, may, pause=0)
    async with runner.running():
        await tried(rows, runner, 2)
    assert sum(deciding.effects.values()) == 1
