"""Batches as rows: what was done is known, whoever asks and whenever."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from runtime.migrations import Tables, upgrade
from runtime.schema import check
from runtime.sessions import batches as module
from runtime.sessions.batches import KEPT, MOST_ITEMS, MOST_UNDER_WAY, Batches, Done, Order, State, TooMany, Whose

ME, OTHER, ELSEWHERE = Whose("almere", "c-17"), Whose("almere", "c-18"), Whose("urk", "c-17")
ORDER = Order("acknowledge_gap", "{}")


@pytest.fixture
def batches(url: str) -> Batches:
    upgrade(url, Tables.SESSIONS)
    check(url, Tables.SESSIONS)
    return Batches(url)


async def states(batches: Batches, batch: str = "b1") -> list[str]:
    return [item.state for item in await batches.items(batch)]


async def test_a_batch_is_there_for_who_made_it_and_for_nobody_else(batches: Batches) -> None:
    await batches.make("b1", ME, ORDER, ["coverage-1", "coverage-2"])
    assert [await batches.find("b1", whose) is not None for whose in (ME, OTHER, ELSEWHERE)] == [True, False, False]
    assert [len(await batches.of(whose)) for whose in (ME, OTHER, ELSEWHERE)] == [1, 0, 0]
    [(found, counts)] = await batches.of(ME)
    assert (found.command, found.state, counts) == ("acknowledge_gap", State.TRYING, {Done.WAITING: 2})


async def test_what_is_made_twice_is_one(batches: Batches) -> None:
    for targets in (["a-1", "a-2"], ["a-3"]):
        await batches.make("b1", ME, ORDER, targets)
    assert [item.target for item in await batches.items("b1")] == ["a-1", "a-2"]


async def test_each_item_has_a_ticket_of_its_own_that_stays(batches: Batches) -> None:
    await batches.make("b1", ME, ORDER, [f"a-{number}" for number in range(MOST_ITEMS)])
    tickets = [item.ticket for item in await batches.items("b1")]
    assert len(set(tickets)) == MOST_ITEMS
    first = await batches.claim("b1")
    assert first
    assert not first.begun
    again = await batches.claim("b1")
    assert again
    assert (again.number, again.ticket, again.begun) == (first.number, first.ticket, True), "it was under way: it is the same"


@pytest.mark.parametrize("count", [0, MOST_ITEMS + 1])
async def test_a_batch_has_one_to_five_hundred_items(batches: Batches, count: int) -> None:
    with pytest.raises(TooMany):
        await batches.make("b1", ME, ORDER, ["a-1"] * count)
    assert await batches.find("b1", ME) is None


async def test_an_agency_has_so_many_under_way_and_others_beside_it(batches: Batches) -> None:
    for number in range(MOST_UNDER_WAY):
        await batches.make(f"b{number}", ME, ORDER, ["a-1"])
    with pytest.raises(TooMany):
        await batches.make("more", OTHER, ORDER, ["a-1"])
    await batches.make("b0", ME, ORDER, ["a-1"])
    await batches.make("there", ELSEWHERE, ORDER, ["a-1"])
    assert await batches.move("b0", (State.TRYING,), State.STOPPED, "by_hand")
    await batches.make("more", OTHER, ORDER, ["a-1"])


async def test_one_is_tried_and_then_it_waits(batches: Batches) -> None:
    await batches.make("b1", ME, ORDER, ["a-1", "a-2"])
    assert await batches.claim("b1")
    await batches.settle("b1", 1, Done.DONE, "closed")
    assert await batches.claim("b1") is None
    assert await batches.next("almere") is None
    found = await batches.find("b1", ME)
    assert found
    assert found.state == State.TRIED


async def test_of_a_batch_that_was_stopped_nothing_is_claimed(batches: Batches) -> None:
    await batches.make("b1", ME, ORDER, ["a-1"])
    await batches.move("b1", (State.TRYING,), State.STOPPED, "by_hand")
    assert await batches.claim("b1") is None
    assert await states(batches) == [Done.WAITING]


async def test_only_after_a_refusal_there_is_a_new_ticket(batches: Batches) -> None:
    await batches.make("b1", ME, ORDER, ["a-1", "a-2", "a-3"])
    before = [item.ticket for item in await batches.items("b1")]
    for number, state in enumerate((Done.DONE, Done.REFUSED, Done.UNKNOWN), 1):
        await batches.settle("b1", number, state)
    assert await batches.again("b1", State.WORKING)
    after = await batches.items("b1")
    assert [item.state for item in after] == [Done.DONE, Done.WAITING, Done.WAITING]
    assert [one == other.ticket for one, other in zip(before, after, strict=True)] == [True, False, True]
    assert not await batches.again("b1", State.WORKING), "it is under way"


async def test_while_others_wait_what_was_refused_stays_so(batches: Batches) -> None:
    await batches.make("b1", ME, ORDER, ["a-1", "a-2"])
    await batches.settle("b1", 1, Done.REFUSED, "no")
    await batches.again("b1", State.TRYING)
    assert await states(batches) == [Done.REFUSED, Done.WAITING]


async def test_what_is_tried_goes_before_what_is_long(batches: Batches) -> None:
    await batches.make("b1", ME, ORDER, ["a-1"])
    await batches.move("b1", (State.TRYING,), State.WORKING)
    await batches.make("b2", ME, ORDER, ["a-1"])
    found = await batches.next("almere")
    assert found
    assert found.id == "b2"
    assert await batches.moving() == ["almere"]


async def test_of_many_batches_of_a_person_the_oldest_that_ended_goes(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 3)
    upgrade(url, Tables.SESSIONS)
    moments = (datetime.now(UTC) + timedelta(seconds=second) for second in itertools.count())
    batches = Batches(url, lambda: next(moments))
    for name in ("b1", "b2", "b3"):
        await batches.make(name, ME, ORDER, ["a-1"])
        await batches.move(name, (State.TRYING,), State.STOPPED if name == "b1" else State.ENDED)
    await batches.make("other", OTHER, ORDER, ["a-1"])
    await batches.make("b4", ME, ORDER, ["a-1"])
    assert [batch.id for batch, _ in await batches.of(ME)] == ["b4", "b3", "b1"], "what has not ended stays"
    assert await batches.items("b2") == []
    assert await batches.find("other", OTHER)


async def test_a_person_with_many_that_have_not_ended_makes_no_more(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 2)
    for name in ("b1", "b2"):
        await batches.make(name, ME, ORDER, ["a-1"])
        await batches.move(name, (State.TRYING,), State.STOPPED)
    with pytest.raises(TooMany):
        await batches.make("b3", ME, ORDER, ["a-1"])
    assert await batches.find("b3", ME) is None
    await batches.make("b3", OTHER, ORDER, ["a-1"])


async def test_batches_go_after_their_time(url: str) -> None:
    upgrade(url, Tables.SESSIONS)
    now = datetime.now(UTC)
    await Batches(url, lambda: now - KEPT).make("old", ME, ORDER, ["a-1"])
    await Batches(url, lambda: now - KEPT + timedelta(days=1)).make("new", ME, ORDER, ["a-1"])
    assert await Batches(url, lambda: now).sweep() == 1
    assert await Batches(url).items("old") == []
    assert len(await Batches(url).items("new")) == 1
