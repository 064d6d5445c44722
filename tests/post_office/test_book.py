"""The book: what was handed in is on disk before it is said, once, in its order, and unreadable without the key of its case."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from contracts.disclosed import parties
from contracts.events.dossiers import PrivacyCheckRequested, PrivacyCheckRequestedV2
from contracts.events.signals import SignalReported, SignalStatusChanged
from contracts.hours import AMSTERDAM, OFFICE
from contracts.reference import new_reference
from contracts.refusals import RefusalCode
from contracts.words import Ground, SignalStatus
from post_office.book import SqlBook
from post_office.chores import Chores
from post_office.feed import Feed
from post_office.generation import PublishedFile
from post_office.outbox import Ready
from post_office.ports import BookFull, Draft, Gone, Refusal, Stage
from post_office.store import Bounds
from runtime.keys.case_keys import CaseKeyMissing, CaseKeys
from runtime.processing.log import NotLogged
from tests.bus_server import ALMERE
from tests.post_office.at_work import signal
from tests.post_office.books import DESK, POLICE, Shelf, Writing
from tests.runtime.conftest import postgres_address, url
from tests.statements import statements

__all__ = ["postgres_address", "url"]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Where a test looks into the file, or copies it."""
    return Shelf(tmp_path)


@pytest.fixture
def either(url: str, tmp_path: Path) -> Shelf:
    """On SQLite, and on PostgreSQL."""
    return Shelf(tmp_path, url=url)


async def _code(book: SqlBook, *drafts: Draft) -> str:
    with pytest.raises(Refusal) as refused:
        await book.keep(drafts)
    return str(refused.value.code)


async def test_the_same_again_gets_the_first_answer_and_another_under_its_id_is_refused(url: str, tmp_path: Path) -> None:
    async with Shelf(tmp_path, url=url).opened() as book:
        [first] = await book.keep([signal(1)])
        [again] = await book.keep([signal(1)])
        assert (again.caseref, again.rungs, first.again, again.again) == (first.caseref, first.rungs, False, True)
        assert await _code(book, signal(1, data={"signal": {"municipality": "GM0995", "account": "other"}})) == "id_reused"
        assert await _code(book, signal(2), signal(2)) == "id_reused"
        assert len((await book.case(first.caseref)).sent) == 1  # pyright: ignore[reportOptionalMemberAccess]


async def test_the_same_handed_in_many_times_at_once_is_one_event(either: Shelf) -> None:
    async with either.opened() as book:
        answers = await asyncio.gather(*(book.keep([signal(1)]) for _ in range(20)))
        assert len({answer[0].caseref for answer in answers}) == 1
        assert sum(not answer[0].again for answer in answers) == 1


async def test_all_of_a_batch_or_nothing(either: Shelf) -> None:
    async with either.opened() as book:
        with pytest.raises(Refusal) as refused:
            await book.keep([signal(1), signal(2, caseref=new_reference()), signal(3)])
        assert (refused.value.code, refused.value.index) == ("case_unknown", 1)
        assert await book.sent("signal-1") is None
        assert len(await book.keep([signal(number) for number in range(5)])) == 5


async def test_many_at_once_share_commits(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    async with shelf.opened() as book:
        before = book.store.writer.commits
        await asyncio.gather(*(_hand_in(book, writer) for writer in range(16)))
        assert await _count(shelf) == 16 * 10
        assert book.store.writer.commits - before < 16 * 10 / 2
        monkeypatch.setattr("post_office.writer.TOGETHER", 1)
        before = book.store.writer.commits
        await asyncio.gather(*(book.keep([signal(f"alone-{number}")]) for number in range(20)))
        assert book.store.writer.commits - before == 20


async def _hand_in(book: SqlBook, writer: int) -> None:
    for number in range(10):
        await book.keep([signal(f"{writer}-{number}")])


async def _count(shelf: Shelf) -> int:
    with sqlite3.connect(shelf.file) as connection:
        return connection.execute("SELECT count(*) FROM outgoing").fetchone()[0]


async def test_numbers_and_chain_go_on_over_a_new_start(either: Shelf) -> None:
    async with either.opened() as book:
        [first] = await book.keep([signal(1)])
    async with either.opened() as book:
        await book.keep([signal(2, caseref=first.caseref)])
        ready = await _all_ready(book)
        assert [one.message.sequence for one in ready] == ["1", "2"]
        assert [one.message.previous for one in ready] == [None, ready[0].message.fingerprint]
        assert {one.message.system for one in ready} == {"post"}


async def _all_ready(book: SqlBook) -> list[Ready]:
    found: list[Ready] = []
    while part := await book.outbox.ready(DESK, (), 100):
        found += part
        await book.outbox.left([one.number for one in part])
    return found


async def test_only_the_next_of_a_line_can_leave(either: Shelf) -> None:
    async with either.opened() as book:
        [one] = await book.keep([signal(1)])
        await book.keep([signal(2, caseref=one.caseref), signal(3)])
        ready = await book.outbox.ready(DESK, (), 100)
        assert [(await book.sent(f"signal-{number}")).rungs[-1].stage for number in (1, 2, 3)] == [Stage.KEPT] * 3  # pyright: ignore[reportOptionalMemberAccess]
        assert [entry.message.data["signal"]["account"] for entry in ready] == ["seen at door 1", "seen at door 3"]
        assert await book.outbox.ready(DESK, (signal(1).type,), 100) == []


async def test_an_older_book_writes_on_new_lines(shelf: Shelf) -> None:
    published: list[tuple[str, str]] = []
    async with shelf.opened() as book:
        [first] = await book.keep([signal(1)])
        published += await _published(shelf, book)
        with sqlite3.connect(shelf.file) as now, sqlite3.connect(shelf.folder / "copy.db") as copy:
            now.backup(copy)
        await book.keep([signal(2, caseref=first.caseref)])
        published += await _published(shelf, book)
    (shelf.folder / "copy.db").replace(shelf.file)
    for end in ("-wal", "-shm"):
        Path(f"{shelf.file}{end}").unlink(missing_ok=True)
    async with shelf.opened() as book:
        await book.keep([signal(3, caseref=first.caseref)])
        published += await _published(shelf, book)
    assert published[-1] == ("post-2", "1")
    assert len(set(published)) == len(published), "no number is used twice"
    async with shelf.opened() as book:
        assert book.store.generation == 2, "a book that is as it was goes on on its lines"


async def _published(shelf: Shelf, book: SqlBook) -> list[tuple[str, str]]:
    file = PublishedFile(shelf.folder / "keys" / f"{POLICE}.post.json")
    left = await book.outbox.ready(DESK, (), 100)
    file.compared(book.store.generation, max(one.number for one in left))
    await file.note(max(one.number for one in left))
    await book.outbox.left([one.number for one in left])
    return [(one.message.system, one.message.sequence) for one in left]


async def test_a_book_without_the_file_beside_the_keys_writes_on_new_lines(either: Shelf) -> None:
    async with either.opened() as book:
        await book.keep([signal(1)])
    (either.folder / "keys" / f"{POLICE}.post.json").unlink()
    async with either.opened() as book:
        assert book.store.generation == 2


async def test_nothing_is_acknowledged_that_does_not_fit(tmp_path: Path) -> None:
    async with Shelf(tmp_path, bounds=Bounds(3, 10**9)).opened() as book:
        await book.keep([signal(1), signal(2)])
        with pytest.raises(BookFull):
            await book.keep([signal(3), signal(4)])
        assert await book.sent("signal-3") is None
        await book.keep([signal(3)])
    async with Shelf(tmp_path, bounds=Bounds(10, 4_000)).opened() as book:
        with pytest.raises(BookFull):
            await book.keep([signal(5, data={"signal": {"municipality": "GM0995", "account": "a" * 4_000}})])
        assert (await book.keep([signal(1)]))[0].again, "what is there is still told"


async def test_nothing_is_acknowledged_when_the_disk_does_not_take_it(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        await book.keep([signal(1)])
        size = (await book.store.read(lambda connection: connection.execute(text("PRAGMA page_count")).scalar())) or 0

        def narrow(connection: Connection) -> None:
            connection.execute(text(f"PRAGMA max_page_count = {size}"))

        await book.store.writer.do(narrow)
        large = {"signal": {"municipality": "GM0995", "account": "a" * 4_000}}
        with pytest.raises(BookFull):
            await book.keep([signal(number, data=large) for number in range(2, 100)])
        assert await book.sent("signal-2") is None
        await book.store.writer.do(lambda connection: connection.execute(text("PRAGMA max_page_count = 1000000")))
        [kept] = await book.keep([signal("after")])
    async with shelf.opened() as book:
        assert (await book.sent("signal-after")).caseref == kept.caseref  # pyright: ignore[reportOptionalMemberAccess]
        assert (await book.sent("signal-1")) is not None


async def test_an_own_number_leads_to_the_case_and_is_one_case_s(either: Shelf) -> None:
    async with either.opened() as book:
        [one] = await book.keep([signal(1, subject="dossier 12")])
        [other] = await book.keep([signal(2)])
        assert await _code(book, signal(3, subject="dossier 12")) == "subject_taken"
        assert await _code(book, signal(3, subject="dossier 12", caseref=other.caseref)) == "subject_taken"
        assert await book.name_case(other.caseref, "dossier 13")
        assert (await book.case(other.caseref)).subject == "dossier 13"  # pyright: ignore[reportOptionalMemberAccess]
        assert not await book.name_case(new_reference(), "dossier 14")
        with pytest.raises(Refusal):
            await book.name_case(other.caseref, "dossier 12")
        came = Writing(DESK, one.caseref).next(SignalStatusChanged(status=SignalStatus.CLOSED))
        await book.hearing.hear(came)
        assert [event.subject for event in await book.feed(0, 10)] == ["dossier 12"]


async def test_what_lies_in_the_book_is_nowhere_in_clear_and_nothing_of_it_is_left_after_an_erasure(shelf: Shelf) -> None:
    marks = ["mark-of-a-person", "dossier-of-a-person", "id-of-a-person"]
    data = {"signal": {"municipality": "GM0995", "account": marks[0], "person": {"name": marks[0]}}}
    async with shelf.opened() as book:
        [kept] = await book.keep([signal(1, id=marks[2], subject=marks[1], data=data)])
        [other] = await book.keep([signal(2)])
        await book.hearing.hear(Writing(DESK, kept.caseref).next(SignalStatusChanged(status=SignalStatus.CLOSED)))
        await book.hearing.hear(Writing(DESK, other.caseref).next(SignalStatusChanged(status=SignalStatus.CLOSED)))
        await book.acknowledge("reader", 1)
        copy = b"".join(path.read_bytes() for path in shelf.folder.glob("book.db*"))
        await book.store.keys.forget(kept.caseref)
        await book.cases.end_erased()
        with pytest.raises(Gone):
            await book.sent(marks[2])
        assert [event.event is None for event in await book.feed(0, 10)] == [True, False]
        assert [(reader.position, reader.waiting) for reader in await book.readers()] == [(1, 1)]
        assert (await book.case(kept.caseref)).erased  # pyright: ignore[reportOptionalMemberAccess]
        assert await _code(book, signal(3, caseref=kept.caseref)) == RefusalCode.CASE_ERASED
        assert [one.message.caseref for one in await book.outbox.ready(DESK, (), 10)] == [other.caseref]
        for mark in marks:
            assert mark.encode() not in copy
    with sqlite3.connect(shelf.file) as connection:
        row = "SELECT content, words FROM outgoing WHERE case_reference = ?"
        assert connection.execute(row, [kept.caseref]).fetchall() == [(None, None)]


async def test_content_goes_when_all_have_read_it_and_its_time_has_ended(either: Shelf) -> None:
    later = datetime.now(UTC) + timedelta(days=90)
    async with either.opened() as book:
        [kept] = await book.keep([signal(1)])
        desk = Writing(DESK, kept.caseref)
        for status in (SignalStatus.WITH_DESK, SignalStatus.ACCEPTED, SignalStatus.CLOSED):
            await book.hearing.hear(desk.next(SignalStatusChanged(status=status)))
        assert await book.feeding.let_go(later) == 0, "nobody has read it"
        await book.acknowledge("one", 2)
        await book.acknowledge("other", 1)
        assert await book.feeding.let_go(datetime.now(UTC) - timedelta(days=1)) == 0
        assert await book.feeding.let_go(later) == 1
        assert [(event.position, event.event is None) for event in await book.feed(0, 10)] == [(1, True), (2, False), (3, False)]


async def test_a_line_says_who_was_given_what_and_of_what_is_gone_there_is_none(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        [kept] = await book.keep([signal(1)])
        desk = Writing(DESK, kept.caseref)
        for status in (SignalStatus.WITH_DESK, SignalStatus.ACCEPTED):
            await book.hearing.hear(desk.next(SignalStatusChanged(status=status)))
        await book.acknowledge("one", 1)
        await book.feeding.let_go(datetime.now(UTC) + timedelta(days=1))
        found = await book.feed(0, 10)
        await book.handed("system zaken", 0, found)
        await book.handed("system zaken", 0, found)
        await book.handed("webhook zaken", 0, found)
        assert [line.name for line in shelf.log.written] == [
            "handed signals.status-changed.v1 to system zaken",
            "handed signals.status-changed.v1 to system zaken",
            "handed signals.status-changed.v1 to webhook zaken",
        ]
        first, again, other = shelf.log.written
        assert (first.span_id, first.event_id, first.data_subject_id) == (again.span_id, again.event_id, kept.caseref)
        assert first.event_id != other.event_id
        assert parties(shelf.log.written) == frozenset(), "who is given it here is no other agency"


async def test_nothing_is_marked_as_read_by_who_only_looks(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        [kept] = await book.keep([signal(1)])
        await book.hearing.hear(Writing(DESK, kept.caseref).next(SignalStatusChanged(status=SignalStatus.CLOSED)))
        found = await book.feed(0, 10)
        assert await book.feeding.unread_since()
        shelf.log.full = True
        with pytest.raises(NotLogged):
            await book.handed("system zaken", 0, found)
        assert await book.feeding.unread_since(), "it was not given"
        shelf.log.full = False
        await book.handed("system zaken", 0, found)
        assert await book.feeding.unread_since() is None


@pytest.mark.parametrize(
    ("asked", "now", "alarms"),
    [
        ("2031-03-07 16:50", "2031-03-07 17:10", 0),
        ("2031-03-07 16:50", "2031-03-09 12:00", 0),
        ("2031-03-07 16:50", "2031-03-10 09:04", 0),
        ("2031-03-07 16:50", "2031-03-10 09:05", 1),
        ("2031-03-07 16:40", "2031-03-07 16:54", 0),
        ("2031-03-07 16:40", "2031-03-07 16:55", 1),
        ("2031-03-07 16:40", "2031-03-08 03:00", 1),
        ("2031-04-10 16:55", "2031-04-14 23:00", 0),
    ],
)
async def test_a_person_hears_of_what_nobody_reads_when_the_agency_was_open_for_so_long(
    tmp_path: Path, asked: str, now: str, alarms: int
) -> None:
    """From a Friday to a Monday; and over Easter, when nobody is there."""
    clock = [datetime.fromisoformat(asked).replace(tzinfo=AMSTERDAM)]
    async with Shelf(tmp_path, slug=ALMERE).opened() as book:
        assert book.store.agency.hours == OFFICE
        book.feeding = Feed(book.store, lambda: clock[0])
        event = SignalReported.model_validate({"signal": {"municipality": "GM0995", "account": "an invented account"}})
        await book.hearing.hear(Writing(POLICE, new_reference()).next(event))
        clock[0] = datetime.fromisoformat(now).replace(tzinfo=AMSTERDAM)
        looks = {look.name: look for look in Chores(book, _forget, 90, now=lambda: clock[0]).looks()}
        assert len(await looks["unread"].at()) == alarms


async def _forget(_: str) -> None:
    """There are no dead letters here."""


async def test_the_keys_of_a_page_are_asked_for_at_once(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        kept = await book.keep([signal(number, subject=f"dossier {number}") for number in range(30)])
        for one in kept:
            await book.hearing.hear(Writing(DESK, one.caseref).next(SignalStatusChanged(status=SignalStatus.CLOSED)))
    async with shelf.opened() as book:
        with statements() as asked:
            page = await book.feed(0, 100)
        assert [event.subject for event in page if event.event] == [f"dossier {number}" for number in range(30)]
        assert len([text for text in asked if "FROM case_key" in text]) == 1


async def test_a_writer_that_is_not_alone_does_not_skip_or_repeat_a_position(
    either: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes on one book, by mistake: the database lets one write at a time."""
    async with either.opened() as book:
        [kept] = await book.keep([signal(1)])
        async with either.opened() as second:
            desk, riec = Writing(DESK, kept.caseref, "one"), Writing(DESK, kept.caseref, "two")
            for _ in range(10):
                await asyncio.gather(
                    book.hearing.hear(desk.next(SignalStatusChanged(status=SignalStatus.CLOSED))),
                    second.hearing.hear(riec.next(SignalStatusChanged(status=SignalStatus.CLOSED))),
                )
        assert [event.position for event in await book.feed(0, 100)] == list(range(1, 21))


async def test_no_ground_is_chosen_where_there_are_several(shelf: Shelf) -> None:
    async with shelf.opened() as book:
        assert await _code(book, signal(1, ground=None)) == "ground_needed"
        assert await _code(book, signal(1, ground=Ground.CONSENT)) == RefusalCode.NO_GROUND


async def test_nothing_is_given_up_because_a_key_cannot_be_found(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other keys than those that belong to the book, as after a restore of the one without the other."""

    async def missing(_: CaseKeys, case: str) -> bytes:
        raise CaseKeyMissing(case)

    async with shelf.opened() as book:
        await book.keep([signal(1)])
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(CaseKeys, "get", missing)
            assert await book.outbox.ready(DESK, (), 10) == []
            assert len(book.store.damage.findings()) == 1
            with pytest.raises(CaseKeyMissing):
                await book.sent("signal-1")
        assert len(await book.outbox.ready(DESK, (), 10)) == 1


async def test_what_begins_a_reference_of_its_own_is_never_put_under_that_of_a_case(tmp_path: Path) -> None:
    """Else the RIEC's file could be laid beside a case: the first version of the same event was."""
    data = {"observation": {"municipality": "GM0995", "phenomenon": "an invented observation"}}
    apart = Draft("apart", PrivacyCheckRequestedV2.rule.type, data, recipient="lelystad")
    async with Shelf(tmp_path, slug="coordinator-almere").opened() as book:
        before = apart._replace(id="before", type=PrivacyCheckRequested.rule.type, ground=Ground.CONSENT, subject="dossier 12")
        [case] = await book.keep([before])
        assert await _code(book, apart._replace(caseref=case.caseref)) == RefusalCode.NOT_ALLOWED
        assert await _code(book, apart._replace(subject="dossier 12")) == RefusalCode.NOT_ALLOWED
        [kept] = await book.keep([apart])
        assert kept.caseref != case.caseref
        [again] = await book.keep([apart])
        assert (again.caseref, again.again) == (kept.caseref, True)
