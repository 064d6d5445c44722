"""A later event waits for an earlier one as long as that one could have been taken, and no outage counts."""

import asyncio

import pytest

from runtime.office.patience import MOST, PAUSE, Patience

ENOUGH = 45.0


class Later(Exception):  # noqa: N818
    pass


class Over(Exception):  # noqa: N818
    pass


class Clock:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def tried(patience: Patience, outcome: Exception | None, sender: str = "almere", event: str = "two") -> None:
    try:
        with patience.with_one(sender, event, later=Later, over=Over):
            if outcome:
                raise outcome
    except (Later, Over, OSError):
        pass


def waiting(clock: Clock) -> Patience:
    """An office that has been open for long, and an event that waits."""
    patience = Patience(ENOUGH, clock)
    clock.now += 10_000
    tried(patience, Later())
    return patience


def test_what_waits_long_enough_is_taken(clock: Clock) -> None:
    patience = waiting(clock)
    clock.now += ENOUGH - 1
    assert not patience.ended("almere", "two")
    tried(patience, Later())
    clock.now += 1
    assert patience.ended("almere", "two")
    tried(patience, None)
    assert not patience.ended("almere", "two"), "it waits no longer"


def test_the_time_in_which_the_office_was_closed_does_not_count(clock: Clock) -> None:
    patience = Patience(ENOUGH, clock)
    tried(patience, Later())
    clock.now += PAUSE + ENOUGH - 1
    assert not patience.ended("almere", "two"), "what was taken when it closed comes again within a minute"
    clock.now += 1
    assert patience.ended("almere", "two")


@pytest.mark.parametrize("whose", ["almere", ""])
def test_an_outage_begins_the_time_anew(clock: Clock, whose: str) -> None:
    """The missing event may have been tried in the outage: it comes again after a pause."""
    patience = waiting(clock)
    clock.now += ENOUGH - 1
    patience.disturbed(whose)
    clock.now += 2
    assert not patience.ended("almere", "two")
    clock.now += PAUSE + ENOUGH
    assert patience.ended("almere", "two")


def test_a_fault_is_noticed_by_what_was_tried_and_is_felt_by_that_sender_only(clock: Clock) -> None:
    patience = waiting(clock)
    tried(patience, Later(), "zwolle", "other")
    clock.now += ENOUGH - 1
    tried(patience, OSError(), "almere", "one")
    clock.now += 2
    assert not patience.ended("almere", "two")
    assert patience.ended("zwolle", "other")


async def test_the_bus_is_looked_at(clock: Clock) -> None:
    patience = waiting(clock)
    clock.now += ENOUGH
    assert patience.ended("almere", "two")
    looked = asyncio.Event()

    def away() -> bool:
        looked.set()
        return False

    async with patience.watching(away, look=0.01):
        await looked.wait()
        await asyncio.sleep(0.02)
    assert not patience.ended("almere", "two")


def test_how_many_wait_has_an_end(clock: Clock) -> None:
    patience = waiting(clock)
    for number in range(MOST):
        tried(patience, Later(), "zwolle", str(number))
    clock.now += ENOUGH
    assert not patience.ended("almere", "two")
    assert patience.ended("zwolle", str(MOST - 1))
