"""Who takes a file, on SQLite and on a real PostgreSQL: one person at a time, for a week, told in one question."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from contracts.reference import new_reference
from runtime.database import open_database
from runtime.drafts.taken import LASTS, Taken, Taking
from runtime.migrations import Tables, upgrade
from runtime.sessions import stored as module

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
CASE, OTHER = f"case-{new_reference()}", f"case-{new_reference()}"


@pytest.fixture
def moments() -> list[datetime]:
    return [NOW]


@pytest.fixture
def store(url: str, moments: list[datetime]) -> Taking:
    upgrade(url, Tables.SESSIONS)
    return Taking(url, lambda: moments[-1])


async def test_who_comes_first_has_it_until_they_let_it_go(store: Taking) -> None:
    await store.take("almere", CASE, "c-17")
    await store.take("almere", CASE, "c-18")
    assert await store.of("almere", [CASE, OTHER]) == {CASE: Taken("c-17", NOW)}
    assert await store.of("urk", [CASE]) == {}
    await store.let_go("almere", CASE, "c-18")
    await store.let_go("urk", CASE, "c-17")
    assert CASE in await store.of("almere", [CASE])
    await store.let_go("almere", CASE, "c-17")
    assert await store.of("almere", [CASE]) == {}


async def test_it_is_taken_over_from_whom_one_knows_to_have_it(store: Taking, moments: list[datetime]) -> None:
    await store.take("almere", CASE, "c-17")
    moments.append(NOW + timedelta(hours=1))
    await store.take("almere", CASE, "c-18", instead_of="c-19")
    await store.take("almere", CASE, "c-17", instead_of="c-17")
    assert (await store.of("almere", [CASE]))[CASE] == Taken("c-17", NOW)
    await store.take("almere", CASE, "c-18", instead_of="c-17")
    assert (await store.of("almere", [CASE]))[CASE] == Taken("c-18", moments[-1])


async def test_of_many_at_once_one_has_it(store: Taking) -> None:
    await asyncio.gather(*(store.take("almere", CASE, f"c-{number}") for number in range(8)))
    assert len(await store.of("almere", [CASE])) == 1


async def test_it_ends_with_the_turn_whosesoever_it_was(store: Taking) -> None:
    await store.take("almere", CASE, "c-17")
    await store.let_go("almere", CASE)
    assert await store.of("almere", [CASE]) == {}


async def test_it_ends_after_a_week_whoever_sweeps_and_when(store: Taking, moments: list[datetime]) -> None:
    await store.take("almere", CASE, "c-17")
    moments.append(NOW + LASTS - timedelta(seconds=1))
    assert CASE in await store.of("almere", [CASE])
    moments.append(NOW + LASTS)
    assert await store.of("almere", [CASE]) == {}
    await store.take("almere", CASE, "c-18")
    assert (await store.of("almere", [CASE]))[CASE].person == "c-18"
    moments.append(NOW + 3 * LASTS)
    assert (await store.sweep(), await store.sweep()) == (1, 0)
    assert timedelta(days=7) == LASTS


async def test_a_list_is_one_question(url: str, store: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    engine = open_database(url)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    def the_same(_: str) -> Engine:
        return engine

    event.listen(engine, "before_cursor_execute", note)
    monkeypatch.setattr(module, "open_database", the_same)
    for number in range(3):
        await store.take("almere", f"case-{number}", "c-17")
    asked.clear()
    assert len(await Taking(url, lambda: NOW).of("almere", [f"case-{number}" for number in range(50)])) == 3
    assert len(asked) == 1
