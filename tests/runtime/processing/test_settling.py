"""What became of what was sent, on SQLite and on a real PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.logged import Exchange
from contracts.reference import new_reference
from contracts.standing import Standing
from runtime.migrations import Tables, downgrade, upgrade
from runtime.processing.deliveries import SqlDeliveries
from runtime.processing.log import SqlProcessingLog
from runtime.processing.settling import Settling
from runtime.schema import check
from tests.runtime.lines import a_line, exchange

CASE = new_reference()
SHELTER, COORDINATOR = "womens-shelter", "coordinator-almere"
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
MINUTE = timedelta(minutes=1)
EVER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def log(url: str) -> SqlProcessingLog:
    upgrade(url, Tables.PROCESSING_LOG)
    return SqlProcessingLog(url)


@pytest.fixture
def kept(log: SqlProcessingLog) -> SqlDeliveries:
    return SqlDeliveries(log)


def mark(number: int) -> str:
    return f"{number:032x}"


def to(other: str, *numbers: int, case: str = CASE) -> list[Exchange]:
    return [exchange(mark(number), case, other=other) for number in numbers]


async def stands(log: SqlProcessingLog, number: int = 1, other: str = SHELTER) -> Standing:
    await log.catch_up()
    [found] = [one for one in await Settling(log).of_case(CASE) if (one.event_id, one.other) == (mark(number), other)]
    return found


async def hanging(log: SqlProcessingLog, before: datetime = EVER, most: int = 100) -> list[str]:
    return [one.standing.event_id for one in await Settling(log).hanging_letters(before, most)]


async def test_when_something_left_and_when_it_arrived_stays_known(log: SqlProcessingLog, kept: SqlDeliveries) -> None:
    await kept.begin(to(SHELTER, 1), BEGAN)
    on_its_way = await stands(log)
    assert (on_its_way.left_at, on_its_way.outcome) == (BEGAN, None)
    kept.listed(SHELTER, [mark(1)], BEGAN + MINUTE)
    assert (await stands(log)).asked_at == BEGAN + MINUTE
    before = datetime.now(UTC)
    kept.confirmed(SHELTER, [mark(1)])
    there = await stands(log)
    assert there.left_at == BEGAN
    assert there.outcome
    assert (there.outcome.arrived, there.outcome.code) == (True, None)
    assert before <= there.outcome.at <= datetime.now(UTC)


async def test_word_about_what_was_never_awaited_settles_nothing(log: SqlProcessingLog, kept: SqlDeliveries) -> None:
    await kept.begin(to(SHELTER, 1), BEGAN)
    kept.confirmed(COORDINATOR, [mark(1)])
    kept.refused(COORDINATOR, mark(1), "no_ground")
    assert (await stands(log)).outcome is None
    assert len(await Settling(log).of_case(CASE)) == 1


async def test_what_is_refused_says_so_also_after_word_that_it_arrived(log: SqlProcessingLog, kept: SqlDeliveries) -> None:
    await kept.begin(to(SHELTER, 1, 2), BEGAN)
    kept.refused(SHELTER, mark(1), "no_ground")
    kept.confirmed(SHELTER, [mark(1), mark(2)])
    kept.refused(SHELTER, mark(2), "case_closed")
    for number, code in ((1, "no_ground"), (2, "case_closed")):
        outcome = (await stands(log, number)).outcome
        assert outcome
        assert (outcome.arrived, outcome.code) == (True, code)
    assert await hanging(log) == []


async def test_what_was_lost_says_so_until_it_arrives_after_all(log: SqlProcessingLog, kept: SqlDeliveries) -> None:
    await kept.begin(to(SHELTER, 1), BEGAN)
    await kept.settle(SHELTER, [mark(1)])
    lost = (await stands(log)).outcome
    assert lost
    assert not lost.arrived
    await kept.expect(to(SHELTER, 1), BEGAN + MINUTE)
    kept.confirmed(SHELTER, [mark(1)])
    there = await stands(log)
    assert there.outcome
    assert there.outcome.arrived
    assert there.left_at == BEGAN + MINUTE
    await kept.expect(to(SHELTER, 1), BEGAN + 2 * MINUTE)
    await kept.settle(SHELTER, [mark(1)])
    again = (await stands(log)).outcome
    assert again == there.outcome, "what arrived does not get lost by a later word"


async def test_what_cannot_leave_is_held_since_the_first_time_until_it_leaves(log: SqlProcessingLog, kept: SqlDeliveries) -> None:
    for tries in (0, 1):
        await kept.begin(to(SHELTER, 1), BEGAN + tries * MINUTE)
        await kept.withdraw(to(SHELTER, 1), BEGAN + tries * MINUTE)
    held = await stands(log)
    assert (held.held_at, held.left_at, held.outcome) == (BEGAN, None, None)
    assert await hanging(log) == [mark(1)]
    assert await Settling(log).held_to() == 1
    await kept.expect(to(SHELTER, 1), BEGAN + 5 * MINUTE)
    assert await Settling(log).held_to() == 0
    left = await stands(log)
    assert (left.held_at, left.left_at) == (None, BEGAN + 5 * MINUTE)


@pytest.mark.parametrize("code", [None, "too_large"])
async def test_what_never_leaves_does_not_hang(log: SqlProcessingLog, kept: SqlDeliveries, code: str | None) -> None:
    await kept.begin(to(SHELTER, 1, 2), BEGAN)
    await kept.withdraw(to(SHELTER, 1, 2), BEGAN)
    await kept.never(to(SHELTER, 1), BEGAN + MINUTE, code)
    assert await hanging(log) == [mark(2)]
    assert await Settling(log).counted(EVER) == {SHELTER: 1}
    known = await stands(log)
    assert (known.held_at, known.never_at, known.code) == (BEGAN, BEGAN + MINUTE, code or "")
    await kept.withdraw(to(SHELTER, 1), BEGAN + 2 * MINUTE)
    assert await hanging(log) == [mark(2)], "a try that ends late"
    await kept.expect(to(SHELTER, 2), BEGAN)
    assert await Settling(log).held_to() == 0


async def test_what_is_known_never_to_leave_before_it_was_tried_does_not_hang_either(
    log: SqlProcessingLog, kept: SqlDeliveries
) -> None:
    await kept.never(to(SHELTER, 1), BEGAN)
    assert await hanging(log) == []
    assert await Settling(log).held_to() == 0


async def test_what_left_after_all_is_awaited(log: SqlProcessingLog, kept: SqlDeliveries) -> None:
    """It left, and its ground had gone before anybody heard that it had."""
    await kept.begin(to(SHELTER, 1), BEGAN)
    await kept.never(to(SHELTER, 1), BEGAN + MINUTE)
    assert await hanging(log) == [mark(1)]
    assert (await stands(log)).left_at == BEGAN


async def test_what_hangs_is_listed_with_its_case_the_oldest_first(log: SqlProcessingLog, kept: SqlDeliveries) -> None:
    other = new_reference()
    await kept.begin(to(SHELTER, 3), BEGAN + 3 * MINUTE)
    await kept.begin(to(COORDINATOR, 1, case=other), BEGAN + MINUTE)
    await kept.begin(to(SHELTER, 2), BEGAN + 2 * MINUTE)
    await kept.withdraw(to(SHELTER, 2), BEGAN + 2 * MINUTE)
    await kept.begin(to(SHELTER, 4), BEGAN + 4 * MINUTE)
    kept.confirmed(SHELTER, [mark(4)])
    await log.write([a_line(9, CASE)])
    found = await Settling(log).hanging_letters(EVER, 100)
    assert [one.standing.event_id for one in found] == [mark(1), mark(2), mark(3)]
    assert [one.reference for one in found] == [other, CASE, CASE]
    assert [one.since for one in found] == [BEGAN + number * MINUTE for number in (1, 2, 3)]
    assert {one.event_type for one in found} == {"nl.keten.signals.reported.v1"}
    assert await hanging(log, most=2) == [mark(1), mark(2)]
    assert await hanging(log, before=BEGAN + 2 * MINUTE) == [mark(1)]
    assert await Settling(log).counted(EVER) == {SHELTER: 2, COORDINATOR: 1}


async def test_an_event_that_left_at_another_time_does_not_count_twice(log: SqlProcessingLog, kept: SqlDeliveries) -> None:
    """It was posted again, which failed: it is awaited since the first time, or was confirmed already."""
    await kept.begin(to(SHELTER, 1, 2), BEGAN)
    kept.confirmed(SHELTER, [mark(2)])
    await kept.withdraw(to(SHELTER, 1, 2), BEGAN + MINUTE)
    assert await hanging(log) == [mark(1)]
    assert await Settling(log).counted(EVER) == {SHELTER: 1}
    assert (await stands(log)).left_at == BEGAN
    outcome = (await stands(log, 2)).outcome
    assert outcome
    assert outcome.arrived


@pytest.mark.parametrize("before", ["0002", "0003"])
def test_a_database_of_the_version_before_gets_the_tables_and_can_lose_them_again(url: str, before: str) -> None:
    upgrade(url, Tables.PROCESSING_LOG, before)
    upgrade(url, Tables.PROCESSING_LOG)
    check(url, Tables.PROCESSING_LOG)
    downgrade(url, before, Tables.PROCESSING_LOG)
    upgrade(url, Tables.PROCESSING_LOG)
    check(url, Tables.PROCESSING_LOG)
