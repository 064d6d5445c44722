"""A key per case, on SQLite and on a real PostgreSQL: made once, destroyed for good, its encryption replaced without loss."""

import asyncio
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from alembic.util.exc import CommandError
from sqlalchemy import select, text

from contracts.agencies import Directory
from contracts.reference import new_reference
from runtime.database import OVERWRITE, open_database
from runtime.keys import case_keys
from runtime.keys.case_keys import CaseErased, CaseKeyMissing, CaseKeys
from runtime.keys.files import Keys
from runtime.keys.tables import CASE_KEY
from runtime.keys.wrapping import KeyFiles, Wrapped
from runtime.migrations import Tables, downgrade, upgrade
from runtime.private_files import KeyUnavailable
from runtime.schema import check
from tests.statements import statements

SLUG = "almere"


@pytest.fixture
def files(tmp_path: Path, directory: Directory) -> Keys:
    keys = Keys(tmp_path / "keys")
    keys.create(directory)
    return keys


@pytest.fixture
def store(url: str, files: Keys) -> CaseKeys:
    upgrade(url, Tables.CASE_KEYS)
    return CaseKeys(url, KeyFiles(files, SLUG))


def again(url: str, files: Keys) -> CaseKeys:
    """The same keys as another process sees them, with nothing in its memory."""
    return CaseKeys(url, KeyFiles(files, SLUG))


def wrapped(url: str, case: str) -> bytes | None:
    with open_database(url).connect() as connection:
        return connection.scalar(select(CASE_KEY.c.wrapped).where(CASE_KEY.c.case_reference == case))


async def test_each_case_has_one_key_whoever_asks_first(store: CaseKeys, url: str, files: Keys) -> None:
    case, other = new_reference(), new_reference()
    processes = [store, *(again(url, files) for _ in range(7))]
    keys = set(await asyncio.gather(*(process.make_or_get(case) for process in processes)))
    assert len(keys) == 1
    assert {len(key) for key in keys} == {32}
    assert await store.make_or_get(other) not in keys
    assert await again(url, files).get(case) in keys


async def test_it_is_tried_out_whether_keys_can_be_read_and_the_agencys_own_works(store: CaseKeys, files: Keys, url: str) -> None:
    await store.try_out()
    own, other = KeyFiles(files, SLUG), KeyFiles(files, "urk")
    for wrap, unwrap in ((own.wrap, other.unwrap), (other.wrap, own.unwrap)):
        broken = CaseKeys(url, cast("Any", SimpleNamespace(wrap=wrap, unwrap=unwrap)))
        with pytest.raises((ValueError, RuntimeError)):
            await broken.try_out()

    def another(wrapped: Wrapped, case: str) -> bytes:
        return b"another"

    with pytest.raises(KeyUnavailable):
        await CaseKeys(url, cast("Any", SimpleNamespace(wrap=other.wrap, unwrap=another))).try_out()


async def test_a_case_without_a_key_is_named(store: CaseKeys) -> None:
    case = new_reference()
    with pytest.raises(CaseKeyMissing, match=case):
        await store.get(case)


async def test_several_are_read_at_once_and_then_remembered(store: CaseKeys, url: str, files: Keys) -> None:
    cases = [new_reference() for _ in range(20)]
    keys = {case: await store.make_or_get(case) for case in cases}
    fresh = again(url, files)
    with statements() as asked:
        assert await fresh.several(cases[:10]) == {case: keys[case] for case in cases[:10]}
        assert await fresh.several(set(cases)) == keys
        assert await fresh.several(cases) == keys
        assert await fresh.several(()) == {}
    assert len([text for text in asked if "case_key" in text]) == 2


async def test_of_several_those_that_were_destroyed_have_none_and_one_that_never_was_is_named(
    store: CaseKeys, url: str, files: Keys
) -> None:
    case, erased, never = new_reference(), new_reference(), new_reference()
    key = await store.make_or_get(case)
    await store.make_or_get(erased)
    await store.forget(erased)
    for process in (store, again(url, files)):
        assert await process.several([case, erased]) == {case: key}
        with pytest.raises(CaseKeyMissing, match=never):
            await process.several([case, never])


async def test_what_is_too_old_is_not_kept_in_memory(store: CaseKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_keys, "IN_MEMORY", -1.0)
    for _ in range(10):
        await store.make_or_get(new_reference())
    assert len(store._in_memory) == 1, "the last one"  # pyright: ignore[reportPrivateUsage]


async def test_a_destroyed_key_never_comes_back(store: CaseKeys, url: str, files: Keys) -> None:
    case = new_reference()
    await store.make_or_get(case)
    await store.forget(case)
    await store.forget(case)
    assert wrapped(url, case) is None
    for process in (store, again(url, files)):
        for ask in (process.get, process.make_or_get):
            with pytest.raises(CaseErased, match=f"case {case} was erased"):
                await ask(case)


async def test_a_case_that_never_had_a_key_can_be_erased_and_gets_none(store: CaseKeys) -> None:
    case = new_reference()
    await store.forget(case)
    with pytest.raises(CaseErased):
        await store.make_or_get(case)


class ReadMeanwhile(CaseKeys):
    """Somebody reads a key just before it is destroyed."""

    loop: asyncio.AbstractEventLoop

    def _destroy(self, case: str) -> None:
        asyncio.run_coroutine_threadsafe(self.get(case), self.loop).result()
        super()._destroy(case)


class Forgetful(ReadMeanwhile):
    """It empties its memory, and does not mind what is read meanwhile."""

    async def forget(self, case: str) -> None:
        self._in_memory.pop(case, None)
        await asyncio.to_thread(self._destroy, case)


@pytest.mark.parametrize(("kind", "stays"), [(ReadMeanwhile, False), (Forgetful, True)])
async def test_a_key_that_is_read_while_it_is_destroyed_is_not_kept_in_memory(
    kind: type[ReadMeanwhile], stays: bool, url: str, files: Keys
) -> None:
    upgrade(url, Tables.CASE_KEYS)
    store, case = kind(url, KeyFiles(files, SLUG)), new_reference()
    store.loop = asyncio.get_running_loop()
    key = await store.make_or_get(case)
    await store.forget(case)
    if stays:
        assert await store.get(case) == key
        return
    with pytest.raises(CaseErased):
        await store.get(case)


async def test_another_process_forgets_a_destroyed_key(
    store: CaseKeys, url: str, files: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, other = new_reference(), again(url, files)
    monkeypatch.setattr(case_keys, "IN_MEMORY", 0.0)
    await other.make_or_get(case)
    await store.forget(case)
    with pytest.raises(CaseErased):
        await other.get(case)


async def test_without_an_end_to_its_memory_it_would_go_on_reading(
    store: CaseKeys, url: str, files: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, other = new_reference(), again(url, files)
    monkeypatch.setattr(case_keys, "IN_MEMORY", 1e9)
    key = await other.make_or_get(case)
    await store.forget(case)
    assert await other.get(case) == key


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_no_byte_of_a_destroyed_key_stays_in_the_files(store: CaseKeys, url: str, tmp_path: Path) -> None:
    case, kept = new_reference(), new_reference()
    await store.make_or_get(case)
    await store.make_or_get(kept)
    gone, stays = wrapped(url, case), wrapped(url, kept)
    assert gone
    assert stays
    assert gone in _files(tmp_path)
    await store.forget(case)
    assert gone not in _files(tmp_path)
    assert stays in _files(tmp_path)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_without_emptying_the_journal_it_would_stay(
    store: CaseKeys, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(OVERWRITE, "sqlite", "SELECT 0")
    case = new_reference()
    await store.make_or_get(case)
    gone = wrapped(url, case)
    await store.forget(case)
    assert gone
    assert gone in _files(tmp_path)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_reader_that_holds_the_journal_is_said(
    store: CaseKeys, url: str, files: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = new_reference()
    await store.make_or_get(case)
    with open_database(url).connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.execute(select(CASE_KEY)).all()
        monkeypatch.setitem(OVERWRITE, "sqlite", "SELECT 0")
        await store.forget(case)
        monkeypatch.undo()
        with pytest.raises(TimeoutError, match="try again"):
            await again(url, files).forget(case)
    await again(url, files).forget(case)


async def test_a_new_key_of_the_agency_encrypts_all_and_the_old_one_is_gone(store: CaseKeys, url: str, files: Keys) -> None:
    cases = [new_reference() for _ in range(20)]
    before = [await store.make_or_get(case) for case in cases]
    erased = new_reference()
    await store.forget(erased)
    texts = [wrapped(url, case) for case in cases]
    assert await store.rotate() == 20
    assert files.wrapping_numbers(SLUG) == [2]
    fresh = again(url, files)
    assert [await fresh.get(case) for case in cases] == before
    assert not set(texts) & {wrapped(url, case) for case in cases}
    with pytest.raises(CaseErased):
        await fresh.get(erased)


async def test_an_interrupted_rotation_can_be_done_again(
    store: CaseKeys, url: str, files: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = new_reference()
    key = await store.make_or_get(case)
    monkeypatch.setattr(Keys, "remove_older_wrapping_keys", _killed)
    with pytest.raises(KeyboardInterrupt):
        await store.rotate()
    assert files.wrapping_numbers(SLUG) == [1, 2]
    assert await again(url, files).get(case) == key
    monkeypatch.undo()
    await again(url, files).rotate()
    assert files.wrapping_numbers(SLUG) == [3]
    assert await again(url, files).get(case) == key


async def test_keys_that_are_made_meanwhile_are_not_lost(store: CaseKeys, url: str, files: Keys) -> None:
    cases = [new_reference() for _ in range(40)]
    making = [again(url, files) for _ in range(4)]
    await asyncio.gather(*(making[i % 4].make_or_get(case) for i, case in enumerate(cases)), store.rotate())
    fresh = again(url, files)
    assert all([await fresh.get(case) for case in cases])


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_key_that_is_about_to_be_committed_is_waited_for(store: CaseKeys, url: str, files: Keys) -> None:
    case = new_reference()
    rotating = await _rotated_beside_an_open_transaction(store, url, files, case)
    assert len(await again(url, files).get(case)) == 32
    assert rotating == 1


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_without_the_lock_it_would_be_lost(store: CaseKeys, url: str, files: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(case_keys.NOBODY_ELSE_WRITES, "postgresql", "SELECT 1")
    case = new_reference()
    assert await _rotated_beside_an_open_transaction(store, url, files, case) == 0
    with pytest.raises(RuntimeError, match=r"almere\.wrap\.1\.key is missing"):
        await again(url, files).get(case)


async def _rotated_beside_an_open_transaction(store: CaseKeys, url: str, files: Keys, case: str) -> int:
    """A worker has encrypted a new case's key and is about to commit it, when somebody rotates."""
    made = KeyFiles(files, SLUG).wrap(bytes(32), case)
    row = {"case_reference": case, "wrapped": made.text, "wrapped_by": made.by, "made_at": datetime.now(UTC)}
    with open_database(url).begin() as worker:
        worker.execute(CASE_KEY.insert().values(**row))
        rotating = asyncio.create_task(store.rotate())
        await asyncio.wait([rotating], timeout=1)
    return await rotating


class RotatedMeanwhile(KeyFiles):
    """While it encrypts the key of a case, somebody changes the agency's key, and gets a second for it."""

    def __init__(self, files: Keys, store: CaseKeys) -> None:
        super().__init__(files, SLUG)
        self.changing = threading.Thread(target=lambda: asyncio.run(store.rotate()))

    def wrap(self, key: bytes, case: str) -> Wrapped:
        made = super().wrap(key, case)
        if not self.changing.ident:
            self.changing.start()
            self.changing.join(1)
        return made


@pytest.mark.parametrize("lost", [False, True])
async def test_a_change_of_the_agencys_key_waits_for_a_key_that_is_being_made(
    store: CaseKeys, url: str, files: Keys, lost: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the lock, what was encrypted by the key that is removed could never be read."""
    if lost:
        monkeypatch.setattr(case_keys, "KEY_STAYS", dict.fromkeys(case_keys.KEY_STAYS, "SELECT 1"))
    case, wrapping = new_reference(), RotatedMeanwhile(files, store)
    key = await CaseKeys(url, wrapping).make_or_get(case)
    await asyncio.to_thread(wrapping.changing.join)
    assert files.wrapping_numbers(SLUG) == [2]
    if lost:
        with pytest.raises(RuntimeError, match=r"almere\.wrap\.1\.key is missing"):
            await again(url, files).get(case)
        return
    assert await again(url, files).get(case) == key


async def test_a_copy_from_before_a_rotation_is_of_no_use(store: CaseKeys, url: str, files: Keys) -> None:
    case = new_reference()
    await store.make_or_get(case)
    with open_database(url).connect() as connection:
        copy = dict(connection.execute(select(CASE_KEY)).mappings().one())
    await store.forget(case)
    await store.rotate()
    with open_database(url).begin() as connection:
        connection.execute(CASE_KEY.delete())
        connection.execute(CASE_KEY.insert().values(**copy))
    with pytest.raises(RuntimeError, match="missing"):
        await again(url, files).get(case)


def test_the_tables_in_the_code_are_those_of_the_migrations(url: str) -> None:
    upgrade(url, Tables.CASE_KEYS)
    check(url, Tables.CASE_KEYS)
    with open_database(url).begin() as connection:
        connection.execute(text("ALTER TABLE case_key ADD COLUMN forgotten INTEGER"))
    with pytest.raises(CommandError, match="forgotten"):
        check(url, Tables.CASE_KEYS)


def test_migrations_go_down_and_up_again(url: str) -> None:
    upgrade(url, Tables.CASE_KEYS)
    downgrade(url, "base", Tables.CASE_KEYS)
    upgrade(url, Tables.CASE_KEYS)
    check(url, Tables.CASE_KEYS)


def _files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("some.db*"))


def _killed(*_: object) -> None:
    raise KeyboardInterrupt
