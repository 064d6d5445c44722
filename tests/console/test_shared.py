"""Answers that are given again to all who ask within seconds."""

import asyncio

import pytest

from console.shared import LASTS, MOST, Shared


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


class Asked:
    """A question, and how often it was asked."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.times = 0
        self.fault = fault
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def __call__(self) -> int:
        self.times += 1
        number = self.times
        await self.goes_on.wait()
        if self.fault:
            raise self.fault
        return number


async def test_one_answer_is_for_all_who_ask_within_seconds() -> None:
    clock, question = Clock(), Asked()
    shared = Shared(clock)
    first = await shared.answer("a", "counts", question)
    clock.at += LASTS - 0.1
    again = await shared.answer("a", "counts", question)
    assert (again, question.times) == (first, 1)
    clock.at += 0.2
    assert (await shared.answer("a", "counts", question)).value == 2


async def test_who_asks_side_by_side_waits_for_the_same_answer() -> None:
    shared, question = Shared(), Asked()
    question.goes_on.clear()
    asking = [asyncio.create_task(shared.answer("a", "counts", question)) for _ in range(20)]
    await asyncio.sleep(0)
    asking[0].cancel()
    await asyncio.sleep(0)
    question.goes_on.set()
    answers = await asyncio.gather(*asking[1:])
    assert {answer.value for answer in answers} == {1}, "although the one who asked first went away"


async def test_another_agency_and_another_question_are_asked_for_themselves() -> None:
    shared, question = Shared(), Asked()
    for key in (("a", "counts"), ("b", "counts"), ("a", "turns")):
        await shared.answer(*key, question)
    assert question.times == 3


async def test_a_fault_is_given_to_whoever_waits_and_is_not_remembered() -> None:
    shared, question = Shared(), Asked(ConnectionError("away"))
    for times in (1, 2):
        with pytest.raises(ConnectionError):
            await shared.answer("a", "counts", question)
        assert question.times == times
    question.fault = None
    assert (await shared.answer("a", "counts", question)).value == 3


async def test_who_wants_what_is_newer_is_given_that_and_so_is_whoever_asks_next() -> None:
    clock, question = Clock(), Asked()
    shared = Shared(clock)
    await shared.answer("a", "turns", question)
    clock.at += 6
    assert (await shared.answer("a", "turns", question)).value == 1
    newer = await shared.answer("a", "turns", question, lasts=5)
    assert newer.value == 2
    clock.at += LASTS - 1
    assert await shared.answer("a", "turns", question) == newer


async def test_what_was_asked_before_a_decision_is_given_to_nobody_after_it() -> None:
    shared, slow, after = Shared(), Asked(), Asked()
    await shared.answer("a", "counts", slow)
    await shared.answer("b", "counts", slow)
    slow.goes_on.clear()
    before = asyncio.create_task(shared.answer("a", "turns", slow))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    shared.forget("a")
    after.times = 100
    assert (await shared.answer("a", "turns", after)).value == 101
    slow.goes_on.set()
    assert (await before).value == 3
    assert (await shared.answer("a", "turns", after)).value == 101, "what was under way then is not remembered"
    assert (await shared.answer("a", "counts", after)).value == 102
    assert (await shared.answer("b", "counts", after)).value == 2, "another agency's stays"


async def test_not_more_is_remembered_than_a_bound() -> None:
    shared, question = Shared(), Asked()
    for number in range(MOST + 5):
        await shared.answer("a", str(number), question)
    await shared.answer("a", str(MOST + 4), question)
    assert question.times == MOST + 5
    await shared.answer("a", "0", question)
    assert question.times == MOST + 6


async def test_what_was_quick_to_ask_is_asked_each_time_and_what_took_long_lasts_as_many_times_as_long() -> None:
    clock, question = Clock(), Asked()
    shared = Shared(clock)

    async def slow() -> int:
        clock.at += 0.2
        return await question()

    for _ in range(3):
        await shared.answer("a", "quick", question, worth=20)
    assert question.times == 3
    asked: list[int] = []
    for seconds in (0, 3.7, 0.2, 0):
        clock.at += seconds
        asked.append((await shared.answer("a", "slow", slow, worth=20)).value)
    assert asked == [4, 4, 5, 5]


async def test_what_took_very_long_lasts_no_longer_than_other_answers() -> None:
    clock, question = Clock(), Asked()
    shared = Shared(clock)

    async def slow() -> int:
        clock.at += 5
        return await question()

    for seconds, times in ((0, 1), (LASTS - 5.1, 1), (0.2, 2)):
        clock.at += seconds
        assert (await shared.answer("a", "slow", slow, worth=20)).value == times
