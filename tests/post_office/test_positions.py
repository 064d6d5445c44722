"""Whoever reads the feed while many write sees every position once; each guard fails without what it guards."""

import asyncio
import itertools
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection

from contracts.events.signals import SignalStatusChanged
from contracts.words import SignalStatus
from post_office.book import SqlBook
from post_office.hearing import Came, Hearing
from post_office.ports import Kept
from tests.post_office.at_work import signal
from tests.post_office.books import DESK, Shelf, Writing
from tests.runtime.conftest import postgres_address, url

__all__ = ["postgres_address", "url"]
pytestmark = pytest.mark.long
CHANGED = SignalStatusChanged(status=SignalStatus.CLOSED)
WRITERS, EACH = 16, 6


async def _read_meanwhile(book: SqlBook) -> list[int]:
    """The positions that a reader sees who always goes on after the last one, while many write."""
    kept = [one for number in range(WRITERS) for one in await book.keep([signal(number)])]
    seen: list[int] = []

    async def read() -> None:
        while not writing.done() or await book.newest() > (seen[-1] if seen else 0):
            seen.extend(event.position for event in await book.feed(seen[-1] if seen else 0, 1_000))
            await asyncio.sleep(0)

    writing = asyncio.gather(*(_write(book, one) for one in kept))
    await read()
    await writing
    return seen


async def _write(book: SqlBook, kept: Kept) -> None:
    desk = Writing(DESK, kept.caseref)
    for _ in range(EACH):
        await book.hearing.hear(desk.next(CHANGED))


async def test_a_reader_under_many_writers_sees_every_position_once(url: str, tmp_path: Path) -> None:
    async with Shelf(tmp_path, url=url).opened() as book:
        assert await _read_meanwhile(book) == list(range(1, WRITERS * EACH + 1))


async def test_with_positions_that_are_given_before_the_commit_a_reader_misses_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, asked, hear, put = itertools.count(), threading.local(), Hearing.hear, Hearing._put  # pyright: ignore[reportPrivateUsage]
    numbers: dict[str, int] = {}

    async def early(self: Hearing, came: Came) -> object:
        numbers[came.message.id] = number = next(given)
        if number % 5 == 0:
            await asyncio.sleep(0.2)
        return await hear(self, came)

    def with_it(self: Hearing, connection: Connection, came: Came, *keys: bytes) -> object:
        asked.number = numbers[came.message.id]
        return put(self, connection, came, *keys)

    monkeypatch.setattr(Hearing, "hear", early)
    monkeypatch.setattr(Hearing, "_put", with_it)

    def next_of_these(_: Connection, __: object) -> int:
        return asked.number

    monkeypatch.setattr("post_office.hearing.newest", next_of_these)
    async with Shelf(tmp_path).opened() as book:
        seen = await _read_meanwhile(book)
        assert await book.newest() == WRITERS * EACH
        assert len(seen) < WRITERS * EACH, "some were written behind its back"


async def _two_writers(shelf: Shelf) -> list[object]:
    """What becomes of events that two processes on one book write at the same time."""
    async with shelf.opened() as one, shelf.opened() as other:
        [kept] = await one.keep([signal(1)])
        lines = [(book, Writing(DESK, kept.caseref, name)) for name, book in (("one", one), ("other", other))]
        for book, line in lines:
            await book.hearing.hear(line.next(CHANGED))
        ends: list[object] = []
        for _ in range(20):
            came = [(book, line.next(CHANGED)) for book, line in lines]
            ends += await asyncio.gather(*(book.hearing.hear(event) for book, event in came), return_exceptions=True)
        return ends


async def test_two_writers_lose_nothing_because_each_is_alone(url: str, tmp_path: Path) -> None:
    assert set(await _two_writers(Shelf(tmp_path, url=url))) == {None}


async def test_two_writers_that_are_not_alone_lose_something(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("post_office.writer.ALONE", {"sqlite": "BEGIN", "postgresql": "SELECT 1"})
    lost = [end for end in await _two_writers(Shelf(tmp_path, url=url)) if end is not None]
    assert lost
