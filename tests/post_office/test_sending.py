"""What leaves: in order per line, for ever, and nobody who is away or full holds up another."""

import asyncio
from pathlib import Path

import pytest

from contracts.envelope import CloudEvent
from contracts.refusals import RefusalCode, Refused
from post_office.book import SqlBook
from post_office.generation import PublishedFile
from post_office.ports import Stage
from post_office.sending import Sending
from runtime.bus import PublishFailed, ShareFull
from runtime.migrations import Tables, upgrade
from runtime.processing.deliveries import SqlDeliveries
from runtime.processing.log import NotLogged, SqlProcessingLog
from tests.bus_server import COORDINATOR, DESK, POLICE, REGISTRY, BusServer, eventually
from tests.post_office.at_work import at_work, receipt, signal, stages, until
from tests.post_office.books import DIRECTORY, Shelf


class Recipients:
    """A bus of which a test decides who answers how."""

    def __init__(self) -> None:
        self.took: list[tuple[str, str]] = []
        self.fails: dict[str, Exception] = {}
        self.ids: list[str] = []

    async def publish(self, message: CloudEvent, recipient: str) -> None:
        if recipient in self.fails:
            raise self.fails[recipient]
        self.ids.append(message.id)
        self.took.append((recipient, message.sequence))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path, DESK)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("post_office.resting.DELAYS", (0.05, 0.1))


def _sending(shelf: Shelf, book: SqlBook, bus: Recipients, alarms: list[str]) -> Sending:
    url = f"sqlite:///{shelf.folder}/log.db"
    upgrade(url, Tables.PROCESSING_LOG)

    async def alarm(words: str) -> None:
        alarms.append(words)

    published = PublishedFile(shelf.folder / "keys" / f"{shelf.slug}.post.json")
    published.compared(1, 0)
    return Sending(DIRECTORY.get(shelf.slug), book.outbox, bus, SqlDeliveries(SqlProcessingLog(url)), published, alarm)


async def _case(book: SqlBook, number: int, to: str) -> str:
    """A signal of the desk to whoever coordinates."""
    data = {"signal": {"municipality": "GM0995", "account": "seen"}, "reported_by": "reporter"}
    kind = "nl.keten.signals.routed.v1"
    [kept] = await book.keep([signal(number, type=kind, data=data, recipient=to)])
    return kept.caseref


async def test_who_is_away_or_full_holds_up_nobody_else_and_gets_it_all_in_order(shelf: Shelf) -> None:
    bus, alarms = Recipients(), list[str]()
    bus.fails = {COORDINATOR: PublishFailed("away"), POLICE: ShareFull("full")}
    async with shelf.opened() as book:
        first = await _case(book, 1, COORDINATOR)
        await book.keep([receipt(number, first) for number in range(3)])
        async with _sending(shelf, book, bus, alarms).open():
            await _case(book, 2, REGISTRY)
            await eventually(lambda: _holds(bus.took == [(REGISTRY, "1")]))
            await asyncio.sleep(0.3)
            assert bus.took == [(REGISTRY, "1")]
            bus.fails = {}
            await eventually(lambda: _holds(len(bus.took) == 5))
            assert [number for to, number in bus.took if to == POLICE] == ["1", "2", "3"]
            await eventually(lambda: _all_left(book))
        assert (await book.sent("signal-1")).rungs[-1].stage is Stage.SENT  # pyright: ignore[reportOptionalMemberAccess]


async def _holds(what: bool) -> bool:
    return what


async def _all_left(book: SqlBook) -> bool:
    return not await book.outbox.recipients()


async def test_what_can_never_leave_is_refused_here_and_a_person_hears(shelf: Shelf) -> None:
    bus, alarms = Recipients(), list[str]()
    bus.fails = {COORDINATOR: Refused(RefusalCode.TOO_LARGE, "a message may have less")}
    async with shelf.opened() as book:
        await _case(book, 1, COORDINATOR)
        async with _sending(shelf, book, bus, alarms).open():
            kept = await book.settled("signal-1", 20)
        assert kept
        assert (kept.rungs[-1].stage, kept.rungs[-1].code) == (Stage.REFUSED, "too_large")
        assert len(alarms) == 1


async def test_what_cannot_be_logged_does_not_leave(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    bus = Recipients()
    async with shelf.opened() as book:
        sending = _sending(shelf, book, bus, [])

        async def refuse(*_: object, **__: object) -> None:
            raise NotLogged

        with monkeypatch.context() as broken:
            broken.setattr(SqlProcessingLog, "write", refuse)
            await _case(book, 1, COORDINATOR)
            async with sending.open():
                await asyncio.sleep(0.3)
                assert bus.took == []
        async with sending.open():
            await eventually(lambda: _holds(bus.took == [(COORDINATOR, "1")]))


async def test_what_left_without_a_word_leaves_again_under_the_same_id(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is killed between the recipient's disk and the own one."""
    bus = Recipients()
    async with shelf.opened() as book:
        await _case(book, 1, COORDINATOR)

        async def never(_: object) -> None:
            raise OSError

        with monkeypatch.context() as broken:
            broken.setattr(book.outbox, "left", never)
            async with _sending(shelf, book, bus, []).open():
                await eventually(lambda: _holds(len(bus.took) >= 2))
        async with _sending(shelf, book, bus, []).open():
            await eventually(lambda: _all_left(book))
        assert len(set(bus.ids)) == 1


async def test_a_bus_that_is_away_keeps_nothing_from_being_kept_and_gets_all_of_it_later(bus: BusServer) -> None:
    async with at_work(bus, POLICE) as police, at_work(bus, DESK) as desk:
        await asyncio.to_thread(bus.kill)
        [first] = await police.book.keep([signal(1)])
        await police.book.keep([signal(number, caseref=first.caseref) for number in range(2, 6)])
        assert stages(await police.book.sent("signal-5")) == [Stage.KEPT]
        await asyncio.to_thread(bus.start)
        await until(police, "signal-5", Stage.TAKEN)
        numbers = [event.event["sequence"] for event in await desk.book.feed(0, 100) if event.event]
        assert numbers == ["1", "2", "3", "4", "5"]
