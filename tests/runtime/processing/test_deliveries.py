"""What is awaited word of, on SQLite and on a real PostgreSQL."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from contracts.logged import Exchange
from contracts.processing import Processing
from contracts.reference import new_reference
from runtime.database import open_database
from runtime.migrations import Tables, downgrade, upgrade
from runtime.processing.deliveries import FIRST_AGAIN, Awaited, SqlDeliveries, Unconfirmed
from runtime.processing.log import NotLogged, SqlProcessingLog
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
    return opened(prepared)


def opened(url: str) -> SqlDeliveries:
    """As another process sees it."""
    return SqlDeliveries(SqlProcessingLog(url))


def mark(number: int) -> str:
    return f"{number:032x}"


def to(other: str, *numbers: int) -> list[Exchange]:
    return [exchange(mark(number), CASE, other=other) for number in numbers]


def now() -> datetime:
    return datetime.now(UTC)


async def test_what_was_sent_is_asked_about_until_its_recipient_knows_it(prepared: str, kept: SqlDeliveries) -> None:
    await kept.expect([*to(SHELTER, 1), *to(COORDINATOR, 2)], now())
    await kept.expect(to(SHELTER, 1, 3), now())
    assert await kept.due(500, now()) == {SHELTER: (mark(1), mark(3)), COORDINATOR: (mark(2),)}
    await opened(prepared).settle(SHELTER, [mark(1), mark(2)])
    assert await kept.due(500, now()) == {SHELTER: (mark(3),), COORDINATOR: (mark(2),)}, "only its own"
    assert await kept.awaited(SHELTER, [mark(1), mark(2), mark(3)]) == (Awaited(CASE, "report", 0),)


async def test_a_letter_and_its_line_are_written_at_once_or_neither(prepared: str, kept: SqlDeliveries) -> None:
    """Before it leaves; and it is asked about when it has left."""
    await kept.begin(to(SHELTER, 1, 2), now())
    assert await kept.due(500, now()) == {}
    kept.left(to(SHELTER, 1))
    assert await kept.due(500, now()) == {SHELTER: (mark(1),)}
    log = SqlProcessingLog(prepared)
    assert [line.event_id for line in await log.about(CASE)] == [mark(1), mark(2)]
    with open_database(prepared).begin() as connection:
        connection.execute(text("DROP TABLE awaited"))
    with pytest.raises(NotLogged):
        await kept.begin(to(SHELTER, 3), now())
    assert len(await log.about(CASE)) == 2
    await kept.begin(to(SHELTER, 3), now(), awaited=False)
    assert len(await log.about(CASE)) == 3


async def test_what_a_killed_process_posted_is_asked_about_after_a_minute(prepared: str, kept: SqlDeliveries) -> None:
    """Until then it is not known whether it left; so long the next process waits, however long ago it was."""
    await kept.begin(to(SHELTER, 1), now() - timedelta(hours=1))
    again = opened(prepared)
    assert await again.due(500, now() + FIRST_AGAIN - SOON) == {}
    assert await again.due(500, now() + FIRST_AGAIN) == {SHELTER: (mark(1),)}


async def test_what_did_not_leave_is_not_awaited_unless_it_left_at_another_time(prepared: str, kept: SqlDeliveries) -> None:
    began = now()
    await kept.begin([*to(SHELTER, 1, 2), *to(COORDINATOR, 1)], began)
    await kept.withdraw(to(SHELTER, 1), began)
    await opened(prepared).expect(to(SHELTER, 2), began + SOON)
    await kept.withdraw(to(SHELTER, 2), began)
    assert await kept.due(500, now() + 2 * FIRST_AGAIN) == {COORDINATOR: (mark(1),), SHELTER: (mark(2),)}
    await kept.begin(to(SHELTER, 2), began + 2 * SOON)
    await kept.withdraw(to(SHELTER, 2), began + 2 * SOON)
    assert await kept.awaited(SHELTER, [mark(2)]), "it may have left before"


async def test_no_question_is_longer_than_the_bus_takes_and_the_oldest_come_first(kept: SqlDeliveries) -> None:
    for number in range(5, 0, -1):
        await kept.expect(to(SHELTER, number), now())
    assert await kept.due(2, now()) == {SHELTER: (mark(5), mark(4))}


async def test_the_same_is_asked_again_after_a_minute_and_then_later_and_later(kept: SqlDeliveries) -> None:
    sent = moment = now()
    await kept.expect(to(SHELTER, 1), sent)
    asked: list[timedelta] = []
    while moment - sent < timedelta(hours=3):
        if await kept.due(500, moment):
            kept.listed(SHELTER, [mark(1)], moment)
            asked.append(moment - sent)
        moment += SOON
    assert asked[0] < SOON
    assert FIRST_AGAIN <= asked[1] < FIRST_AGAIN + 2 * SOON
    assert all(2 * before <= after + SOON for before, after in pairwise(asked[1:]))
    assert len(asked) < 12


async def test_what_was_asked_and_answered_is_written_with_the_next_commit(prepared: str) -> None:
    """Whoever is killed before has asked for nothing, and asks again; what is missing is settled at once."""
    log = SqlProcessingLog(prepared)
    kept = SqlDeliveries(log)
    await kept.expect(to(SHELTER, 1, 2, 3), now())
    kept.listed(SHELTER, [mark(1), mark(2), mark(3)], now())
    kept.confirmed(SHELTER, [mark(1)])
    killed = opened(prepared)
    assert await killed.due(500, now() + FIRST_AGAIN) == {SHELTER: (mark(1), mark(2), mark(3))}
    await log.write([a_line(9)])
    assert await killed.due(500, now()) == {}
    assert await killed.due(500, now() + FIRST_AGAIN) == {SHELTER: (mark(2), mark(3))}
    await kept.settle(SHELTER, [mark(2)])
    assert await killed.due(500, now() + FIRST_AGAIN) == {SHELTER: (mark(3),)}


async def test_what_was_put_off_holds_up_no_line_for_ever(prepared: str) -> None:
    log = SqlProcessingLog(prepared)
    log.later(lambda connection: connection.execute(text("DELETE FROM what_is_not_there")))
    with pytest.raises(NotLogged):
        await log.write([a_line(1, CASE)])
    assert await log.about(CASE) == ()
    await log.write([a_line(1, CASE)])
    assert len(await log.about(CASE)) == 1


async def test_who_leaves_a_question_without_answer_is_silent(kept: SqlDeliveries) -> None:
    await kept.expect([*to(SHELTER, 1), *to(COORDINATOR, 2)], now())
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert await kept.silent(later) == {}, "nobody asked"
    kept.listed(SHELTER, [mark(1)], datetime.now(UTC))
    assert await kept.silent(later) == {SHELTER: 1}
    assert await kept.silent(later - timedelta(minutes=2)) == {}, "not long enough"
    await kept.settle(SHELTER, [mark(1)])
    assert await kept.silent(later) == {}


async def test_what_is_not_confirmed_for_long_hangs_the_oldest_first(prepared: str, kept: SqlDeliveries) -> None:
    first, second = now() - timedelta(hours=3), now() - timedelta(hours=1)
    await kept.expect(to(COORDINATOR, 1), second)
    await kept.expect(to(SHELTER, 2), first)
    await kept.expect(to(SHELTER, 3), second)
    await kept.expect(to(SHELTER, 4), now())
    found = await opened(prepared).unconfirmed(now())
    assert found == (Unconfirmed(SHELTER, 2, first), Unconfirmed(COORDINATOR, 1, second))
    await kept.settle(SHELTER, [mark(2), mark(3)])
    assert [one.to for one in await kept.unconfirmed(now())] == [COORDINATOR]
    assert await kept.unconfirmed(second) == (), "then it had just been sent"


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
