"""Somebody has the database, and takes the guards away for a moment: what they did is named."""

import asyncio
import itertools
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from runtime.audit import proof
from runtime.audit.entry import Entry, Head, first_hash, hash_of
from runtime.audit.log import AuditLog
from runtime.audit.proof import prove, prove_heads, walk
from runtime.audit.store import AuditUnavailable
from runtime.audit.tables import HEAD
from runtime.audit.tampering import Kind
from runtime.database import open_database
from runtime.keys.signatures import KeyFileSigner
from tests.runtime.audit_logs import AGENCY, act, opened, rewritten, unguarded

Change = Callable[[list[Entry]], list[Entry]]
COUNT = 8
SIGNED = 5


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log on SQLite, its kept head and its key: made once, since every entry waits for the disk."""
    folder = tmp_path_factory.mktemp("written")
    asyncio.run(_write(opened(f"sqlite:///{folder}/some.db", folder), folder))
    return folder


@pytest.fixture
def signer(tmp_path: Path) -> KeyFileSigner:
    return _signer(tmp_path)


@pytest.fixture
def log(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AuditLog:
    """Eight entries; the fifth was the newest when the head was signed."""
    log = opened(url, tmp_path)
    if url.startswith("sqlite"):
        shutil.copytree(request.getfixturevalue("written"), tmp_path, dirs_exist_ok=True)
    else:
        asyncio.run(_write(log, tmp_path))
    return log


async def _write(log: AuditLog, folder: Path) -> None:
    for number in range(1, COUNT + 1):
        await log.append(act())
        if number == SIGNED:
            await log.sign_head(_signer(folder), datetime(2026, 3, 2, tzinfo=UTC))


def _signer(folder: Path) -> KeyFileSigner:
    return KeyFileSigner(folder / "almere.audit.jwk", "almere.audit")


def hashed(entry: Entry) -> Entry:
    return entry._replace(hash=hash_of(AGENCY, entry))


def chained(entries: list[Entry]) -> list[Entry]:
    """Numbers, links and hashes all made anew: what somebody does who has read this code."""
    before, done = Head(0, first_hash(AGENCY)), list[Entry]()
    for entry in entries:
        done.append(hashed(entry._replace(seq=before.seq + 1, previous=before.hash)))
        before = Head(done[-1].seq, done[-1].hash)
    return done


def numbered(entries: list[Entry]) -> list[Entry]:
    return [entry._replace(seq=number) for number, entry in enumerate(entries, 1)]


def other(entry: Entry) -> Entry:
    return entry._replace(person="c-99")


def replaced(seq: int, change: Callable[[Entry], Entry]) -> Change:
    return lambda entries: [change(entry) if entry.seq == seq else entry for entry in entries]


def without(*seqs: int) -> Change:
    return lambda entries: [entry for entry in entries if entry.seq not in seqs]


def then(*changes: Change) -> Change:
    def change(entries: list[Entry]) -> list[Entry]:
        for one in changes:
            entries = one(entries)
        return entries

    return change


def inserted(make: Callable[[Entry], Entry]) -> Change:
    """Another entry after the third, made from it."""
    return lambda entries: numbered([*entries[:3], make(entries[2]), *entries[3:]])


def swapped(entries: list[Entry]) -> list[Entry]:
    return numbered([*entries[:2], entries[3], entries[2], *entries[4:]])


def follower(entry: Entry) -> Entry:
    return hashed(other(entry)._replace(seq=entry.seq + 1, previous=entry.hash))


def stranger(entry: Entry) -> Entry:
    return hashed(other(entry)._replace(seq=entry.seq + 1))


TAMPERED: dict[str, tuple[Change, Kind, int]] = {
    "changed": (replaced(3, other), Kind.ALTERED, 3),
    "changed and hashed again": (replaced(3, lambda entry: hashed(other(entry))), Kind.ALTERED, 3),
    "hung on something else": (replaced(3, lambda entry: hashed(entry._replace(previous="0" * 64))), Kind.ALTERED, 3),
    "the first changed and hashed again": (replaced(1, lambda entry: hashed(other(entry))), Kind.ALTERED, 1),
    "the last changed and hashed again": (replaced(COUNT, lambda entry: hashed(other(entry))), Kind.ALTERED, SIGNED + 1),
    "changed and all hashed again": (then(replaced(7, other), chained), Kind.ALTERED, SIGNED + 1),
    "changed before the signature and all hashed again": (then(replaced(2, other), chained), Kind.ALTERED, 1),
    "removed": (without(4), Kind.MISSING, 4),
    "the first removed": (without(1, 2), Kind.MISSING, 1),
    "removed and numbered anew": (then(without(4, 5), numbered), Kind.MISSING, 4),
    "removed and all hashed again": (then(without(2), chained), Kind.ALTERED, 1),
    "put between": (inserted(follower), Kind.INSERTED, 4),
    "put between, with a wrong hash": (inserted(other), Kind.INSERTED, 4),
    "put between, hanging on something else": (inserted(stranger), Kind.INSERTED, 4),
    "put before all": (lambda entries: [hashed(entries[0]._replace(seq=0)), *entries], Kind.INSERTED, 0),
    "exchanged": (swapped, Kind.REORDERED, 3),
    "exchanged and hashed again": (then(swapped, lambda entries: [hashed(entry) for entry in entries]), Kind.REORDERED, 3),
    "cut off": (without(7, 8), Kind.CUT_OFF, 7),
    "all cut off": (lambda _: [], Kind.CUT_OFF, 1),
}


def _whatever(*_: object) -> bool:
    return True


def test_what_nobody_touched_holds(log: AuditLog, signer: KeyFileSigner) -> None:
    ticks = itertools.count()
    found = prove(log, signer, lambda: next(ticks))
    assert (found.held, found.flaws) == (COUNT, ())
    assert found.signed
    assert (found.signed.day, found.signed.seq) == ("2026-03-02", SIGNED)
    assert next(ticks) == COUNT


@pytest.mark.parametrize("name", ["changed and hashed again", "removed", "cut off"])
def test_what_was_done_is_named_on_every_database(log: AuditLog, url: str, signer: KeyFileSigner, name: str) -> None:
    test_what_was_done_is_named(log, url, signer, name)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_done_is_named(log: AuditLog, url: str, signer: KeyFileSigner, name: str) -> None:
    change, kind, seq = TAMPERED[name]
    rewritten(url, change)
    [flaw] = prove(log, signer).flaws
    assert (flaw.kind, flaw.seq) == (kind, seq), flaw.words
    assert str(seq) in flaw.words


def test_the_heads_alone_hold_where_nobody_touched_anything(log: AuditLog, signer: KeyFileSigner) -> None:
    found = prove_heads(log, signer)
    assert (found.held, found.flaws) == (COUNT, ())
    assert found.signed
    assert found.signed.seq == SIGNED


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["cut off", "all cut off", "changed and all hashed again", "removed and all hashed again"])
def test_the_heads_alone_tell_that_a_log_was_written_anew(log: AuditLog, url: str, signer: KeyFileSigner, name: str) -> None:
    rewritten(url, TAMPERED[name][0])
    assert {flaw.kind for flaw in prove_heads(log, signer).flaws} == {Kind.ALTERED}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_heads_alone_need_a_signature_of_this_agency(log: AuditLog, tmp_path: Path) -> None:
    other = KeyFileSigner(tmp_path / "other.jwk", "other.audit")
    assert [flaw.kind for flaw in prove_heads(log, other).flaws] == [Kind.UNSIGNED]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_log_of_another_agency_is_not_this_one(log: AuditLog, url: str, signer: KeyFileSigner) -> None:
    foreign = opened(url, log.head_file.path.parent)
    foreign.agency = foreign.store.agency = "urk"
    kinds = [(flaw.kind, flaw.seq) for flaw in prove(foreign, signer).flaws]
    assert kinds == [(Kind.ALTERED, 1), (Kind.UNSIGNED, SIGNED)]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_without_recomputing_hashes_a_change_passes(
    log: AuditLog, url: str, signer: KeyFileSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten(url, replaced(3, other))
    monkeypatch.setattr(proof, "fits", _whatever)
    assert prove(log, signer).flaws == ()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["changed before the signature and all hashed again", "removed and all hashed again", "cut off"])
def test_without_signed_and_kept_heads_it_passes(log: AuditLog, url: str, name: str) -> None:
    rewritten(url, TAMPERED[name][0])
    assert walk(AGENCY, log.store.entries(), {})[1] is None


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["changed before the signature and all hashed again", "all cut off"])
def test_a_signed_head_is_enough_where_the_kept_one_was_made_to_fit(
    log: AuditLog, url: str, signer: KeyFileSigner, name: str
) -> None:
    rewritten(url, TAMPERED[name][0])
    newest = [Head(entry.seq, entry.hash) for entry in log.store.entries()][-1:]
    log.head_file.path.unlink()
    for head in newest:
        log.head_file.keep(head)
    assert [flaw.kind for flaw in prove(log, signer).flaws] == [TAMPERED[name][1]]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["changed before the signature and all hashed again", "cut off"])
def test_a_kept_head_is_enough_where_signed_ones_were_removed(log: AuditLog, url: str, signer: KeyFileSigner, name: str) -> None:
    rewritten(url, TAMPERED[name][0])
    with unguarded(url) as connection:
        connection.execute(HEAD.delete())
    found = prove(log, signer)
    assert found.signed is None
    assert [flaw.kind for flaw in found.flaws] == [TAMPERED[name][1]]


def test_a_head_that_somebody_else_signed_is_named(log: AuditLog, url: str, signer: KeyFileSigner, tmp_path: Path) -> None:
    rewritten(url, TAMPERED["changed before the signature and all hashed again"][0])
    [head] = log.store.heads()
    forged = {**signer.verify(head.token), "hash": list(log.store.entries())[SIGNED - 1].hash}
    token = KeyFileSigner(tmp_path / "thief.jwk", "almere.audit").sign(forged)
    with unguarded(url) as connection:
        connection.execute(HEAD.update().values(token=token))
    altered, unsigned = prove(log, signer).flaws
    assert altered.kind is Kind.ALTERED  # the kept head still tells
    assert (unsigned.kind, unsigned.seq) == (Kind.UNSIGNED, SIGNED)
    assert "the head of 2026-03-02: this signature does not fit" in unsigned.words


def test_a_head_that_was_signed_for_another_day_or_place_is_named(log: AuditLog, url: str, signer: KeyFileSigner) -> None:
    with unguarded(url) as connection:
        connection.execute(HEAD.update().values(seq=6))
    [flaw] = prove(log, signer).flaws
    assert (flaw.kind, flaw.seq) == (Kind.UNSIGNED, 6)


def test_a_guard_that_is_gone_is_named(log: AuditLog, url: str, signer: KeyFileSigner) -> None:
    with open_database(url).begin() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        name = "audit_entry_no_update" if on_sqlite else "audit_entry_no_change"
        connection.execute(text(f"DROP TRIGGER {name}" + ("" if on_sqlite else " ON audit_entry")))
    [flaw] = prove(log, signer).flaws
    assert (flaw.kind, flaw.words) == (Kind.UNGUARDED, f"the trigger {name} is gone")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_kept_head_that_is_gone_or_unreadable_is_named(log: AuditLog, signer: KeyFileSigner) -> None:
    log.head_file.path.write_text("8 something\n")
    [flaw] = prove(log, signer).flaws
    assert (flaw.kind, flaw.words[-46:]) == (Kind.NO_HEAD, "does not hold the number and the hash of an entry"[-46:])
    log.head_file.path.unlink()
    [flaw] = prove(log, signer).flaws
    assert flaw.kind is Kind.NO_HEAD
    assert "almere.head is gone" in flaw.words


class TestPutBack:
    """Somebody puts an older database back, and the file beside it too."""

    @pytest.fixture
    def rolled_back(self, url: str, log: AuditLog, tmp_path: Path) -> Head:
        """The head that was noted elsewhere before three more entries and it all were undone."""
        folder = tmp_path / "before"
        folder.mkdir()
        for path in (*tmp_path.glob("some.db*"), log.head_file.path):
            shutil.copy(path, folder)
        for _ in range(3):
            asyncio.run(log.append(act()))
        noted = asyncio.run(log.newest())
        assert noted
        assert noted.seq == COUNT + 3
        for path in tmp_path.glob("some.db*"):
            path.unlink()
        for path in folder.iterdir():
            shutil.copy(path, tmp_path)
        return noted

    @pytest.mark.parametrize("url", ["sqlite"], indirect=True)
    def test_what_was_noted_elsewhere_tells(self, url: str, rolled_back: Head, signer: KeyFileSigner, tmp_path: Path) -> None:
        log = opened(url, tmp_path)
        assert prove(log, signer).flaws == (), "database and file agree with each other"
        [flaw] = prove(log, signer, elsewhere=[rolled_back]).flaws
        assert (flaw.kind, flaw.seq) == (Kind.CUT_OFF, COUNT + 1)

    @pytest.mark.parametrize("url", ["sqlite"], indirect=True)
    def test_it_tells_too_when_as_many_entries_were_added_since(
        self, url: str, rolled_back: Head, signer: KeyFileSigner, tmp_path: Path
    ) -> None:
        log = opened(url, tmp_path)
        for _ in range(3):
            asyncio.run(log.append(act()))
        assert prove(log, signer).flaws == ()
        kinds = {flaw.kind for flaw in prove(log, signer, elsewhere=[rolled_back]).flaws}
        assert kinds == {Kind.ALTERED}

    @pytest.mark.parametrize("url", ["sqlite"], indirect=True)
    def test_an_office_that_runs_says_so(self, url: str, rolled_back: Head, tmp_path: Path) -> None:
        with capture_logs() as lines:
            asyncio.run(opened(url, tmp_path).newest(rolled_back))
        assert [line["event"] for line in lines] == ["audit_log_altered"]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_kept_head_that_was_removed_does_not_come_back_with_the_next_entry(
    url: str, log: AuditLog, signer: KeyFileSigner, tmp_path: Path
) -> None:
    log.head_file.path.unlink()
    rewritten(url, TAMPERED["cut off"][0])
    again = opened(url, tmp_path)
    asyncio.run(again.append(act()))
    assert not again.head_file.path.exists()
    assert Kind.NO_HEAD in {flaw.kind for flaw in prove(again, signer).flaws}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_log_that_is_removed_while_it_is_open_is_not_written_to(url: str, log: AuditLog, tmp_path: Path) -> None:
    await log.append(act())
    (tmp_path / "some.db").rename(tmp_path / "elsewhere.db")
    for opened_when in (log, opened(url, tmp_path)):
        with pytest.raises(AuditUnavailable):
            await opened_when.append(act())
        with pytest.raises(AuditUnavailable):
            opened_when.store.count()
    assert not (tmp_path / "some.db").exists(), "nothing makes it anew in silence"
    (tmp_path / "elsewhere.db").rename(tmp_path / "some.db")
    await opened(url, tmp_path).append(act())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_log_that_never_was_is_made(url: str, tmp_path: Path) -> None:
    fresh = opened(url, tmp_path)
    assert fresh.store.is_missing
    entry = await fresh.append(act())
    assert await fresh.newest() == Head(entry.seq, entry.hash)
