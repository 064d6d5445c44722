"""An audit log on SQLite and on a real PostgreSQL: it is only added to, is one chain whoever writes, and its head is signed."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.util.exc import CommandError
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from runtime.audit import store
from runtime.audit.entry import Act, Action, Head, Outcome
from runtime.audit.log import AuditLog
from runtime.audit.proof import prove
from runtime.audit.store import AuditUnavailable, Wanted
from runtime.database import open_database
from runtime.keys.signatures import KeyFileSigner
from runtime.migrations import Tables, downgrade, upgrade
from runtime.schema import check
from tests.installed import ROOT
from tests.runtime.audit_logs import AGENCY, act, opened, rewritten

NOWHERE = "postgresql+psycopg://keten@127.0.0.1:1/audit"
TODAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def log(url: str, tmp_path: Path) -> AuditLog:
    return opened(url, tmp_path)


@pytest.fixture
def signer(tmp_path: Path) -> KeyFileSigner:
    return KeyFileSigner(tmp_path / "keys" / "almere.audit.jwk", "almere.audit")


async def test_what_is_written_stands_there_in_order(log: AuditLog) -> None:
    acts = [act(), act("c-18"), Act(person="c-17", action=Action.DECIDE, object="accept_case", outcome=Outcome.REFUSED)]
    written = [await log.append(one) for one in acts]
    assert list(log.store.entries()) == written
    assert [(entry.seq, entry.person, entry.action) for entry in written] == [
        (1, "c-17", "read"),
        (2, "c-18", "read"),
        (3, "c-17", "decide"),
    ]
    assert [written[0].hash, written[1].hash] == [written[1].previous, written[2].previous]
    assert log.head_file.read() == Head(3, written[2].hash)
    assert log.head_file.path.stat().st_mode & 0o777 == 0o600


async def test_the_kept_head_is_written_in_place_and_one_of_another_length_replaced(log: AuditLog) -> None:
    """By whoever wrote before this was so, or by hand."""
    entries = [await log.append(act()) for _ in range(2)]
    path = log.head_file.path
    file, length = path.stat().st_ino, path.stat().st_size
    path.write_text(f"1 {entries[0].hash}\n", encoding="ascii")
    entry = await log.append(act())
    assert path.stat().st_ino != file
    file = path.stat().st_ino
    assert log.head_file.read() == Head(3, entry.hash)
    entry = await log.append(act())
    log.head_file.keep(Head(entry.seq - 1, entry.previous))
    assert log.head_file.read() == Head(4, entry.hash)
    assert (path.stat().st_ino, path.stat().st_size, path.stat().st_mode & 0o777) == (file, length, 0o600)


async def test_entries_of_a_case_of_a_person_or_since_a_moment(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "AT_ONCE", 2)
    written = [await log.append(act(f"c-{number % 2}x")) for number in range(7)]
    assert list(log.store.entries()) == written
    assert list(log.store.entries(person="c-1x")) == written[1::2]
    assert list(log.store.entries(case=written[3].case_reference)) == [written[3]]
    assert list(log.store.entries(since=written[4].moment)) == written[4:]
    assert list(log.store.wanted(Wanted(until=written[4].moment))) == written[:4]
    assert list(log.store.wanted(Wanted(action="decide"))) == []


async def test_the_newest_entries_come_a_part_at_a_time(log: AuditLog) -> None:
    written = [await log.append(act(f"c-{number % 2}x")) for number in range(7)]
    backwards = written[::-1]
    assert log.store.newest_first(Wanted(), None, 3) == backwards[:3]
    assert log.store.newest_first(Wanted(), backwards[2].seq, 3) == backwards[3:6]
    assert log.store.newest_first(Wanted(), 1, 3) == []
    assert log.store.newest_first(Wanted(person="c-1x"), None, 2) == written[1::2][::-1][:2]
    assert log.store.newest_first(Wanted(case=written[3].case_reference), None, 9) == [written[3]]
    assert log.store.newest_first(Wanted(action="decide"), None, 9) == []
    between = Wanted(since=written[2].moment, until=written[5].moment, action="read")
    assert log.store.newest_first(between, None, 9) == written[2:5][::-1]


@pytest.mark.parametrize(
    "fields",
    [
        {"object": "an account of what happened"},
        {"object": "Jan"},
        {"case": "not a reference"},
        {"person": "Jan Jansen"},
        {"action": "look"},
    ],
)
def test_only_coded_words_can_be_written_down(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Act.model_validate({"person": "c-17", "action": "read", **fields})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET person = 'c-18' WHERE seq = 1",
        "DELETE FROM audit_entry",
        "UPDATE audit_head SET seq = 2",
        "DELETE FROM audit_head",
    ],
)
async def test_the_database_refuses_to_change_or_remove(log: AuditLog, url: str, signer: KeyFileSigner, statement: str) -> None:
    await log.append(act())
    await log.sign_head(signer)
    with pytest.raises(DBAPIError, match="only added to"), open_database(url).begin() as connection:
        connection.execute(text(statement))
    assert prove(log, signer).flaws == ()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_sqlite_refuses_to_replace(log: AuditLog, url: str) -> None:
    entry = await log.append(act())
    forged = entry._replace(person="c-18")
    row = ", ".join(f":{name}" for name in forged._fields)
    with pytest.raises(DBAPIError, match="only added to"), open_database(url).begin() as connection:
        connection.execute(text(f"INSERT OR REPLACE INTO audit_entry VALUES ({row})"), forged._asdict())


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_postgresql_refuses_to_truncate(log: AuditLog, url: str) -> None:
    await log.append(act())
    with pytest.raises(DBAPIError, match="only added to"), open_database(url).begin() as connection:
        connection.execute(text("TRUNCATE audit_entry"))


async def test_two_processes_that_write_at_once_make_one_chain(
    log: AuditLog, url: str, tmp_path: Path, signer: KeyFileSigner
) -> None:
    """Also on a database without tables, which both then want to make."""
    command = [sys.executable, "-m", "tests.runtime.appending", url, str(tmp_path)]
    writing = [subprocess.Popen([*command, f"c-{number}", "25"], cwd=ROOT) for number in (1, 2)]
    assert [process.wait(60) for process in writing] == [0, 0]
    assert prove(log, signer)[:1] == (50,)
    assert prove(log, signer).flaws == ()
    assert log.head_file.read() == Head(50, [entry.hash for entry in log.store.entries()][-1])
    assert {person: len(list(log.store.entries(person=person))) for person in ("c-1", "c-2")} == {"c-1": 25, "c-2": 25}


async def test_without_the_lock_two_would_write_the_same_entry(
    log: AuditLog, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log.append(act())
    monkeypatch.setattr(store, "ALONE", {"sqlite": (), "postgresql": ()})
    other = opened(url, tmp_path)
    with log.store.begin() as one, other.store.begin() as another:
        assert log.store.newest_alone(one) == other.store.newest_alone(another)


@pytest.mark.parametrize("where", [NOWHERE, "sqlite:////proc/nowhere/some.db"])
async def test_a_log_that_cannot_be_written_says_so(tmp_path: Path, where: str) -> None:
    with pytest.raises(AuditUnavailable, match=r"audit log of almere cannot be used now \(\w+\), and what is not written down"):
        await opened(where, tmp_path).append(act())


class TestSignedHead:
    async def test_once_a_day_and_only_when_something_was_added(self, log: AuditLog, signer: KeyFileSigner) -> None:
        assert await log.sign_head(signer, TODAY) is None
        first = await log.append(act())
        assert await log.sign_head(signer, TODAY) == Head(1, first.hash)
        await log.append(act())
        assert await log.sign_head(signer, TODAY + timedelta(hours=1)) is None
        assert await log.sign_head(signer, TODAY + timedelta(days=1))
        assert await log.sign_head(signer, TODAY + timedelta(days=2)) is None
        assert [(head.day, head.seq) for head in log.store.heads()] == [("2026-03-02", 1), ("2026-03-03", 2)]
        claims = signer.verify(log.store.heads()[0].token)
        assert claims == {"what": "audit head", "agency": AGENCY, "day": "2026-03-02", "seq": 1, "hash": first.hash}

    async def test_several_processes_sign_one(self, log: AuditLog, url: str, tmp_path: Path, signer: KeyFileSigner) -> None:
        await log.append(act())
        signed = await asyncio.gather(*(opened(url, tmp_path).sign_head(signer, TODAY) for _ in range(4)))
        assert len([head for head in signed if head]) == len(log.store.heads()) == 1

    async def test_an_altered_log_is_not_signed_and_the_kept_head_stays(
        self, log: AuditLog, url: str, signer: KeyFileSigner
    ) -> None:
        for _ in range(3):
            await log.append(act())
        kept = log.head_file.read()
        rewritten(url, lambda entries: entries[:1])
        with capture_logs() as lines:
            await log.append(act())
            await log.append(act())
            await log.append(act())
            assert await log.sign_head(signer, TODAY) is None
        assert {line["event"] for line in lines} == {"audit_log_altered"}
        assert log.head_file.read() == kept

    async def test_a_log_that_was_signed_otherwise_is_not_signed(self, log: AuditLog, url: str, signer: KeyFileSigner) -> None:
        await log.append(act())
        await log.append(act())
        await log.sign_head(signer, TODAY)
        rewritten(url, lambda entries: entries[:1])
        log.head_file.path.unlink()
        await log.append(act())
        await log.append(act())
        with capture_logs() as lines:
            assert await log.sign_head(signer, TODAY + timedelta(days=1)) is None
        assert [line["event"] for line in lines] == ["audit_log_altered"]


def test_the_tables_in_the_code_are_those_of_the_migrations(url: str) -> None:
    upgrade(url, Tables.AUDIT)
    check(url, Tables.AUDIT)
    with open_database(url).begin() as connection:
        connection.execute(text("ALTER TABLE audit_entry ADD COLUMN forgotten INTEGER"))
    with pytest.raises(CommandError, match="forgotten"):
        check(url, Tables.AUDIT)


def test_migrations_go_down_and_up_again(url: str) -> None:
    upgrade(url, Tables.AUDIT)
    downgrade(url, "base", Tables.AUDIT)
    upgrade(url, Tables.AUDIT)
    check(url, Tables.AUDIT)
