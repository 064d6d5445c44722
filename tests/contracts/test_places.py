import shutil
from datetime import date
from pathlib import Path

import pytest

from contracts.agencies import Directory, read_directory
from contracts.places import DATA, Atlas

DIRECTORY = read_directory()
ATLAS = Atlas(DIRECTORY)
DAY = date(2026, 3, 2)
WITHOUT_COORDINATORS = Directory(
    agencies=tuple(a.model_copy(update={"care_regions": ()}) for a in DIRECTORY.agencies if not a.care_region)
)
HEAD = "municipality,care_region,valid_from,valid_to,source\n"

ALMERE = {"Almere", "Dronten", "Lelystad", "Noordoostpolder", "Urk", "Zeewolde"}
ZWOLLE = {
    *("Zwolle", "Dalfsen", "Deventer", "Hardenberg", "Hattem", "Kampen"),
    *("Olst-Wijhe", "Ommen", "Raalte", "Staphorst", "Steenwijkerland", "Zwartewaterland"),
}


def region(name: str | None) -> set[str]:
    places = (ATLAS.municipality(code, DAY) for code in ATLAS.codes(DAY))
    return {place.name for place in places if place.care_region == name}


def atlas(tmp_path: Path, rows: str = "", **files: str) -> Atlas:
    data = tmp_path / "data"
    shutil.copytree(DATA, data, dirs_exist_ok=True)
    (data / "care_regions.csv").write_text(HEAD + rows)
    for name, text in files.items():
        (data / f"{name}.csv").write_text(text)
    return Atlas(WITHOUT_COORDINATORS, data)


def test_every_municipality_resolves():
    places = [ATLAS.municipality(code, DAY) for code in ATLAS.codes(DAY)]
    assert len({place.code for place in places}) == 342
    assert all(place.name and place.police_unit and place.province for place in places)
    assert len({place.police_unit for place in places}) == 10
    assert len({place.province for place in places}) == 12


def test_the_verified_care_regions():
    assert region("Almere") == ALMERE
    assert region("Zwolle") == ZWOLLE
    assert len(region(None)) == 342 - 6 - 12


def test_care_region_and_province_do_not_coincide():
    hattem = next(place for place in (ATLAS.municipality(code, DAY) for code in ATLAS.codes(DAY)) if place.name == "Hattem")
    assert (hattem.care_region, hattem.province, hattem.police_unit) == ("Zwolle", "Gelderland", "Oost-Nederland")


def test_who_acts_for_lelystad():
    place = ATLAS.municipality("GM0995", DAY)
    found = [ATLAS.coordinator(place), ATLAS.riec(place), ATLAS.oversight(place), ATLAS.privacy_officer(place)]
    assert [agency and agency.slug for agency in found] == [
        "coordinator-almere",
        "riec-midden-nederland",
        "flevoland",
        "lelystad",
    ]


def test_who_protects_in_lelystad_and_elsewhere():
    lelystad, groningen = (ATLAS.municipality(code, DAY) for code in ("GM0995", "GM0014"))
    assert [agency.slug for agency in ATLAS.investigation(lelystad)] == ["police-unit-midden-nederland"]
    assert [agency.slug for agency in ATLAS.child_protection(lelystad)] == ["veilig-thuis-flevoland", "nidos"]
    assert ATLAS.investigation(groningen) == ()
    assert [agency.slug for agency in ATLAS.child_protection(groningen)] == ["nidos"]


def test_a_police_unit_is_no_riec_of_its_unit_and_a_riec_protects_nobody():
    agencies = tuple(a for a in DIRECTORY.agencies if a.slug != "riec-midden-nederland")
    without = Atlas(Directory(agencies=agencies))
    assert without.riec(without.municipality("GM0995", DAY)) is None
    assert without.with_riec(DAY) == ()
    assert [agency.kind for agency in ATLAS.investigation(ATLAS.municipality("GM0995", DAY))] == ["investigation"]


def test_a_region_of_child_protection_begins_and_ends_on_a_day(tmp_path: Path):
    head = "municipality,protection_region,valid_from,valid_to,source\n"
    rows = "GM0995,Elsewhere,2020-01-01,2026-03-02,x\nGM0995,Flevoland,2026-03-02,,x\n"
    dated = atlas(tmp_path, protection_regions=head + rows)
    regions = [dated.municipality("GM0995", day).protection_region for day in (date(2019, 12, 31), date(2026, 3, 1), DAY)]
    assert regions == [None, "Elsewhere", "Flevoland"]
    with pytest.raises(ValueError, match=r"protection_regions\.csv: GM0995 is in two protection regions at the same time"):
        atlas(tmp_path / "twice", protection_regions=f"{head}{rows}GM0995,Third,2026-01-01,,x\n")


def test_a_place_without_a_region_has_no_coordinator():
    groningen = ATLAS.municipality("GM0014", DAY)
    assert groningen.care_region is None
    assert ATLAS.coordinator(groningen) is None


def test_aid_of_the_region_comes_first_and_elsewhere_does_not_come():
    assert [agency.slug for agency in ATLAS.aid("Almere", "ambulatory")] == ["ambulatory-help"]
    assert ATLAS.aid("Elsewhere", "ambulatory") == ()
    assert {agency.slug for agency in ATLAS.aid(None, "cosm")} == {"cosm-shelter", "womens-shelter"}


def test_an_unknown_code():
    with pytest.raises(LookupError, match="municipality_unknown: GM9999 is no CBS municipality code; they look like GM0995"):
        ATLAS.municipality("GM9999", DAY)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2023, 12, 31), None),
        (date(2024, 1, 1), "Old"),
        (date(2024, 12, 31), "Old"),
        (date(2025, 1, 1), "New"),
        (date(2030, 1, 1), "New"),
    ],
)
def test_a_row_holds_from_its_first_day_until_the_day_before_its_end(tmp_path: Path, day: date, expected: str | None):
    dated = atlas(tmp_path, "GM0014,Old,2024-01-01,2025-01-01,x\nGM0014,New,2025-01-01,,x\n")
    assert dated.municipality("GM0014", day).care_region == expected


WRONG = {
    "overlap": ("GM0014,A,2024-01-01,2025-01-02,x\nGM0014,B,2025-01-01,,x\n", "GM0014 is in two care regions at the same time"),
    "both open": ("GM0014,A,2024-01-01,,x\nGM0014,B,2025-01-01,,x\n", "GM0014 is in two care regions at the same time"),
    "same row twice": ("GM0014,A,2024-01-01,,x\nGM0014,A,2024-01-01,,x\n", "GM0014 is in two care regions at the same time"),
    "unknown municipality": ("GM9999,A,2024-01-01,,x\n", "GM9999 is not in municipalities.csv"),
    "no day": ("GM0014,A,,,x\n", "GM0014: write days like 2025-01-31"),
    "Dutch day": ("GM0014,A,01-01-2024,,x\n", "GM0014: write days like 2025-01-31"),
    "no such day": ("GM0014,A,2024-01-01,2024-02-30,x\n", "GM0014: write days like 2025-01-31"),
    "ends before it begins": (
        "GM0014,A,2024-01-01,2023-01-01,x\n",
        "must be later than valid_from",
    ),
}


@pytest.mark.parametrize(("rows", "words"), WRONG.values(), ids=WRONG.keys())
def test_wrong_rows(tmp_path: Path, rows: str, words: str):
    with pytest.raises(ValueError, match=r"care_regions\.csv") as caught:
        atlas(tmp_path, rows)
    assert words in str(caught.value)


def test_an_unknown_safety_region(tmp_path: Path):
    with pytest.raises(ValueError, match=r"municipalities\.csv: GM0014 has VR99, not in safety_regions"):
        atlas(tmp_path, municipalities="code,name,safety_region\nGM0014,Groningen,VR99\n")


def test_a_municipality_begins_on_a_day(tmp_path: Path):
    with pytest.raises(ValueError, match=r"municipalities\.csv: GM0014: write `valid_from` as a day like 2026-01-01"):
        atlas(tmp_path, municipalities="code,name,safety_region,valid_from\nGM0014,Groningen,VR01,januari\n")


def test_rows_that_touch_and_rows_of_others_are_taken(tmp_path: Path):
    assert atlas(tmp_path, "GM0014,A,2024-01-01,2025-01-01,x\nGM0014,B,2025-01-01,,x\nGM0034,A,2024-01-01,,x\n")


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("care_region", "no care_region 'Nowhere'"),
        ("police_unit", "no police_unit"),
        ("province", "no province"),
        ("protection_region", "no protection_region"),
    ],
)
def test_an_area_that_no_table_has_is_refused(field: str, words: str):
    agencies = tuple(a.model_copy(update={field: "Nowhere"}) if getattr(a, field) else a for a in DIRECTORY.agencies)
    with pytest.raises(ValueError, match=words):
        Atlas(Directory(agencies=agencies))


def test_a_municipality_that_was_merged_leads_to_its_successor():
    before, after = (ATLAS.municipality("GM0457", day) for day in (date(2022, 3, 23), date(2022, 3, 24)))
    assert (before.code, after.code, after.name) == ("GM0457", "GM0363", "Amsterdam")
    assert after == ATLAS.municipality("GM0363", DAY)
    there = [[code for code in ("GM0457", "GM1980", "GM0363") if code in ATLAS.codes(day)] for day in (date(2021, 12, 31), DAY)]
    assert there == [["GM0457", "GM0363"], ["GM1980", "GM0363"]], "some ended, others began"


def test_an_agency_of_a_municipality_that_was_merged_is_refused_with_the_successor():
    merged = {"municipality": "GM0457"}
    weesp = tuple(a.model_copy(update=merged) if a.slug == "almere" else a for a in DIRECTORY.agencies)
    Atlas(Directory(agencies=weesp), today=date(2022, 3, 23))
    with pytest.raises(ValueError, match=r'almere: GM0457 was merged into GM0363 .*: write `municipality = "GM0363"`'):
        Atlas(Directory(agencies=weesp), today=date(2022, 3, 24))


MERGED = "code,name,safety_region,valid_to,successor\nGM0014,Old,VR01,{end},{successor}\nGM0034,New,VR25,{later},{further}\n"


def test_a_case_that_stays_open_over_two_mergers_has_one_place(tmp_path: Path):
    rows = "GM9001,Old,VR01,,2024-01-01,GM9002\nGM9002,New,VR25,2024-01-01,2026-01-01,GM0014\n"
    twice = atlas(tmp_path, municipalities=(DATA / "municipalities.csv").read_text() + rows)
    days = (date(2023, 12, 31), date(2024, 1, 1), date(2026, 1, 1))
    assert [twice.municipality("GM9001", day).name for day in days] == ["Old", "New", "Groningen"]


@pytest.mark.parametrize(
    ("end", "successor", "later", "further", "words"),
    [
        ("2024-01-01", "", "", "", "belong together"),
        ("", "GM0034", "", "", "belong together"),
        ("1 januari", "GM0034", "", "", "belong together"),
        ("2024-01-01", "GM9999", "", "", "belong together"),
        ("2024-01-01", "GM0014", "", "", "does not live longer"),
        ("2024-01-01", "GM0034", "2024-01-01", "GM0014", "does not live longer"),
    ],
)
def test_a_municipality_that_leads_nowhere_is_refused_at_the_start(
    tmp_path: Path, end: str, successor: str, later: str, further: str, words: str
):
    rows = MERGED.format(end=end, successor=successor, later=later, further=further)
    with pytest.raises(ValueError, match=rf"municipalities\.csv: .*{words}"):
        atlas(tmp_path, municipalities=rows)


@pytest.mark.parametrize("between", [",", ";"], ids=["commas", "semicolons"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
def test_a_table_that_a_spreadsheet_wrote_is_read(tmp_path: Path, mark: str, between: str):
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    for path in data.glob("*.csv"):
        path.write_text(mark + path.read_text().replace(",", between).replace("\n", "\r\n"))
    assert Atlas(DIRECTORY, data).municipality("GM0995", DAY) == ATLAS.municipality("GM0995", DAY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: code, name, safety_region is missing"),
        ("code\tname\tsafety_region\n", "line 1: code"),
        ("code,name,safety_region\nGM0014,Groningen\n", "line 2: it has more or fewer fields"),
        ("code,name,safety_region\nGM0014,Bergen, NH,VR01\n", "line 2: it has more or fewer fields"),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_line(tmp_path: Path, text: str, words: str):
    with pytest.raises(ValueError, match=rf"municipalities\.csv, {words}"):
        atlas(tmp_path, municipalities=text)


def test_a_misspelt_care_region_of_an_organisation_is_refused_with_a_guess():
    agencies = tuple(a.model_copy(update={"care_regions": ("Zwole",)}) if a.care_regions else a for a in DIRECTORY.agencies)
    with pytest.raises(ValueError, match="no care_regions 'Zwole' in the routing tables; did you mean 'Zwolle'"):
        Atlas(Directory(agencies=agencies))


def test_for_which_places_a_riec_takes_part():
    day = date(2026, 3, 2)
    covered = ATLAS.with_riec(day)
    assert {code for code in ATLAS.codes(day) if ATLAS.riec(ATLAS.municipality(code, day))} == set(covered) & set(
        ATLAS.codes(day)
    )
    assert "GM0995" in covered
    assert "GM0193" not in covered
