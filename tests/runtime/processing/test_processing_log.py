"""The processing log on SQLite and on a real PostgreSQL: each line once, on disk, for ever, or the writer is told."""

import asyncio
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.util.exc import CommandError
from sqlalchemy import Engine, event, make_url, select, text
from sqlalchemy.exc import DatabaseError

from contracts.event import Event
from contracts.events.deliveries import DeliveriesMissed, DeliveryRefused
from contracts.processing import Status
from contracts.reference import new_reference
from runtime.database import open_database
from runtime.migrations import Tables, downgrade, upgrade
from runtime.office.entitled import ABOUT_KEEPING
from runtime.processing import log as processing_log
from runtime.processing.log import NotLogged, SqlProcessingLog, row_of
from runtime.processing.tables import PROCESSING
from runtime.schema import check
from runtime.servers.process import free_port
from tests.runtime.lines import NOW, a_line, a_sent_line
from tests.runtime.postgres_server import NOT_HERE, cluster, is_here, serving

CASE = new_reference()
FORGED = {
    "sqlite": ["UPDATE processing SET counterparty = 'almere'", "DELETE FROM processing"],
    "postgresql": ["UPDATE processing SET counterparty = 'almere'", "DELETE FROM processing", "TRUNCATE processing"],
}
UNGUARDED = {"sqlite": ["processing_UPDATE", "processing_DELETE"], "postgresql": ["stays ON processing"]}


@pytest.fixture
def prepared(url: str) -> str:
    upgrade(url, Tables.PROCESSING_LOG)
    return url


@pytest.fixture
def log(prepared: str) -> SqlProcessingLog:
    return SqlProcessingLog(prepared)


async def test_lines_come_back_as_they_were_written_in_the_order_of_time(log: SqlProcessingLog) -> None:
    late, early, other = a_line(2, CASE), a_sent_line(1, CASE), a_line(3)
    await log.write([late, early, other])
    await log.write([])
    assert await log.about(CASE) == (early, late)
    assert await log.about(other.data_subject_id) == (other,)
    assert await log.about(new_reference()) == ()


async def test_a_time_is_kept_as_the_same_moment_in_whatever_zone_it_is_written_and_read(
    prepared: str, log: SqlProcessingLog
) -> None:
    there = NOW.astimezone().replace(tzinfo=None).astimezone()
    line = a_line(1, CASE).model_copy(
        update={"start_time": there.astimezone(tz=None), "end_time": there + timedelta(microseconds=7)}
    )
    if prepared.startswith("postgresql"):
        with open_database(prepared).begin() as connection:
            connection.execute(
                text(
                    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), 'Asia/Tokyo'); END $$"
                )
            )
    await log.write([line])
    [found] = await log.about(CASE)
    assert (found.start_time, found.end_time) == (line.start_time, line.end_time)
    assert found.start_time.utcoffset() == timedelta()


async def test_a_retry_does_not_double_a_line(log: SqlProcessingLog) -> None:
    first = a_line(1, CASE)
    again = first.model_copy(update={"start_time": NOW + timedelta(hours=1), "end_time": NOW + timedelta(hours=1)})
    await log.write([first])
    await log.write([again, a_line(2, CASE), again])
    assert await log.about(CASE) == (first, a_line(2, CASE))


async def test_what_differs_in_direction_partner_or_case_is_another_line(log: SqlProcessingLog) -> None:
    case = new_reference()
    lines = [a_line(1, CASE), a_sent_line(1, CASE), a_line(1, CASE, other="almere"), a_line(1, case)]
    await log.write(lines)
    assert len(await log.about(CASE)) == 3
    assert len(await log.about(case)) == 1


async def test_a_refusal_is_a_further_line_and_so_is_what_a_replay_does(log: SqlProcessingLog) -> None:
    first = a_line(1, CASE)
    refused = first.refused(first.end_time)
    for record in (first, refused, refused, first, first):
        await log.write([record])
    assert [line.status_code for line in await log.about(CASE)] == [Status.UNKNOWN, Status.ERROR, Status.UNKNOWN]
    assert refused.parent_span_id == first.span_id != refused.span_id


async def test_partners_are_those_with_whom_events_were_exchanged(log: SqlProcessingLog) -> None:
    await log.write(
        [a_line(1, CASE, other="urk"), a_line(2, CASE, other="almere"), a_sent_line(3, CASE), a_line(4, other="riec-x")]
    )
    assert await log.partners(CASE) == ("almere", "signal-desk", "urk")
    assert await log.partners(new_reference()) == ()


async def test_who_was_refused_has_no_part_unless_it_was_taken_after_all(log: SqlProcessingLog) -> None:
    refused, replayed = a_line(1, CASE, other="urk"), a_line(2, CASE, other="almere")
    later = replayed.model_copy(update={"start_time": NOW + timedelta(hours=1), "end_time": NOW + timedelta(hours=1)})
    for line in (refused, refused.refused(NOW), replayed, replayed.refused(NOW), later):
        await log.write([line])
    assert await log.partners(CASE) == ("almere",)


@pytest.mark.parametrize("event", [*ABOUT_KEEPING, DeliveryRefused, DeliveriesMissed])
async def test_who_only_asks_what_is_kept_or_speaks_of_deliveries_has_no_part(log: SqlProcessingLog, event: type[Event]) -> None:
    line = a_line(1, CASE, other="urk")
    await log.write([line.model_copy(update={"event_type": event.rule.type})])
    assert await log.partners(CASE) == ()


async def test_one_call_is_one_commit_however_many_lines(log: SqlProcessingLog) -> None:
    engine: Engine = log._engine  # pyright: ignore[reportPrivateUsage]
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)
    await log.write([a_line(number, CASE) for number in range(50)])
    assert len(commits) == 1
    assert len(await log.about(CASE)) == 50


async def test_lines_that_are_new_are_not_looked_for(log: SqlProcessingLog) -> None:
    """Alone, and inserted; of what is there already it is asked what was said last."""
    engine: Engine = log._engine  # pyright: ignore[reportPrivateUsage]
    words: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        words.append(statement.split(maxsplit=1)[0])

    event.listen(engine, "before_cursor_execute", note)
    await log.write([a_line(number, CASE) for number in range(3)])
    assert words[1:] == ["INSERT"]
    words.clear()
    await log.write([a_line(2, CASE), a_line(2, CASE).refused(NOW), a_line(3, CASE)])
    assert words[1:] == ["INSERT", "SELECT", "INSERT"]
    assert [line.status_code for line in await log.about(CASE)] == [*[Status.UNKNOWN] * 3, Status.ERROR, Status.UNKNOWN]


async def test_all_lines_of_a_call_or_none(log: SqlProcessingLog) -> None:
    unfit = a_line(2, CASE).model_copy(update={"name": None})
    with pytest.raises(NotLogged, match=r"cannot be written \(IntegrityError\), so nothing is sent, taken or decided"):
        await log.write([a_line(1, CASE), unfit])
    assert await log.about(CASE) == ()


async def test_a_line_is_neither_changed_nor_removed(log: SqlProcessingLog, prepared: str) -> None:
    await log.write([a_line(1, CASE)])
    for statement in FORGED[make_url(prepared).get_backend_name()]:
        with pytest.raises(DatabaseError, match="neither changed nor removed"), open_database(prepared).begin() as connection:
            connection.execute(text(statement))
    assert await log.about(CASE) == (a_line(1, CASE),)


async def test_without_the_triggers_it_could_be(log: SqlProcessingLog, prepared: str) -> None:
    backend = make_url(prepared).get_backend_name()
    with open_database(prepared).begin() as connection:
        for trigger in UNGUARDED[backend]:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
    for statement in FORGED[backend]:
        await log.write([a_line(1, CASE)])
        with open_database(prepared).begin() as connection:
            connection.execute(text(statement))
        assert await log.about(CASE) != (a_line(1, CASE),)


async def test_two_processes_write_at_once_and_each_line_is_there_once(log: SqlProcessingLog, prepared: str) -> None:
    started = [_writer(prepared, first, 20) for first in (0, 10)]
    assert [process.wait(60) for process in started] == [0, 0]
    lines = await log.about(CASE)
    assert [line.event_id for line in lines] == [f"{number:032x}" for number in range(31)]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_line_never_appears_before_one_that_is_there(prepared: str) -> None:
    """Whoever reads on from the last position would pass over it for ever."""
    assert await _positions_beside_an_open_transaction(prepared) == []


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_without_being_alone_it_would(prepared: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(processing_log.ALONE, "postgresql", "SELECT 1")
    assert await _positions_beside_an_open_transaction(prepared) == [2]


async def _positions_beside_an_open_transaction(url: str) -> list[int]:
    """What a reader sees while one writer has not committed yet, and another one comes."""
    seen = select(PROCESSING.c.position).order_by(PROCESSING.c.position)
    with open_database(url).begin() as first:
        first.execute(text(processing_log.ALONE["postgresql"]))
        first.execute(PROCESSING.insert().values(**row_of(a_line(1, CASE)), number=0))
        second = asyncio.create_task(SqlProcessingLog(url).write([a_line(2, CASE)]))
        await asyncio.wait([second], timeout=1)
        with open_database(url).connect() as reader:
            found = list(reader.scalars(seen))
    await second
    with open_database(url).connect() as reader:
        assert list(reader.scalars(seen)) == [1, 2]
    return found


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_the_same_line_from_two_at_once_is_there_once(prepared: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(processing_log.ALONE, "postgresql", "SELECT 1")
    assert await _lines_of_two_at_once(prepared) == 1


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_without_the_constraint_it_would_be_there_twice(prepared: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(processing_log.ALONE, "postgresql", "SELECT 1")
    with open_database(prepared).begin() as connection:
        connection.execute(text("ALTER TABLE processing DROP CONSTRAINT uq_processing"))
    assert await _lines_of_two_at_once(prepared) == 2


async def _lines_of_two_at_once(url: str) -> int:
    log = SqlProcessingLog(url)
    with open_database(url).begin() as first:
        first.execute(PROCESSING.insert().values(**row_of(a_line(1, CASE)), number=0))
        second = asyncio.create_task(log.write([a_line(1, CASE)]))
        await asyncio.wait([second], timeout=0.5)
    await second
    return len(await log.about(CASE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A place for a SQLite log that can be taken away."""
    upgrade(f"sqlite:///{tmp_path}/there/some.db", Tables.PROCESSING_LOG)
    return tmp_path / "there"


async def test_a_file_that_was_taken_away_is_not_written_to(folder: Path) -> None:
    log, elsewhere = SqlProcessingLog(f"sqlite:///{folder}/some.db"), folder.with_name("elsewhere")
    await log.write([a_line(1, CASE)])
    folder.rename(elsewhere)
    with pytest.raises(NotLogged):
        await log.write([a_line(2, CASE)])
    assert not folder.exists(), "nothing was made in its place"
    elsewhere.rename(folder)
    await log.write([a_line(3, CASE)])
    assert await log.about(CASE) == (a_line(1, CASE), a_line(3, CASE))


async def test_without_looking_at_the_file_a_line_would_be_lost(folder: Path) -> None:
    """If this fails SQLite has learnt to see that its file was taken away, and looking can go."""
    careless, elsewhere = SqlProcessingLog(f"sqlite:///{folder}/some.db"), folder.with_name("elsewhere")
    careless.__dict__["_engine"] = open_database(f"sqlite:///{folder}/some.db")
    await careless.write([a_line(1, CASE)])
    folder.rename(elsewhere)
    await careless.write([a_line(2, CASE)])
    upgrade(f"sqlite:///{folder}/some.db", Tables.PROCESSING_LOG)
    assert await SqlProcessingLog(f"sqlite:///{folder}/some.db").about(CASE) == ()


async def test_a_file_that_was_put_in_its_place_is_written_to(folder: Path) -> None:
    log, copy = SqlProcessingLog(f"sqlite:///{folder}/some.db"), folder / "copy.db"
    shutil.copy(folder / "some.db", copy)
    await log.write([a_line(1, CASE)])
    for journal in folder.glob("some.db-*"):
        journal.unlink()
    copy.replace(folder / "some.db")
    await log.write([a_line(2, CASE)])
    assert await SqlProcessingLog(f"sqlite:///{folder}/some.db").about(CASE) == (a_line(2, CASE),)


async def test_what_was_never_prepared_is_not_written_to(tmp_path: Path) -> None:
    with pytest.raises(NotLogged):
        await SqlProcessingLog(f"sqlite:///{tmp_path}/some.db").write([a_line(1, CASE)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not is_here(), reason=NOT_HERE)
async def test_a_server_that_stopped_is_said_and_one_that_is_back_is_written_to() -> None:
    with cluster() as data:
        port = free_port()
        url = f"postgresql+psycopg://keten@127.0.0.1:{port}/postgres"
        log = SqlProcessingLog(url)
        with serving(data, port):
            upgrade(url, Tables.PROCESSING_LOG)
            await log.write([a_line(1, CASE)])
        with pytest.raises(NotLogged, match="OperationalError"):
            await log.write([a_line(2, CASE)])
        with serving(data, port):
            await log.write([a_line(2, CASE)])
            assert await log.about(CASE) == (a_line(1, CASE), a_line(2, CASE))
            await log.close()


def test_the_tables_in_the_code_are_those_of_the_migrations(url: str) -> None:
    upgrade(url, Tables.PROCESSING_LOG)
    check(url, Tables.PROCESSING_LOG)
    with open_database(url).begin() as connection:
        connection.execute(text("ALTER TABLE exported ADD COLUMN forgotten INTEGER"))
    with pytest.raises(CommandError, match="forgotten"):
        check(url, Tables.PROCESSING_LOG)


def test_migrations_go_down_and_up_again(url: str) -> None:
    upgrade(url, Tables.PROCESSING_LOG)
    downgrade(url, "base", Tables.PROCESSING_LOG)
    upgrade(url, Tables.PROCESSING_LOG)
    check(url, Tables.PROCESSING_LOG)


def _writer(url: str, first: int, count: int) -> "subprocess.Popen[bytes]":
    arguments = [sys.executable, "-m", "tests.runtime.lines", url, CASE, str(first), str(count)]
    return subprocess.Popen(arguments, cwd=Path(__file__).parents[3])
