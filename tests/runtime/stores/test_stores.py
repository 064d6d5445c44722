"""A store that is gone, emptied or exchanged is refused with words, and never made anew in silence."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from contracts.agencies import Directory
from runtime.migrations import Tables, upgrade
from runtime.schema import check
from runtime.servers.embedded import embedded
from runtime.settings import Settings
from runtime.stores.stores import StoreLost, Stores

NAME = "case-keys/almere"


def _prepare(url: str) -> None:
    upgrade(url, Tables.CASE_KEYS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "case-keys" / "almere.db"


def _open(home: Path, path: Path) -> Stores:
    stores = Stores(home)
    stores.database(NAME, f"sqlite:///{path}", _prepare)
    return stores


def test_a_store_is_made_once_and_opened_again(tmp_path: Path, path: Path) -> None:
    with capture_logs() as said:
        for _ in range(3):
            assert _open(tmp_path, path).gone() == {}
    assert said == []
    check(f"sqlite:///{path}", Tables.CASE_KEYS)
    assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "installation.json").stat().st_mode & 0o777 == 0o600


def test_one_that_was_opened_before_is_watched_and_counts_no_further_opening(tmp_path: Path, path: Path) -> None:
    _open(tmp_path, path)
    listed = (tmp_path / "installation.json").read_text()
    beside = Stores(tmp_path)
    beside.opened_before(NAME, f"sqlite:///{path}")
    assert (tmp_path / "installation.json").read_text() == listed
    assert beside.gone() == {}
    path.unlink()
    assert beside.gone() == {NAME: path}
    with pytest.raises(StoreLost, match="is gone"):
        Stores(tmp_path).opened_before(NAME, f"sqlite:///{path}")
    assert not path.exists(), "nothing is made anew"


def _remove(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _spoil(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


def _exchange(path: Path) -> None:
    path.unlink()
    _open(path.parent / "elsewhere", path)


def _exchange_for_one_without_a_mark(path: Path) -> None:
    path.unlink()
    _prepare(f"sqlite:///{path}")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_remove, "is gone, but this installation had it"),
        (_empty, "is empty, but this installation had written into it"),
        (_spoil, "cannot be read"),
        (_exchange, "is not the store that this installation had"),
        (_exchange_for_one_without_a_mark, "is not the store that this installation had"),
    ],
)
def test_it_is_refused_and_named_and_begun_anew_only_on_purpose(
    tmp_path: Path, path: Path, harm: Callable[[Path], None], words: str
) -> None:
    _open(tmp_path, path)
    for journal in path.parent.glob("*.db-*"):
        journal.unlink()
    harm(path)
    left = path.read_bytes() if path.exists() else None
    with pytest.raises(StoreLost, match=words) as refused:
        _open(tmp_path, path)
    assert f"`keten provision --accept-loss {NAME}`" in str(refused.value)
    assert "Backup and restore" in str(refused.value)
    assert str(path) in str(refused.value)
    assert (path.read_bytes() if path.exists() else None) == left, "nothing was made there"
    Stores(tmp_path).forget(NAME)
    if harm is not _spoil:
        _open(tmp_path, path)
        _open(tmp_path, path)


def test_an_older_copy_of_a_store_is_taken_and_logged(tmp_path: Path, path: Path) -> None:
    _open(tmp_path, path)
    shutil.copy(path, tmp_path / "backup.db")
    for _ in range(2):
        _open(tmp_path, path)
    shutil.copy(tmp_path / "backup.db", path)
    with capture_logs() as said:
        _open(tmp_path, path)
        _open(tmp_path, path)
    [line] = said
    assert (line["event"], line["path"], line["count"]) == ("store_restored", NAME, 2)


def test_a_store_of_the_version_before_is_adopted(tmp_path: Path, path: Path) -> None:
    _prepare(f"sqlite:///{path}")
    with sqlite3.connect(path) as database:
        database.execute("insert into case_key (case_reference, made_at) values ('k1', '2026-03-02')")
    _open(tmp_path, path)
    with sqlite3.connect(path) as database:
        assert database.execute("select case_reference from case_key").fetchall() == [("k1",)]
    path.unlink()
    with pytest.raises(StoreLost, match="is gone"):
        _open(tmp_path, path)


def test_a_store_that_leaves_its_place_while_it_is_open_is_noticed(tmp_path: Path, path: Path) -> None:
    stores = _open(tmp_path, path)
    path.rename(path.with_suffix(".old"))
    assert stores.gone() == {NAME: path}
    shutil.copy(path.with_suffix(".old"), path)
    assert stores.gone() == {NAME: path}
    path.unlink()
    path.with_suffix(".old").rename(path)
    assert stores.gone() == {}


def test_who_forgets_a_store_that_is_none_hears_which_there_are(tmp_path: Path, path: Path) -> None:
    _open(tmp_path, path)
    with pytest.raises(LookupError, match=f"there are: {NAME}"):
        Stores(tmp_path).forget("case-keys/nobody")


def test_a_list_that_cannot_be_read_is_no_reason_to_make_anything_anew(tmp_path: Path, path: Path) -> None:
    _open(tmp_path, path)
    (tmp_path / "installation.json").write_text("{")
    with pytest.raises(StoreLost, match=r"installation\.json cannot be read"):
        _open(tmp_path, path)


async def test_the_servers_stores_are_watched_and_refused_at_the_next_start(tmp_path: Path, directory: Directory) -> None:
    settings = Settings(home=tmp_path / "home")
    few = directory.model_copy(update={"agencies": (directory.desk, directory.registry)})
    async with embedded(settings, few) as running:
        watching = asyncio.create_task(running.watch())
        settings.temporal_db.rename(tmp_path / "temporal.db")
        with pytest.raises(StoreLost, match=r"temporal\.db was removed or exchanged while it was in use"):
            await watching
        (tmp_path / "temporal.db").rename(settings.temporal_db)
    for name in ("temporal.db", "nats", "keys"):
        path = settings.home / name
        path.rename(tmp_path / name)
        with pytest.raises(StoreLost, match=f"{name} is gone"):
            async with embedded(settings, few):
                pass
        assert not path.exists()
        (tmp_path / name).rename(path)
    async with embedded(Settings(home=tmp_path / "other"), few):
        pass
    for file in settings.home.glob("temporal.db*"):
        file.unlink()
    for file in (tmp_path / "other").glob("temporal.db*"):
        shutil.copy(file, settings.home)
    with pytest.raises(StoreLost, match=r"temporal\.db is not the store"):
        async with embedded(settings, few):
            pass
