"""The register keeps each report once, on SQLite and on a real PostgreSQL, and counts reports and persons apart."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.util.exc import CommandError
from sqlalchemy import Engine, Table, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from contracts.events.registrations import Registrant
from contracts.reference import new_reference
from contracts.register import Amendment, Report
from contracts.words import AgencyKind, CaseOutcome, Sector
from runtime.database import OVERWRITE, open_database
from runtime.migrations import Tables, downgrade, upgrade
from runtime.register.register import Cell, SqlRegister
from runtime.register.tables import AMENDMENT, PERSON, REPORT
from runtime.schema import check

ANNA, BEA = new_reference(), new_reference()
LATER = (f"registration-{'1' * 20}", f"registration-{'2' * 20}")
UNCONSTRAINED = {
    "sqlite": ["ALTER TABLE report RENAME TO kept", "CREATE TABLE report AS SELECT * FROM kept"],
    "postgresql": ["ALTER TABLE report DROP CONSTRAINT pk_report"],
}


@pytest.fixture
def upgraded(url: str) -> str:
    upgrade(url)
    return url


@pytest.fixture
async def register(upgraded: str) -> AsyncGenerator[SqlRegister]:
    register = SqlRegister(upgraded)
    yield register
    await register.close()


def a_report(reference: str = ANNA, number: int = 1, on: str = "2025-06-01", region: str | None = "Almere") -> Report:
    return Report(
        reference=reference,
        number=number,
        reported_on=on,
        reported_by=AgencyKind.CARE_COORDINATOR,
        care_region=region,
        sector=Sector.LABOUR,
        consented=False,
        registrant=None,
    )


def an_amendment(reference: str = ANNA, number: int = 1, not_placed: int = 0, outcome: CaseOutcome | None = None) -> Amendment:
    return Amendment(reference=reference, number=number, recorded_on="2025-07-01", not_placed=not_placed, outcome=outcome)


def rows(url: str, table: Table) -> list[dict[str, object]]:
    with opened(url).connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def opened(url: str) -> Engine:
    return open_database(url)


async def recorded_by_two_processes(url: str, times: int) -> None:
    """Two drivers, as two worker processes have, both record the same report, at the same time."""
    registers = [SqlRegister(url), SqlRegister(url)]
    await asyncio.gather(*(register.add_report(a_report()) for register in registers for _ in range(times)))
    await asyncio.gather(*(register.close() for register in registers))


async def test_recording_twice_at_the_same_time_gives_one_row(upgraded: str) -> None:
    await recorded_by_two_processes(upgraded, times=10)
    assert len(rows(upgraded, REPORT)) == 1
    assert len(rows(upgraded, PERSON)) == 1


async def test_without_the_constraint_it_would_give_two(upgraded: str) -> None:
    with opened(upgraded).begin() as connection:
        for statement in UNCONSTRAINED[connection.dialect.name]:
            connection.execute(text(statement))
    await recorded_by_two_processes(upgraded, times=1)
    assert len(rows(upgraded, REPORT)) == 2


async def test_an_amendment_is_recorded_once_and_after_its_report(register: SqlRegister, upgraded: str) -> None:
    with pytest.raises(IntegrityError):
        await register.add_amendment(an_amendment())
    await register.add_report(a_report())
    await asyncio.gather(*(register.add_amendment(an_amendment(outcome=CaseOutcome.HELPED)) for _ in range(5)))
    (row,) = rows(upgraded, AMENDMENT)
    assert row["outcome"] == "helped"


async def test_what_is_known_of_the_person_is_kept_and_an_anonymous_report_holds_nothing(
    register: SqlRegister, upgraded: str
) -> None:
    known = Registrant(birth_year=1999, nationality="unknown")
    await register.add_report(a_report().model_copy(update={"consented": True, "registrant": known}))
    await register.add_report(a_report(number=2))
    first, second = sorted(rows(upgraded, REPORT), key=lambda row: str(row["number"]))
    assert (first["birth_year"], first["nationality"], first["gender"]) == (1999, "unknown", None)
    assert (second["birth_year"], second["nationality"], second["gender"]) == (None, None, None)


async def test_reports_and_persons_are_counted_apart(register: SqlRegister) -> None:
    await register.add_report(a_report(ANNA, 1, on="2024-12-31", region=None))
    await register.add_report(a_report(ANNA, 2, on="2025-01-02", region="Almere"))
    await register.add_report(a_report(BEA, 1, on="2025-03-01", region=None))
    await register.add_amendment(an_amendment(ANNA, 1, not_placed=1))
    await register.add_amendment(an_amendment(ANNA, 2, not_placed=2))
    counts = await register.counts()
    assert (counts.reports, counts.persons, counts.not_placed) == (3, 2, 2)
    assert counts.as_of == datetime.now(UTC).date()
    assert counts.cells == (
        Cell(year=2024, care_region="Almere", reports=1, persons=1, not_placed=2),
        Cell(year=2025, care_region=None, reports=1, persons=1, not_placed=0),
        Cell(year=2025, care_region="Almere", reports=1, persons=0, not_placed=0),
    )


async def two_known_persons(register: SqlRegister) -> None:
    for reference, nationality in ((ANNA, "Utopian"), (BEA, "Arcadian")):
        known = Registrant(birth_year=1999, nationality=nationality, gender="an example")
        await register.add_report(a_report(reference).model_copy(update={"consented": True, "registrant": known}))


async def test_who_is_forgotten_counts_as_before_and_nothing_is_known_of_them(register: SqlRegister, upgraded: str) -> None:
    await two_known_persons(register)
    before = await register.counts()
    for _ in range(2):
        await register.forget(ANNA)
    assert await register.counts() == before
    rest = {row["reference"]: row for row in rows(upgraded, REPORT)}
    assert [rest[ANNA][name] for name in Registrant.model_fields] == [None] * 3
    assert [rest[BEA][name] for name in Registrant.model_fields] == [1999, "Arcadian", "an example"]
    assert (rest[ANNA]["consented"], rest[ANNA]["care_region"]) == (True, "Almere")
    await register.forget(new_reference())
    assert await register.counts() == before


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("emptied", [True, False])
async def test_no_byte_of_who_is_forgotten_stays_in_the_files(
    emptied: bool, register: SqlRegister, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control leaves the journal as it is."""
    if not emptied:
        monkeypatch.setitem(OVERWRITE, "sqlite", "SELECT 0")
    await two_known_persons(register)
    await register.forget(ANNA)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert (b"Utopian" in stored) != emptied
    assert b"Arcadian" in stored


async def test_an_empty_register_counts_nothing(register: SqlRegister) -> None:
    counts = await register.counts()
    assert (counts.reports, counts.persons, counts.not_placed, counts.cells) == (0, 0, 0, ())


def test_the_tables_in_the_code_are_those_of_the_migrations(upgraded: str) -> None:
    check(upgraded)
    with opened(upgraded).begin() as connection:
        connection.execute(text("ALTER TABLE report ADD COLUMN forgotten INTEGER"))
    with pytest.raises(CommandError, match="forgotten"):
        check(upgraded)


async def test_two_files_of_one_case_have_numbers_of_their_own(register: SqlRegister, upgraded: str) -> None:
    for file in ("", *LATER):
        for _ in range(2):
            await register.add_report(a_report().model_copy(update={"file": file}))
            await register.add_amendment(an_amendment().model_copy(update={"file": file}))
    assert sorted((row["file"], row["number"]) for row in rows(upgraded, REPORT)) == [("", 1), *((file, 1) for file in LATER)]
    assert len(rows(upgraded, AMENDMENT)) == 3
    with pytest.raises(DBAPIError):
        downgrade(upgraded, "0001", Tables.REGISTER)
    check(upgraded)
    assert (await register.counts()).reports == 3


def test_a_sqlite_file_is_private_and_loses_nothing_at_a_power_cut(tmp_path: Path) -> None:
    file = tmp_path / "registry.db"
    file.touch(mode=0o644)
    upgrade(f"sqlite:///{file}")
    with opened(f"sqlite:///{file}").connect() as connection:
        connection.execute(text("INSERT INTO person VALUES ('x')"))
        connection.commit()
        settings = [connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]
        modes = {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        assert len(list(tmp_path.iterdir())) == 3, "the database and its two journal files"
    assert settings == ["wal", 2, 1]
    assert modes == {0o600}


async def test_an_error_names_nothing_of_the_person(register: SqlRegister, upgraded: str) -> None:
    with opened(upgraded).begin() as connection:
        connection.execute(text("ALTER TABLE report DROP COLUMN gender"))
    with pytest.raises(DBAPIError) as caught:
        await register.add_report(a_report().model_copy(update={"registrant": Registrant(nationality="Utopian")}))
    assert "Utopian" not in str(caught.value)


def test_another_kind_of_database_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="use sqlite:///path or postgresql"):
        open_database("mysql://localhost/registry")
