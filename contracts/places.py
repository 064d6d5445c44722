"""Who acts for a place. Three geographies do not coincide: care region, police unit (= RIEC) and province.

Sources: CBS municipal classification and safety regions as of 2024; the care regions Almere (regioatlas.nl) and Zwolle
(destentor.nl 2018), municipality by municipality. The other care regions are not verified: they have no row, and their
municipalities route to CoMensha until an operator adds one. The regions of child protection are OPEN: Flevoland has rows by the
name of its agency, and elsewhere a person says whom to ask. Tables are dated: valid from, valid to (the first day after). A
municipality that was merged has the code of its successor; CBS publishes these changes on 1 January.
"""

import csv
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import cached_property
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any

from contracts.agencies import Agency, Directory
from contracts.text import Model, MunicipalityCode
from contracts.words import AgencyKind

DATA = Path(str(files("contracts") / "data"))
COLUMNS = {
    "municipalities.csv": ("code", "name", "safety_region"),
    "safety_regions.csv": ("code", "name", "province", "riec"),
    "care_regions.csv": ("municipality", "care_region", "valid_from", "valid_to"),
    "protection_regions.csv": ("municipality", "protection_region", "valid_from", "valid_to"),
}
DATED = {"care_regions.csv": "care_region", "protection_regions.csv": "protection_region"}
"""Tables of a municipality's region, which may change on a day, and what they call it."""

Row = dict[str, str]


class Municipality(Model):
    """A municipality with the regions it belongs to on one day."""

    code: MunicipalityCode
    name: str
    care_region: str | None
    police_unit: str
    province: str
    protection_region: str | None = None


class Atlas:
    """The routing tables and the directory together: from a municipality to everybody who acts for it."""

    def __init__(self, directory: Directory, data: Path = DATA, today: date | None = None) -> None:
        self.directory = directory
        self._municipalities = {row["code"]: row for row in _rows(data / "municipalities.csv")}
        self._safety_regions = {row["code"]: row for row in _rows(data / "safety_regions.csv")}
        self._regions = {name: _rows(data / name) for name in DATED}
        self._check(today or datetime.now(UTC).date())

    def codes(self, on: date) -> tuple[str, ...]:
        """The code of every municipality that there is on a day."""
        return tuple(code for code, row in self._municipalities.items() if _is_there(row, on))

    @cached_property
    def dated(self) -> tuple[date, date]:
        """The first and last day on which, by the tables of care, something begins or ends; beyond them they know no change."""
        rows = (*self._municipalities.values(), *self._regions["care_regions.csv"])
        days = {row.get(name) for row in rows for name in ("valid_from", "valid_to")} - {"", None}
        known = sorted(date.fromisoformat(day) for day in days if day)
        return (known[0], known[-1]) if known else (date.min, date.min)

    @cached_property
    def merged_since(self) -> date | None:
        """The first day on which, by the tables, municipalities were merged; None: they know of none."""
        days = sorted(row["valid_to"] for row in self._municipalities.values() if row.get("valid_to"))
        return date.fromisoformat(days[0]) if days else None

    def municipality(self, code: str, on: date) -> Municipality:
        """The municipality with its regions on a day; where it was merged by then, the one that came of it.

        Raises:
            LookupError: No municipality has this CBS code.
        """
        if code not in self._municipalities:
            raise LookupError(f"municipality_unknown: {code} is no CBS municipality code; they look like GM0995 (Lelystad)")
        row = self._on(self._municipalities[code], on)
        code = row["code"]
        safety = self._safety_regions[row["safety_region"]]
        return Municipality(
            code=code,
            name=row["name"],
            care_region=self._region("care_regions.csv", code, on),
            police_unit=safety["riec"],
            province=safety["province"],
            protection_region=self._region("protection_regions.csv", code, on),
        )

    def coordinator(self, place: Municipality) -> Agency | None:
        """The care coordinator of the place's care region, if one takes part."""
        return self._first("care_region", place.care_region)

    def riec(self, place: Municipality) -> Agency | None:
        """The RIEC of the place's police unit, if it takes part."""
        return self._first("police_unit", place.police_unit, AgencyKind.RIEC)

    def investigation(self, place: Municipality | None) -> tuple[Agency, ...]:
        """Who may be told of a danger: the police of the place's unit first, then the forces that act in the whole country."""
        return self._here(AgencyKind.INVESTIGATION, "police_unit", place.police_unit if place else None)

    def child_protection(self, place: Municipality | None) -> tuple[Agency, ...]:
        """Who may be told of a child: the agencies of the place's region first, then those that act in the whole country."""
        return self._here(AgencyKind.CHILD_PROTECTION, "protection_region", place.protection_region if place else None)

    def with_riec(self, on: date) -> tuple[str, ...]:
        """The code of every municipality, also of those that were merged, for which a RIEC takes part on a day."""
        units = {agency.police_unit for agency in self.directory.of(AgencyKind.RIEC)}
        lies_in = ((code, self._safety_regions[self._on(row, on)["safety_region"]]) for code, row in self._municipalities.items())
        return tuple(code for code, safety in lies_in if safety["riec"] in units)

    def observed(self, on: date) -> tuple[str, ...]:
        """The codes of the municipalities of which something can be told a RIEC: their own officer and a RIEC take part."""
        ours = {agency.municipality for agency in self.directory.agencies if agency.municipality}
        return tuple(code for code in self.with_riec(on) if self._on(self._municipalities[code], on)["code"] in ours)

    def oversight(self, place: Municipality) -> Agency | None:
        """The province, if it takes part."""
        return self._first("province", place.province)

    def privacy_officer(self, place: Municipality) -> Agency | None:
        """The municipality whose privacy officer may bring a signal to the RIEC, if it takes part."""
        return self._first("municipality", place.code)

    def aid(self, care_region: str | None, service: str) -> tuple[Agency, ...]:
        """Aid organisations that offer a service in a care region, those of the region before those of everywhere."""
        fitting = [a for a in self.directory.agencies if service in a.services]
        here = [a for a in fitting if not a.care_regions or care_region in a.care_regions]
        return tuple(sorted(here, key=lambda agency: not agency.care_regions))

    def _on(self, row: Row, day: date) -> Row:
        """Whoever this municipality is on a day: an old code in an open case leads to its successor."""
        while row.get("valid_to") and date.fromisoformat(row["valid_to"]) <= day:
            row = self._municipalities[row["successor"]]
        return row

    def _region(self, table: str, code: str, on: date) -> str | None:
        return next((row[DATED[table]] for row in self._regions[table] if _holds(row, code, on)), None)

    def _first(self, field: str, value: str | None, kind: AgencyKind | None = None) -> Agency | None:
        agencies = self.directory.of(kind) if kind else self.directory.agencies
        return next((a for a in agencies if value and getattr(a, field) == value), None)

    def _here(self, kind: AgencyKind, field: str, area: str | None) -> tuple[Agency, ...]:
        fitting = [a for a in self.directory.of(kind) if getattr(a, field) in {area, None}]
        return tuple(sorted(fitting, key=lambda agency: getattr(agency, field) is None))

    def _check(self, today: date) -> None:
        for row in self._municipalities.values():
            if row["safety_region"] not in self._safety_regions:
                raise ValueError(f"municipalities.csv: {row['code']} has {row['safety_region']}, not in safety_regions.csv")
            self._check_successor(row)
        for table in DATED:
            self._check_regions(table)
        self._check_areas(today)

    def _check_regions(self, table: str) -> None:
        for row in self._regions[table]:
            if row["municipality"] not in self._municipalities:
                raise ValueError(f"{table}: {row['municipality']} is not in municipalities.csv")
            _check_dates(table, row)
        for one, other in combinations(self._regions[table], 2):
            if one["municipality"] == other["municipality"] and _overlap(one, other):
                regions = f"{DATED[table]}s".replace("_", " ")
                raise ValueError(f"{table}: {one['municipality']} is in two {regions} at the same time")

    def _check_successor(self, row: Row) -> None:
        """One that ends has a successor, which ends later or never: so every code leads somewhere on every day."""
        code, start, end, successor = (row.get(name) for name in ("code", "valid_from", "valid_to", "successor"))
        if start and not _is_day(start):
            raise ValueError(f"municipalities.csv: {code}: write `valid_from` as a day like 2026-01-01, or leave it empty")
        if not end and not successor:
            return
        if not (end and _is_day(end) and successor in self._municipalities):
            words = f"{code}: `valid_to` (a day like 2026-01-01) and `successor` (a code of this table) belong together"
            raise ValueError(f"municipalities.csv: {words}; where it was divided, name the larger part")
        later = self._municipalities[successor].get("valid_to")
        if later and later <= end:
            raise ValueError(f"municipalities.csv: {code} ends on {end}, and its successor {successor} does not live longer")

    def _check_areas(self, today: date) -> None:
        """An agency for an area that no table has, or for a municipality that is no more, would never be asked, in silence."""
        safety = self._safety_regions.values()
        known = {
            "municipality": set(self._municipalities),
            **{field: {row[field] for row in self._regions[table]} for table, field in DATED.items()},
            "police_unit": {row["riec"] for row in safety},
            "province": {row["province"] for row in safety},
        }
        for agency in self.directory.agencies:
            for field, areas in known.items():
                _check_area(agency, field, getattr(agency, field), areas)
            for area in agency.care_regions:
                _check_area(agency, "care_regions", area, known["care_region"])
            self._check_merged(agency, today)

    def _check_merged(self, agency: Agency, today: date) -> None:
        now = self._on(self._municipalities[agency.municipality], today) if agency.municipality else None
        if now and now["code"] != agency.municipality:
            words = f"agency {agency.slug}: {agency.municipality} was merged into {now['code']} ({now['name']})"
            raise ValueError(f'{words}: write `municipality = "{now["code"]}"`, or remove the agency if another acts for it')


def _check_area(agency: Agency, field: str, area: str | None, areas: set[str]) -> None:
    if area and area not in areas:
        meant = get_close_matches(area, areas, n=1)
        there = f"did you mean {meant[0]!r}?" if meant else f"for instance: {', '.join(sorted(areas)[:12])}"
        raise ValueError(f"agency {agency.slug}: no {field} {area!r} in the routing tables; {there}")


def _check_dates(table: str, row: Row) -> None:
    place, start, end = row["municipality"], row["valid_from"], row["valid_to"]
    if not (_is_day(start) and (not end or _is_day(end))):
        raise ValueError(f"{table}: {place}: write days like 2025-01-31; valid_to may be empty")
    if end and end <= start:
        raise ValueError(f"{table}: {place}: valid_to, the first day after, must be later than valid_from")


def _is_there(row: Row, on: date) -> bool:
    day, end = on.isoformat(), row.get("valid_to")
    return row.get("valid_from", "") <= day and (not end or day < end)


def _is_day(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False


def _overlap(one: Row, other: Row) -> bool:
    return one["valid_from"] < (other["valid_to"] or "9999") and other["valid_from"] < (one["valid_to"] or "9999")


def _holds(row: Row, code: str, on: date) -> bool:
    if row["municipality"] != code or date.fromisoformat(row["valid_from"]) > on:
        return False
    return not row["valid_to"] or on < date.fromisoformat(row["valid_to"])


def _rows(path: Path) -> list[Row]:
    """The rows of a table, as a spreadsheet writes it: with a byte order mark or without, commas or semicolons.

    Raises:
        ValueError: It is no such table; the message says the line and the remedy.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ValueError(f"{path.name}: not UTF-8: save it as CSV UTF-8") from None
    head = lines[0] if lines else ""
    reader = csv.DictReader(lines, delimiter=";" if head.count(";") > head.count(",") else ",")
    wanted = COLUMNS[path.name]
    missing = [name for name in wanted if name not in (reader.fieldnames or ())]
    if missing:
        raise ValueError(f"{path.name}, line 1: {', '.join(missing)} is missing: the columns are {', '.join(wanted)}")
    return [_row(path, reader.line_num, row) for row in reader]


def _row(path: Path, line: int, row: dict[Any, Any]) -> Row:
    if None in row or None in row.values():
        raise ValueError(f"{path.name}, line {line}: it has more or fewer fields than line 1; put a text with a comma in quotes")
    return {name: value.strip() for name, value in row.items()}


MUNICIPALITIES = frozenset(row["code"] for row in _rows(DATA / "municipalities.csv"))
"""The code of every municipality, also of those that were merged."""

CARE_REGIONS = frozenset(row["care_region"] for row in _rows(DATA / "care_regions.csv"))
"""Every care region that a table has ever had: what is readable of a file may name one of these, and nothing else."""
