"""Something on the disk of a book was altered: a person hears which case it is, and everything else goes on."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from contracts.alarms import AlarmCode
from contracts.events.signals import SignalStatusChanged
from contracts.words import SignalStatus
from post_office.book import SqlBook
from post_office.damage import MOST, Damage
from post_office.heard import shown
from post_office.ports import Stage
from post_office.sealing import Altered
from post_office.serving import answering
from post_office.tokens import Scope
from runtime.http.listening import bound
from runtime.keys.case_keys import CaseKeyMissing
from tests.bus_server import COORDINATOR, BusServer, eventually
from tests.post_office.asking import bearer
from tests.post_office.at_work import at_work, drivers_on, heard, receipt, signal, until
from tests.post_office.books import DESK, DIRECTORY, POLICE, Shelf, Writing

CHANGED = SignalStatusChanged(status=SignalStatus.CLOSED)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def altered(file: Path, table: str, column: str, reference: str) -> bytes:
    """Change the last byte of what lies there of a case; what it was."""
    with sqlite3.connect(file, timeout=20) as connection:
        row = f"SELECT rowid, {column} FROM {table} WHERE case_reference = ? ORDER BY rowid LIMIT 1"
        number, was = connection.execute(row, [reference]).fetchone()
        change = was[:-1] + bytes([was[-1] ^ 1])
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [change, number])
    connection.close()
    return was


def _put_back(file: Path, table: str, column: str, reference: str, was: bytes) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE case_reference = ?", [was, reference])
    connection.close()


def _named(book: SqlBook) -> Sequence[tuple[AlarmCode, str | None]]:
    return [(finding.code, finding.reference) for finding in book.store.damage.findings()]


async def _leaves(book: SqlBook, to: str = DESK) -> Sequence[str]:
    return [one.message.caseref for one in await book.outbox.ready(to, (), 10)]


async def test_an_altered_event_waits_with_its_line_and_others_leave(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        one, two = await book.keep([signal(1), signal(2)])
        await book.keep([signal(3, caseref=one.caseref)])
        was = altered(shelf.file, "outgoing", "content", one.caseref)
        assert await _leaves(book) == [two.caseref]
        assert _named(book) == [(AlarmCode.BOOK_DAMAGED, one.caseref)]
        _put_back(shelf.file, "outgoing", "content", one.caseref, was)
        [ready, _] = await book.outbox.ready(DESK, (), 10)
        assert ready.message.sequence == "1", "nothing of the line was passed over"
        assert _named(book) == []


async def test_so_many_altered_that_it_is_the_whole_book_stop_the_recipient(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("post_office.outbox.MOST_DAMAGED", 2)
    async with shelf.opened() as book:
        kept = await book.keep([signal(number) for number in range(5)])
        for one in kept[:2]:
            altered(shelf.file, "outgoing", "content", one.caseref)
        assert await _leaves(book) == [one.caseref for one in kept[2:]]
        assert len(await book.outbox.ready(DESK, (), 1)) == 1, "altered ones take no places"
        altered(shelf.file, "outgoing", "content", kept[2].caseref)
        with pytest.raises(Altered):
            await _leaves(book)


async def test_an_event_does_not_leave_to_another_agency_than_it_was_handed_in_for(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, DESK)
    async with shelf.opened() as book:
        data = {"signal": {"municipality": "GM0995", "account": "seen"}, "reported_by": "reporter"}
        routed = signal(1, type="nl.keten.signals.routed.v1", data=data, recipient=COORDINATOR)
        [kept] = await book.keep([routed])
        assert await _leaves(book, COORDINATOR) == [kept.caseref]
        with sqlite3.connect(shelf.file) as connection:
            for table in ("outgoing", "waiting"):
                connection.execute(f"UPDATE {table} SET recipient = 'comensha'")
        connection.close()
        assert await _leaves(book, "comensha") == []
        assert _named(book) == [(AlarmCode.BOOK_DAMAGED, kept.caseref)]


async def test_an_altered_end_of_a_line_takes_nothing_more_and_spoils_no_other_case(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        [one] = await book.keep([signal(1)])
        altered(shelf.file, "line", "state", one.caseref)
        ends = await asyncio.gather(book.keep([signal(2, caseref=one.caseref)]), book.keep([signal(3)]), return_exceptions=True)
        assert [type(end) for end in ends] == [Altered, list]
        assert await book.sent("signal-2") is None
        assert _named(book) == [(AlarmCode.BOOK_DAMAGED, one.caseref)]


async def test_an_altered_end_of_what_was_heard_takes_nothing_more_and_spoils_no_other_case(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        one, two = await book.keep([signal(1), signal(2)])
        desk, other = Writing(DESK, one.caseref), Writing(DESK, two.caseref)
        await book.hearing.hear(desk.next(CHANGED))
        with sqlite3.connect(shelf.file) as connection:
            connection.execute("DELETE FROM line WHERE way = 'out'")
        connection.close()
        altered(shelf.file, "line", "state", one.caseref)
        with pytest.raises(Altered):
            await book.hearing.hear(desk.next(CHANGED))
        await book.hearing.hear(other.next(CHANGED))
        assert _named(book) == [(AlarmCode.BOOK_DAMAGED, one.caseref)]
        assert [event.caseref for event in await book.feed(0, 10)] == [one.caseref, two.caseref]


async def test_what_was_heard_and_altered_keeps_its_place_and_readers_go_on(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        one, two = await book.keep([signal(1, subject="number 1"), signal(2)])
        for kept in (one, two):
            await book.hearing.hear(Writing(DESK, kept.caseref).next(CHANGED))
        was = altered(shelf.file, "incoming", "content", one.caseref)
        events = await book.feed(0, 10)
        assert [(event.position, event.event is None, event.unreadable) for event in events] == [
            (1, True, True),
            (2, False, False),
        ]
        told = shown(events[0], DIRECTORY)
        assert told["unreadable"] is True
        assert not {"data", "erased"} & told.keys()
        assert _named(book) == [(AlarmCode.BOOK_DAMAGED, one.caseref)]
        _put_back(shelf.file, "incoming", "content", one.caseref, was)
        assert [event.unreadable for event in await book.feed(0, 10)] == [False, False]
        altered(shelf.file, "post_case", "subject", one.caseref)
        assert [event.subject for event in await book.feed(0, 10)] == [None, None]
        assert _named(book) == [(AlarmCode.BOOK_DAMAGED, one.caseref)]


async def test_a_case_of_which_something_was_altered_is_still_shown(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        [one] = await book.keep([signal(1)])
        await book.keep([signal(2, caseref=one.caseref)])
        await book.hearing.hear(Writing(DESK, one.caseref).next(CHANGED))
        altered(shelf.file, "outgoing", "content", one.caseref)
        seen = await book.case(one.caseref)
        assert seen
        assert ([kept.id for kept in seen.sent], seen.heard) == (["signal-2"], (1,))
        with pytest.raises(Altered):
            await book.sent("signal-1")


def test_a_whole_book_is_one_alarm_more_and_no_flood() -> None:
    damage = Damage()
    for number in range(3 * MOST):
        with pytest.raises(CaseKeyMissing), damage.noting(("outgoing", str(number)), f"case {number}"):
            raise CaseKeyMissing(str(number))
    assert len(damage.findings()) == MOST + 1
    assert all(len(finding.words) <= 200 for finding in damage.findings())
    for number in range(3 * MOST):
        with damage.noting(("outgoing", str(number)), f"case {number}"):
            pass
    assert damage.findings() == []


@pytest.mark.long
async def test_a_person_hears_of_it_by_its_code_health_says_so_and_other_cases_go_on(bus: BusServer) -> None:
    with capture_logs() as said:
        async with at_work(bus, DESK) as desk:
            drivers, police = drivers_on(bus), bus.agency(POLICE)
            async with answering(police, drivers, bound("127.0.0.1", 0)) as there:
                book = there.office.book
                [one] = await book.keep([signal(1)])
                await heard(desk, 1)
                await desk.book.keep([receipt(1, one.caseref)])
                await heard(there.office, 1)
                altered(drivers.settings.home / "post-office" / f"{POLICE}.db", "incoming", "content", one.caseref)
                [two] = await book.keep([signal(2)])
                await heard(desk, 2)
                await desk.book.keep([receipt(2, two.caseref)])
                assert [event.unreadable for event in await heard(there.office, 2)] == [True, False]
                await until(there.office, "signal-2", Stage.TAKEN)

                async def alarmed() -> bool:
                    return any(line["event"] == "alarm_raised" and line["alarm"] == "book_damaged" for line in said)

                await eventually(alarmed)
                token = there.tokens.add("reads", [Scope.READ])
                async with httpx.AsyncClient(base_url=there.address, headers=bearer(token)) as client:
                    health = await client.get("/v1/health")
                    feed = (await client.get("/v1/feed")).json()
                assert "cannot be read" in health.text
                assert [event.get("unreadable", False) for event in feed] == [True, False]
    [line] = [line for line in said if line["event"] == "alarm_raised"]
    assert line["reference"] == one.caseref
    assert "A damaged book" in line["do"]
