"""A key file is parsed once per change, and every change of it is noticed at the next use."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from contracts.agencies import Directory
from runtime.keys import event_keys, parsed
from runtime.keys.event_key_files import Jwk, read_set
from runtime.keys.event_keys import EventKeys
from runtime.keys.parsed import MOST, Parsed
from runtime.private_files import KeyFileError, read_private

SLUG = "almere"


LONG = 10**18
"""Nanoseconds, more than have passed since any change."""


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long after whatever was written just now."""
    monkeypatch.setattr(parsed, "SETTLED", -LONG)


class Reader:
    """Counts how often a file was read."""

    def __init__(self) -> None:
        self.count = 0
        self.parsed = Parsed(self._read)

    def _read(self, path: Path) -> str:
        self.count += 1
        return read_private(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "some.key"
    path.touch(mode=0o600)
    path.write_text("one")
    return path


def rewritten(path: Path) -> None:
    path.write_text("two")


def replaced(path: Path) -> None:
    """By a file of the same length and time."""
    before, draft = path.stat(), path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text("two")
    os.utime(draft, ns=(before.st_atime_ns, before.st_mtime_ns))
    draft.replace(path)


def opened_to_others(path: Path) -> None:
    path.chmod(0o644)


def removed(path: Path) -> None:
    path.unlink()


def test_a_file_is_read_once_until_it_changes(file: Path) -> None:
    reader = Reader()
    assert [reader.parsed.of(file) for _ in range(3)] == ["one"] * 3
    assert reader.count == 1
    for number, change in enumerate((rewritten, replaced), start=2):
        change(file)
        assert [reader.parsed.of(file) for _ in range(3)] == ["two"] * 3
        assert reader.count == number


@pytest.mark.parametrize("change", [opened_to_others, removed])
def test_what_may_not_be_used_any_more_is_refused_at_the_next_use(file: Path, change: Callable[[Path], None]) -> None:
    reader = Reader()
    assert reader.parsed.of(file) == "one"
    change(file)
    for _ in range(2):
        with pytest.raises(KeyFileError):
            reader.parsed.of(file)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text("three")
    assert reader.parsed.of(file) == "three"


def test_what_changed_just_now_is_read_at_every_use(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two changes in one tick of the clock bear the same time."""
    monkeypatch.setattr(parsed, "SETTLED", LONG)
    reader = Reader()
    assert [reader.parsed.of(file) for _ in range(3)] == ["one"] * 3
    assert reader.count == 3


def test_no_more_than_some_files_are_kept(tmp_path: Path) -> None:
    reader = Reader()
    files = [tmp_path / f"{number}.key" for number in range(MOST + 1)]
    for path in files:
        path.touch(mode=0o600)
        path.write_text("one")
        reader.parsed.of(path)
    reader.parsed.of(files[-1])
    assert reader.count == MOST + 1
    reader.parsed.of(files[0])
    assert reader.count == MOST + 2


def test_keys_for_events_are_parsed_once(tmp_path: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noted(path: Path, text: str) -> list[Jwk]:
        read.append(path.name)
        return read_set(path, text)

    monkeypatch.setattr(event_keys, "read_set", noted)
    keys, elsewhere = (EventKeys(tmp_path / "keys", tmp_path / "public-keys") for _ in range(2))
    keys.create(directory)
    assert keys.to_sign(SLUG).kid == f"{SLUG}.1.sig"
    read.clear()
    for _ in range(5):
        keys.to_sign(SLUG)
        keys.to_open(SLUG, f"{SLUG}.1.enc")
    assert read == []
    elsewhere.rotate(SLUG, timedelta(days=1))
    read.clear()
    assert [keys.to_sign(SLUG).kid for _ in range(3)] == [f"{SLUG}.2.sig"] * 3
    assert read == [f"{SLUG}.events.jwks"]
