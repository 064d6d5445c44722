"""What is awaited word of, on SQLite and on a real PostgreSQL."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from contracts.processing import Processing
from contracts.reference import new_reference
from runtime.migrations import Tables, downgrade, upgrade
from runtime.processing.deliveries import FIRST_AGAIN, Awaited, SqlDeliveries
from runtime.processing.log import SqlProcessingLog
from runtime.schema import check
from tests.runtime.lines import a_line, exchange

CASE = new_reference()
SOON = timedelta(seconds=10)
SHELTER, COORDINATOR = "womens-shelter", "coordinator-almere"


@pytest.fixture
def prepared(url: str) -> str:
    upgrade(url, Tables.PROCESSING_LOG)
    return url


@pytest.fixture
def kept(prepared: str) -> SqlDeliveries:
    return SqlDeliveries(prepared)


def mark(number: int) -> str:
    return f"{number:032x}"


async def test_what_was_sent_is_asked_about_until_its_recipient_knows_it(prepared: str, kept: SqlDeliveries) -> None:
    await kept.expect([exchange(mark(1), CASE, other=SHELTER), exchange(mark(2), CASE, other=COORDINATOR)])
    await kept.expect([exchange(mark(1), CASE, other=SHELTER), exchange(mark(3), CASE, other=SHELTER)])
    await kept.expect([])
    again = SqlDeliveries(prepared)
    assert await again.due(500, datetime.now(UTC)) == {SHELTER: (mark(1), mark(3)), COORDINATOR: (mark(2),)}
    await again.settle(SHELTER, [mark(1), mark(2)])
    assert await kept.due(500, datetime.now(UTC)) == {SHELTER: (mark(3),), COORDINATOR: (mark(2),)}, "only its own"
    assert await kept.awaited(SHELTER, [mark(1), mark(2), mark(3)]) == (Awaited(CASE, "report", 0),)


async def test_no_question_is_longer_than_the_bus_takes_and_the_oldest_come_first(kept: SqlDeliveries) -> None:
    for number in range(5, 0, -1):
        await kept.expect([exchange(mark(number), CASE, other=SHELTER)])
    assert await kept.due(2, datetime.now(UTC)) == {SHELTER: (mark(5), mark(4))}


async def test_the_same_is_asked_again_after_a_minute_and_then_later_and_later(kept: SqlDeliveries) -> None:
    await kept.expect([exchange(mark(1), CASE, other=SHELTER)])
    sent = now = datetime.now(UTC)
    asked: list[timedelta] = []
    while now - sent < timedelta(hours=3):
        if await kept.due(500, now):
            await kept.listed(SHELTER, [mark(1)], now)
            asked.append(now - sent)
        now += SOON
    assert asked[0] < SOON
    assert FIRST_AGAIN <= asked[1] < FIRST_AGAIN + 2 * SOON
    assert all(2 * before <= after + SOON for before, after in pairwise(asked[1:]))
    assert len(asked) < 12


async def test_who_leaves_a_question_without_answer_is_silent(kept: SqlDeliveries) -> None:
    await kept.expect([exchange(mark(1), CASE, other=SHELTER), exchange(mark(2), CASE, other=COORDINATOR)])
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert await kept.silent(later) == {}, "nobody asked"
    await kept.listed(SHELTER, [mark(1)], datetime.now(UTC))
    assert await kept.silent(later) == {SHELTER: 1}
    assert await kept.silent(later - timedelta(minutes=2)) == {}, "not long enough"
    await kept.settle(SHELTER, [mark(1)])
    assert await kept.silent(later) == {}


async def test_an_event_is_known_that_was_taken_from_that_sender_or_refused(prepared: str, kept: SqlDeliveries) -> None:
    line: Processing = a_line(1, CASE)
    await SqlProcessingLog(prepared).write([line, line.refused(line.end_time), a_line(2, CASE, other=SHELTER)])
    asked = [mark(3), mark(2), mark(1)]
    assert await kept.unknown(line.counterparty, asked) == (mark(3), mark(2))
    assert await kept.unknown(SHELTER, asked) == (mark(3), mark(1))


def test_a_database_of_the_version_before_gets_the_table_and_can_lose_it_again(url: str) -> None:
    upgrade(url, Tables.PROCESSING_LOG, "0001")
    upgrade(url, Tables.PROCESSING_LOG)
    check(url, Tables.PROCESSING_LOG)
    downgrade(url, "0001", Tables.PROCESSING_LOG)
    upgrade(url, Tables.PROCESSING_LOG)
    check(url, Tables.PROCESSING_LOG)
