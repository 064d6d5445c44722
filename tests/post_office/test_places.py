"""A reader that follows the feed while sixteen write sees every place once; one whose places are given too early does not."""

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from contracts.events.signals import SignalStatusChanged
from contracts.words import SignalStatus
from post_office import hearing
from post_office.book import SqlBook
from post_office.hearing import Came, Hearing
from runtime.post_office.tables import INCOMING
from tests.post_office.at_work import signal
from tests.post_office.books import DESK, Shelf, Writing

WRITERS, EACH = 16, 8


async def _followed(book: SqlBook) -> list[int]:
    """The places that somebody sees who reads on from the last one, while all write at once."""
    kept = await asyncio.gather(*(book.keep([signal(number)]) for number in range(WRITERS)))
    writing = [Writing(DESK, one[0].caseref) for one in kept]

    async def write(desk: Writing) -> None:
        for _ in range(EACH):
            await book.hearing.hear(desk.next(SignalStatusChanged(status=SignalStatus.CLOSED)))

    async def read() -> list[int]:
        seen: list[int] = []
        while await book.more(seen[-1] if seen else 0, 30 if len(seen) < WRITERS else 2):
            seen += [event.position for event in await book.feed(seen[-1] if seen else 0, 5)]
            if len(seen) == WRITERS * EACH:
                break
        return seen

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write(desk) for desk in writing))
    return await reading


async def test_a_reader_beside_sixteen_writers_sees_every_place_once(tmp_path: Path) -> None:
    async with Shelf(tmp_path).opened() as book:
        assert await _followed(book) == list(range(1, WRITERS * EACH + 1))


async def test_places_that_are_given_before_the_commit_are_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, int] = {}
    chance, hear, put = random.Random(1), Hearing.hear, Hearing._put  # pyright: ignore[reportPrivateUsage]
    found, now = hearing.newest, [0]

    async def early(self: Hearing, came: Came) -> object:
        given[came.message.id] = len(given)
        await asyncio.sleep(chance.uniform(0, 0.05))
        return await hear(self, came)

    def with_place(self: Hearing, connection: Any, came: Came, key: bytes, case_key: bytes | None) -> object:
        now[0] = given[came.message.id]
        return put(self, connection, came, key, case_key)

    monkeypatch.setattr(Hearing, "hear", early)
    monkeypatch.setattr(Hearing, "_put", with_place)

    def place(connection: Connection, column: Any) -> int:
        return now[0] if column is INCOMING.c.position else found(connection, column)

    monkeypatch.setattr(hearing, "newest", place)
    async with Shelf(tmp_path).opened() as book:
        seen = await _followed(book)
        assert await book.newest() == WRITERS * EACH
        assert seen != list(range(1, WRITERS * EACH + 1)), "a reader must miss something then"
