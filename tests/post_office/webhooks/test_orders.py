"""Whatever fails, is set aside, replayed or killed: of each case every event comes, in order, never two at a time."""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from shutil import copyfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from post_office.ports import CaseSeen
from post_office.webhooks.allowed import Allowed
from post_office.webhooks.courier import Courier
from post_office.webhooks.outcomes import Outcome
from post_office.webhooks.parcels import Parcel
from post_office.webhooks.sending import AT_A_TIME, Answer, Sender, To
from tests.post_office.webhooks.heard_book import OTHER, TYPE
from tests.post_office.webhooks.office import Clock, Office

HEAR, TURN, LATER, KILL, REPLAY = "hear", "turn", "later", "kill", "replay"
STEPS = st.one_of(
    st.tuples(st.just(HEAR), st.integers(0, 3), st.sampled_from((TYPE, OTHER))),
    st.tuples(st.just(TURN), st.integers(0, 6), st.none()),
    st.tuples(st.just(LATER), st.integers(1, 4_000), st.none()),
    st.tuples(st.just(KILL), st.integers(0, 6), st.none()),
    st.tuples(st.just(REPLAY), st.integers(0, 12), st.none()),
)


class Scripted(Sender):
    """Takes or does not, by chance, after a while; says who was there at the same time."""

    def __init__(self, clock: Clock, chance: Random) -> None:
        super().__init__(Allowed.read(""), clock, origin="almere")
        self._chance = chance
        self.well = False
        self.taken: list[tuple[str, int, str]] = []
        self.most = 0
        self.twice = False
        self._there: set[str] = set()

    async def send(self, to: To, parcel: Parcel) -> Answer:
        case = parcel.body.partition('"caseref":"')[2].partition('"')[0]
        self.twice = self.twice or case in self._there  # here nobody would see an error
        self._there.add(case)
        self.most = max(self.most, len(self._there))
        try:
            for _ in range(self._chance.randrange(4)):
                await asyncio.sleep(0.002)
            if self.well or self._chance.random() < 0.6:
                self.taken.append((case, parcel.position or 0, parcel.id))
                return Answer(Outcome.TAKEN, 200)
            later = timedelta(seconds=60) if self._chance.random() < 0.2 else None
            return Answer(Outcome.STATUS, 503 if later else 500, retry_after=later)
        finally:
            self._there.discard(case)


@pytest.mark.long
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=30), seed=st.integers(0, 2**16), types=st.sampled_from((frozenset(), frozenset({TYPE}))))
def test_order_per_case(empty: Path, steps: Sequence[tuple[str, int, str | None]], seed: int, types: frozenset[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copyfile(empty, Path(folder) / "a.db")
        asyncio.run(_live(f"sqlite:///{folder}/a.db", steps, Random(seed), types))


class Life:
    """An endpoint, what happens to it, and what it should have been told."""

    def __init__(self, office: Office, endpoint: str, sender: Scripted, types: frozenset[str]) -> None:
        self.office, self.endpoint, self.sender, self.types = office, endpoint, sender, types
        self.courier = Courier(endpoint, office.means)
        self.replays: list[tuple[int, int]] = []
        self.wanted: defaultdict[str, list[int]] = defaultdict(list)

    async def step(self, kind: str, number: int, event: str | None) -> None:
        match kind:
            case "hear":
                self._hear(number, event or TYPE)
            case "turn":
                for _ in range(number):
                    await self.courier.look()
                await self.courier.settle()
            case "kill":
                await self._kill(number)
            case "replay":
                await self._replay(number)
            case _:
                assert isinstance(self.office.clock, Clock)
                self.office.clock.move(number)

    def _hear(self, number: int, kind: str) -> None:
        heard = self.office.book.hear(f"k{number:024d}", kind)
        if not self.types or kind in self.types:
            self.wanted[heard.caseref].append(heard.position)

    async def _kill(self, moment: int) -> None:
        task = asyncio.create_task(self.courier.run())
        for _ in range(moment):
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self.courier = Courier(self.endpoint, self.office.means)

    async def _replay(self, number: int) -> None:
        position = min(number, await self.office.book.newest())
        await self.courier.settle()
        self.replays.append((len(self.sender.taken), position))
        await self.office.places.replay(self.endpoint, position)

    async def end_well(self) -> None:
        self.sender.well = True
        for _ in range(12):
            await self.step(LATER, 4_000, None)
            await self.courier.look()
            while await self.courier.settle():
                await self.courier.look()


async def _live(url: str, steps: Sequence[tuple[str, int, str | None]], chance: Random, types: frozenset[str]) -> None:
    clock = Clock()
    sender = Scripted(clock, chance)
    office = Office(url, clock, sender=sender)
    endpoint, _ = await office.make("http://127.0.0.1:9/", types=types)
    life = Life(office, endpoint, sender, types)
    for step in steps:
        await life.step(*step)
    await life.end_well()
    assert await office.places.count(endpoint) == 0
    _check(sender.taken, life.wanted, life.replays)
    assert not sender.twice, "two events of one case at a time"


def _check(taken: Sequence[tuple[str, int, str]], wanted: dict[str, list[int]], replays: Sequence[tuple[int, int]]) -> None:
    for case, positions in wanted.items():
        came = [(number, position) for number, (of, position, _) in enumerate(taken) if of == case]
        assert list(dict.fromkeys(position for _, position in came)) == positions, "each, the first time in order"
        highest = 0
        for number, position in came:
            back = min((to for at, to in replays if at <= number), default=None)
            assert position >= highest or (back is not None and position > back), "backwards only where it was replayed from"
            highest = max(highest, position) if back is None else position
    ids = defaultdict[int, set[str]](set)
    for _, position, event_id in taken:
        ids[position].add(event_id)
    assert all(len(same) == 1 for same in ids.values())


def test_the_check_sees_what_is_out_of_order() -> None:
    for taken in (
        [("k", 1, "a"), ("k", 3, "c"), ("k", 2, "b")],
        [("k", 1, "a"), ("k", 3, "c")],
        [("k", 1, "a"), ("k", 2, "b"), ("k", 3, "c"), ("k", 2, "b")],
        [("k", 1, "a"), ("k", 2, "b"), ("k", 3, "c"), ("k", 3, "d")],
    ):
        with pytest.raises(AssertionError):
            _check(taken, {"k": [1, 2, 3]}, [])
    _check([("k", 1, "a"), ("k", 2, "b"), ("k", 2, "b"), ("k", 3, "c")], {"k": [1, 2, 3]}, [])


class Held(Scripted):
    """Takes everything, once it may."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, Random(0))
        self.well, self.may, self.asked = True, asyncio.Event(), 0

    async def send(self, to: To, parcel: Parcel) -> Answer:
        self.asked += 1
        await self.may.wait()
        return await super().send(to, parcel)


async def test_so_many_at_a_time_and_no_more(url: str) -> None:
    clock = Clock()
    sender = Held(clock)
    office = Office(url, clock, sender=sender)
    endpoint, _ = await office.make("http://127.0.0.1:9/")
    for number in range(3 * AT_A_TIME):
        office.book.hear(f"k{number:024d}")
    courier = office.delivering.courier(endpoint)
    for _ in range(3):
        await courier.look()
        await asyncio.sleep(0)
    assert sender.asked == AT_A_TIME
    sender.may.set()
    while await courier.settle():
        await courier.look()
    assert len(sender.taken) == 3 * AT_A_TIME


async def test_what_is_set_aside_while_it_is_under_way_takes_no_other_with_it(url: str) -> None:
    clock = Clock()
    sender = Held(clock)
    office = Office(url, clock, sender=sender)
    endpoint, _ = await office.make("http://127.0.0.1:9/")
    for _ in range(3):
        office.book.hear("k0")
    courier = office.delivering.courier(endpoint)
    await courier.look()
    await asyncio.sleep(0)
    await office.desk.set_aside(endpoint, 1)
    await office.desk.set_aside(endpoint, 2)
    sender.may.set()
    await office.turn(endpoint)
    assert [position for _, position, _ in sender.taken] == [1, 3], "the first was under way already"
    assert not sender.twice


async def test_an_event_that_comes_while_its_case_moves_on_is_not_overlooked(url: str) -> None:
    """It is heard, and the feed read, between the look for what is next and its being written down."""
    clock = Clock()
    sender = Scripted(clock, Random(0))
    sender.well = True
    office = Office(url, clock, sender=sender)
    endpoint, _ = await office.make("http://127.0.0.1:9/")
    courier = office.delivering.courier(endpoint)
    looks: list[asyncio.Task[float | None]] = []
    case = office.book.case

    async def slowly(caseref: str) -> CaseSeen | None:
        seen = await case(caseref)
        if not looks:
            office.book.hear(caseref)
            looks.append(asyncio.create_task(courier.look()))
            await asyncio.sleep(0.3)
        return seen

    office.book.case = slowly
    office.book.hear("k0")
    await courier.look()
    await courier.settle()
    await asyncio.gather(*looks)
    await office.turn(endpoint)
    assert [position for _, position, _ in sender.taken] == [1, 2]
