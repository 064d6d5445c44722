"""The process: it says when it is ready, ends in order, and does not take from an inbox from which somebody takes already."""

import asyncio
import os
import signal as signals
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from contracts.events.signals import SignalReported
from contracts.processing import Direction
from post_office.book import SqlBook
from post_office.chores import Chores
from post_office.looking import Looking
from post_office.ports import Stage
from post_office.process import book_of
from runtime.bus import Delivery, broker
from runtime.keys.files import Role
from runtime.office.alone import NotAlone
from runtime.processing.log import NotLogged, SqlProcessingLog
from tests.bus_server import DESK, POLICE, BusServer, eventually
from tests.post_office.at_work import at_work, drivers_on, heard, signal, until

pytestmark = pytest.mark.long


async def _started(bus: BusServer, slug: str) -> Process:
    named = {"KETEN_HOME": str(bus.keys.path.parent), "KETEN_NATS_URL": bus.url}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from console.main import app; app()", "post-office", slug, "--port", "0"),
        stdout=PIPE,
        stderr=STDOUT,
        env=os.environ | named,
    )


async def _until_said(process: Process, words: bytes) -> bytes:
    assert process.stdout
    said = b""
    while words not in said:
        line = await process.stdout.readline()
        assert line, said.decode()
        said += line
    return said


async def test_it_says_that_it_is_ready_and_ends_in_order(bus: BusServer) -> None:
    process = await _started(bus, POLICE)
    await _until_said(process, b"The post office runs")
    other = await _started(bus, POLICE)
    said, _ = await other.communicate()
    assert other.returncode == 1
    assert b"runs already in this home" in said
    process.send_signal(signals.SIGINT)
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert b"stopping" in said


async def test_it_does_not_take_beside_an_office(bus: BusServer) -> None:
    async def take(_: Delivery) -> None:
        pass

    async with bus.inbox(DESK, take):
        with pytest.raises(NotAlone, match="takes from the inbox of signal-desk already"):
            async with at_work(bus, DESK):
                pass
    async with at_work(bus, DESK) as office:
        assert await office.book.newest() == 0


async def test_a_bad_event_is_refused_with_its_code_and_that_is_a_rung_and_an_alarm(bus: BusServer) -> None:
    with capture_logs() as said:
        await _refused(bus)
    assert any("was refused by signal-desk: no_ground" in str(line) for line in said if line["event"] == "alarm_raised")


async def _refused(bus: BusServer) -> None:
    async with at_work(bus, POLICE) as police, at_work(bus, DESK) as desk:
        await police.book.keep([signal(1)])
        [came] = await heard(desk, 1)
        assert came.event
        bad = bus.signal(id=came.event["id"], caseref=came.caseref, ground="consent")  # as if this had been the event
        sender = broker(bus.url, bus.keys.seed(POLICE, Role.WORKER))
        await sender.start()
        await bus.post(sender, POLICE).publish(bad, DESK)
        await sender.stop()
        kept = await until(police, "signal-1", Stage.REFUSED)
        [rung] = [rung for rung in kept.rungs if rung.stage is Stage.REFUSED]
        assert (rung.code, bool(rung.words)) == ("no_ground", True)
        assert [event.type for event in await heard(police, 1)] == ["nl.keten.deliveries.refused.v1"]
        assert await desk.book.newest() == 1


async def test_what_cannot_be_logged_is_not_taken(bus: BusServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise NotLogged

    async with at_work(bus, POLICE) as police:
        await police.book.keep([signal(1)])
        await until(police, "signal-1", Stage.SENT)
        with monkeypatch.context() as broken:
            broken.setattr(SqlProcessingLog, "write", refuse)
            async with at_work(bus, DESK) as desk:
                await asyncio.sleep(1)
                assert await desk.book.newest() == 0
        async with at_work(bus, DESK) as desk:
            assert [event.type for event in await heard(desk, 1)] == [SignalReported.rule.type]


async def test_a_person_hears_that_nobody_reads_and_looking_at_health_is_not_reading(bus: BusServer) -> None:
    async with at_work(bus, POLICE) as police, at_work(bus, DESK) as desk:
        await police.book.keep([signal(1)])
        await eventually(lambda: _there(desk.book))
        await Looking(desk.book, {}).parts()
        later = datetime.now(UTC) + timedelta(days=4)
        looks = {look.name: look for look in Chores(desk.book, _forget, 90, now=lambda: later).looks()}
        [finding] = await looks["unread"].at()
        assert "nobody has read it" in finding.words
        await desk.book.handed("system zaken", 0, await desk.book.feed(0, 10))
        assert await looks["unread"].at() == []
        [came] = await desk.book.feed(0, 10)
        lines = await drivers_on(bus).processing_log(DESK).about(came.caseref)
        [line] = [line for line in lines if line.direction is Direction.HANDED]
        assert (line.name, line.counterparty) == ("handed signals.reported.v1 to system zaken", DESK)


async def _there(book: SqlBook, count: int = 1) -> bool:
    return await book.newest() >= count


async def _forget(_: str) -> None:
    pass


async def test_a_book_opens_alone_for_who_only_looks(bus: BusServer) -> None:
    async with at_work(bus, POLICE) as police:
        await police.book.keep([signal(1)])
    book = book_of(drivers_on(bus), bus.agency(POLICE))
    assert (await book.sent("signal-1")) is not None
