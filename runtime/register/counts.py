"""Counting what stands in the register: reports, and persons apart.

A report counts in the year it was made. A person counts once, in the year of the first report. Both count in the care
region that was first known of the case; None where none is known. Small cells are not suppressed: these figures stay with
the registry.
"""

from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

from pydantic import Field
from sqlalchemy import Connection, Date, Integer, Select, Subquery, cast, extract, func, select

from contracts.text import Model
from runtime.register.tables import AMENDMENT, REPORT

Place = tuple[int, str | None]


class Cell(Model):
    """The figures of one year and care region."""

    year: int
    care_region: str | None
    reports: int
    persons: int
    not_placed: int


class Counts(Model):
    """All figures, with the day on which they were counted."""

    as_of: date = Field(default_factory=lambda: datetime.now(UTC).date())
    reports: int
    persons: int
    not_placed: int = Field(description="how often nobody could place a person")
    cells: tuple[Cell, ...]


def count(connection: Connection) -> Counts:
    """Count the register as it is now."""
    cells: defaultdict[Place, dict[str, int]] = defaultdict(lambda: {"reports": 0, "persons": 0, "not_placed": 0})
    cases = _cases()
    for row in connection.execute(_reports(cases)).mappings():
        cells[row["year"], row["region"]]["reports"] = row["reports"]
    for row in connection.execute(_persons(cases)).mappings():
        cells[row["year"], row["region"]].update(persons=row["persons"], not_placed=row["not_placed"])
    found = [Cell(year=year, care_region=region, **figures) for (year, region), figures in cells.items()]
    return Counts(
        reports=sum(cell.reports for cell in found),
        persons=sum(cell.persons for cell in found),
        not_placed=sum(cell.not_placed for cell in found),
        cells=tuple(sorted(found, key=lambda cell: (cell.year, cell.care_region or ""))),
    )


def _cases() -> Subquery:
    """Per reference the day of the first report and the first region that is known."""
    in_order = (REPORT.c.file, REPORT.c.number)
    region_known_first = (REPORT.c.care_region.is_(None), *in_order)
    first_day = func.first_value(REPORT.c.reported_on, type_=Date)
    first_region = func.first_value(REPORT.c.care_region)
    return (
        select(
            REPORT.c.reference,
            first_day.over(partition_by=REPORT.c.reference, order_by=in_order).label("first_day"),
            first_region.over(partition_by=REPORT.c.reference, order_by=region_known_first).label("region"),
        )
        .distinct()
        .subquery("cases")
    )


def _reports(cases: Subquery) -> Select[*tuple[Any, ...]]:
    year = _year(REPORT.c.reported_on)
    query = select(year.label("year"), cases.c.region, func.count().label("reports"))
    return query.join_from(REPORT, cases, REPORT.c.reference == cases.c.reference).group_by(year, cases.c.region)


def _persons(cases: Subquery) -> Select[*tuple[Any, ...]]:
    """``not_placed`` of an amendment says how often so far, so the highest one of a case holds them all."""
    highest = func.max(AMENDMENT.c.not_placed).label("times")
    placing = select(AMENDMENT.c.reference, highest).group_by(AMENDMENT.c.reference).subquery("placing")
    year = _year(cases.c.first_day)
    times = cast(func.coalesce(func.sum(placing.c.times), 0), Integer).label("not_placed")
    query = select(year.label("year"), cases.c.region, func.count().label("persons"), times)
    joined = query.join_from(cases, placing, cases.c.reference == placing.c.reference, isouter=True)
    return joined.group_by(year, cases.c.region)


def _year(day: Any) -> Any:
    return cast(extract("year", day), Integer)
