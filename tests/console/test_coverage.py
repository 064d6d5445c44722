"""What is said of a day is what the tables and the directory say of it."""

import csv
from datetime import date
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from console.coverage import Gap, at_tiles, by_name, changes, coverage
from console.drawing.tiles import tiles
from contracts.agencies import Directory, read_directory
from contracts.places import DATA, Atlas
from contracts.words import AgencyKind, Service

DIRECTORY = read_directory()
ATLAS = Atlas(DIRECTORY)
CODES = [tile.code for tile in tiles()]
DRAWN = date(2026, 1, 1)

days = st.dates(date(1990, 1, 1), date(2060, 1, 1)) | st.sampled_from(
    [date(2017, 12, 31), date(2018, 1, 1), date(2021, 12, 31), date(2022, 1, 1), date(2022, 3, 23), date(2022, 3, 24), DRAWN]
)


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def holds(row: dict[str, str], on: date) -> bool:
    return (row["valid_from"] or "0001-01-01") <= on.isoformat() < (row["valid_to"] or "9999-99-99")


def expected(on: date) -> dict[str, tuple[Any, ...]]:
    """Read anew from the tables, by other code than that of the atlas."""
    safety = {row["code"]: row for row in rows("safety_regions.csv")}
    regions = {row["municipality"]: row["care_region"] for row in rows("care_regions.csv") if holds(row, on)}
    found: dict[str, tuple[Any, ...]] = {}
    for row in rows("municipalities.csv"):
        if holds(row, on):
            region, of = regions.get(row["code"]), safety[row["safety_region"]]
            coordinator = [a.slug for a in DIRECTORY.agencies if region and a.care_region == region]
            riec = [a.slug for a in DIRECTORY.of(AgencyKind.RIEC) if a.police_unit == of["riec"]]
            shelters = {
                a.slug
                for a in DIRECTORY.agencies
                if {Service.COSM, Service.WOMENS_SHELTER} & set(a.services) and (not a.care_regions or region in a.care_regions)
            }
            found[row["code"]] = (row["name"], of["province"], region, coordinator, riec, shelters)
    return found


@settings(deadline=None, max_examples=40)
@given(days)
def test_any_day_is_as_the_directory_of_that_day(on: date) -> None:
    said = {
        one.place.code: (
            one.place.name,
            one.place.province,
            one.place.care_region,
            [one.coordinator.slug] if one.coordinator else [],
            [one.riec.slug] if one.riec else [],
            {agency.slug for agency in one.shelters},
        )
        for one in coverage(ATLAS, on)
    }
    assert said == expected(on)


@settings(deadline=None, max_examples=40)
@given(days)
def test_every_municipality_of_any_day_stands_at_a_tile_and_no_tile_is_empty(on: date) -> None:
    there = at_tiles(ATLAS, on, DRAWN, CODES)
    shown = [code for codes in there.values() for code in codes]
    assert list(there) == CODES
    assert all(there.values())
    assert sorted(shown) == sorted(ATLAS.codes(on))


@settings(deadline=None, max_examples=40)
@given(days, days)
def test_what_changed_is_what_is_otherwise(one: date, other: date) -> None:
    before, after = expected(min(one, other)), expected(max(one, other))
    found = {change.place.code: change for change in changes(ATLAS, one, other)}
    assert found.keys() == {code for code in before.keys() | after.keys() if before.get(code) != after.get(code)}
    for code, change in found.items():
        assert (change.before is None, change.after is None) == (code not in before, code not in after)
        assert bool(change.heir) == (code not in after)


def test_what_is_missing_is_named() -> None:
    alone = Directory(agencies=tuple(a for a in DIRECTORY.agencies if not a.services and not a.police_unit))
    found = {one.place.name: one.gaps for one in coverage(Atlas(alone), DRAWN)}
    assert found["Almere"] == (Gap.SHELTER, Gap.RIEC)
    assert found["Aalsmeer"] == (Gap.COORDINATOR, Gap.SHELTER, Gap.RIEC)
    whole = {one.place.name: one.gaps for one in coverage(ATLAS, DRAWN)}
    assert whole["Almere"] == ()


def test_help_without_a_roof_is_no_shelter() -> None:
    roofless = tuple(a for a in DIRECTORY.agencies if not a.services or a.services == (Service.AMBULATORY,))
    assert len(roofless) < len(DIRECTORY.agencies)
    assert all(Gap.SHELTER in one.gaps for one in coverage(Atlas(Directory(agencies=roofless)), DRAWN))


def test_a_municipality_that_merged_stands_at_the_tile_of_its_heir_and_names_it() -> None:
    there = at_tiles(ATLAS, date(2021, 6, 1), DRAWN, CODES)
    assert sorted(there["GM1980"]) == ["GM0398", "GM0416"]
    merged = {change.place.name: change for change in changes(ATLAS, date(2021, 6, 1), DRAWN)}
    heir = merged["Langedijk"].heir
    assert heir is not None
    assert heir.name == "Dijk en Waard"
    assert {place.code for place in merged["Langedijk"].touches} == {"GM0416", "GM1980"}


def test_names_stand_where_people_look_for_them() -> None:
    names = [one.place.name for one in coverage(ATLAS, DRAWN)]
    assert names == sorted(names, key=by_name)
    assert names.index("'s-Hertogenbosch") > names.index("Roermond")
    assert names.index("Súdwest-Fryslân") < names.index("Tiel")


def test_the_tables_say_from_when_they_know_anything() -> None:
    assert ATLAS.dated == (date(2018, 1, 1), date(2023, 1, 1))
    assert ATLAS.merged_since == date(2022, 1, 1)
