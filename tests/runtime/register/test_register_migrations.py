"""The register's tables are made and changed in steps, on SQLite and on a real PostgreSQL; what stands in them stays."""

import logging

import pytest
from sqlalchemy import inspect, text

from runtime.migrations import Tables, downgrade, upgrade
from runtime.register.register import SqlRegister
from runtime.register.tables import AMENDMENT, REPORT
from tests.runtime.register.test_register import ANNA, a_report, opened, rows

TABLES = {"person", "report", "amendment"}
OLD_REPORT = """INSERT INTO report (reference, number, reported_on, reported_by, care_region, sector, consented)
VALUES (:case, :number, :day, 'care_coordinator', :region, 'labour', false)"""
OLD_AMENDMENT = "INSERT INTO amendment (reference, number, recorded_on, not_placed) VALUES (:case, :number, :day, 2)"


def test_migrations_go_up_and_down_and_up_again(url: str) -> None:
    upgrade(url)
    upgrade(url)
    assert set(inspect(opened(url)).get_table_names()) == TABLES | {"alembic_version"}
    downgrade(url, "base", Tables.REGISTER)
    assert not set(inspect(opened(url)).get_table_names()) & TABLES
    upgrade(url)
    assert set(inspect(opened(url)).get_table_names()) >= TABLES


async def test_rows_of_before_stay_and_count_as_they_did(url: str) -> None:
    """A later opener had a number far away in the same row of numbers; now it has one of its own."""
    upgrade(url, revision="0001")
    with opened(url).begin() as connection:
        connection.execute(text("INSERT INTO person VALUES (:case)"), {"case": ANNA})
        for number, day, region in ((1, "2024-12-31", None), (7_000_001, "2025-01-02", "Almere")):
            row = {"case": ANNA, "number": number, "day": day, "region": region}
            connection.execute(text(OLD_REPORT), row)
            connection.execute(text(OLD_AMENDMENT), row)
    upgrade(url)
    upgrade(url)
    assert [(row["file"], row["number"]) for row in rows(url, REPORT)] == [("", 1), ("", 7_000_001)]
    assert [(row["file"], row["number"]) for row in rows(url, AMENDMENT)] == [("", 1), ("", 7_000_001)]
    register = SqlRegister(url)
    await register.add_report(a_report(number=7_000_001))  # an activity of before that is tried again
    counts = await register.counts()
    assert (counts.reports, counts.persons, counts.not_placed) == (2, 1, 2)
    assert [(cell.year, cell.care_region, cell.persons) for cell in counts.cells] == [(2024, "Almere", 1), (2025, "Almere", 0)]
    await register.close()
    downgrade(url, "0001", Tables.REGISTER)
    with opened(url).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM report")) == 2


def test_upgrading_writes_nothing_anywhere(url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.INFO):
        upgrade(url)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
