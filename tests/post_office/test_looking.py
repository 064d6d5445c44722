"""Health out of what can be looked at."""

import asyncio
from datetime import timedelta

import pytest

from post_office import looking
from post_office.health import Does
from post_office.looking import UNREAD, Looking
from tests.post_office.asking import DIRECTORY, MARKER, POLICE, RECEIVED
from tests.post_office.memory_book import MemoryBook, now


async def _well() -> None:
    return None


async def test_each_part_is_looked_at_and_a_fault_has_a_name_only(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away() -> str:
        return "the bus is not reached: events leave when it is there again"

    async def broken() -> str:
        raise RuntimeError(MARKER)

    async def silent() -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(looking, "PATIENCE", 0.05)
    book = MemoryBook(POLICE, DIRECTORY)
    parts = await Looking(book, {"bus": away, "clock": broken, "keys": silent, "disk": _well}).parts()
    assert [(part.name, part.does) for part in parts] == [
        ("bus", Does.FAIL),
        ("clock", Does.FAIL),
        ("keys", Does.FAIL),
        ("disk", Does.PASS),
        ("book", Does.PASS),
        ("unread", Does.PASS),
    ]
    assert MARKER not in str(parts)
    assert "RuntimeError" in str(parts[1].words)


async def test_what_nobody_reads_is_told_after_a_while() -> None:
    book, clock = MemoryBook(POLICE, DIRECTORY), [now()]
    health = Looking(book, {}, lambda: clock[0])
    first = await book.hear(RECEIVED, {"status": "with_desk"})
    assert (await health.parts())[-1].does is Does.PASS
    clock[0] = first.at + UNREAD + timedelta(seconds=1)
    unread = (await health.parts())[-1]
    assert (unread.does, unread.since) == (Does.WARN, first.at)
    assert "nobody" in str(unread.words)
    await book.acknowledge("desk", 1)
    assert (await health.parts())[-1].does is Does.PASS
    await book.acknowledge("slow", 0)
    assert "slow" in str((await health.parts())[-1].words)


async def test_a_book_that_fails_is_a_part_that_fails() -> None:
    book = MemoryBook(POLICE, DIRECTORY)
    book.fault = OSError(MARKER)
    unread = (await Looking(book, {}).parts())[-1]
    assert unread.does is Does.FAIL
