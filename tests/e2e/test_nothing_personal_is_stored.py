"""Every byte that an installation has on disk, after the demo's stories with a mark in every personal field."""

import base64
import sqlite3
from pathlib import Path

import pytest

from tests.e2e.canaries.left import NO_CONSENT, Marked
from tests.e2e.canaries.marks import MARKED, found_in, mark, marks
from tests.installed import Keten

REGISTER = {"birth_year", *marks("nationality", "gender")}
"""What the national register holds of whoever consented, and the names of its columns; it is not encrypted."""

STORES = {"nats", "temporal.db", "registry.db", "case-keys", "processing-log", "audit", "people", "keys", "logs"}
"""What must be there to be searched; whatever else there is, is searched as well."""


def stored(home: Path) -> dict[str, bytes]:
    """Every file, read while the servers run; one that vanishes meanwhile is not stored."""
    found: dict[str, bytes] = {}
    for path in sorted(home.rglob("*")):
        try:
            found[str(path.relative_to(home))] = path.read_bytes()
        except (IsADirectoryError, FileNotFoundError):
            continue
    return found


@pytest.fixture(scope="module")
def files(keten: Keten, marked: Marked) -> dict[str, bytes]:
    assert marked.references
    return stored(keten.home)


def test_no_byte_of_any_store_shows_a_mark_but_what_the_register_may_hold(files: dict[str, bytes]) -> None:
    assert {name.split("/")[0] for name in files} >= STORES
    found = {name: words for name, raw in files.items() if (words := found_in(raw))}
    register = {name: found.pop(name) for name in list(found) if name.startswith("registry.db")}
    assert found == {}
    assert {word for words in register.values() for word in words} == REGISTER


@pytest.mark.parametrize("store", ["temporal.db", "audit", "processing-log", "case-keys"])
def test_the_case_is_there_by_its_pseudonym(files: dict[str, bytes], marked: Marked, store: str) -> None:
    """Else that no mark is there would mean little."""
    assert any(marked.reference.encode() in raw for name, raw in files.items() if name.startswith(store))


def test_the_bus_stored_what_nobody_took_and_it_is_encrypted(files: dict[str, bytes]) -> None:
    blocks = {name: raw for name, raw in files.items() if name.startswith("nats/") and name.endswith(".blk")}
    assert sum(map(len, blocks.values())) > 1000
    assert not [name for name, raw in blocks.items() if b"from." in raw or b"dead." in raw]


def test_the_register_holds_personal_data_of_whoever_consented_in_writing_only(keten: Keten, marked: Marked) -> None:
    with sqlite3.connect(keten.home / "registry.db") as register:
        rows = register.execute("select reference, consented, birth_year, nationality, gender from report").fetchall()
    ours = {row[0]: row[1:] for row in rows if row[0] in marked.references}
    assert ours[marked.reference] == (1, 1987, mark("nationality"), mark("gender"))
    assert ours[marked.told[NO_CONSENT].references[0]] == (0, None, None, None)
    assert [row for row in ours.values() if row[0] == 0 and any(row[1:])] == []


def test_a_mark_is_found_in_every_form_in_which_it_could_be_stored(tmp_path: Path) -> None:
    for number, field in enumerate(MARKED):
        word = f"{'a' * number}{mark(field)}, and more".encode()
        for raw in (word, word.hex().encode(), base64.b64encode(word), base64.urlsafe_b64encode(word)):
            (tmp_path / "planted").write_bytes(raw)
            assert found_in(stored(tmp_path)["planted"]) == marks(field)
