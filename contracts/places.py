"""Who acts for a place. Three geographies do not coincide: care region, police unit (= RIEC) and province.

Sources: CBS municipal classification and safety regions as of 2024; the care regions Almere (regioatlas.nl) and Zwolle
(destentor.nl 2018), municipality by municipality. The other care regions are not verified: they have no row, and their
municipalities route to CoMensha until an operator adds one. All tables are dated: valid from, valid to.
"""

import csv
from datetime import date
from importlib.resources import files
from itertools import combinations
from pathlib import Path

from contracts.agencies import Agency, Directory
from contracts.text import Model, MunicipalityCode

DATA = Path(str(files("contracts") / "data"))


class Municipality(Model):
    """A municipality with the regions it belongs to on one day."""

    code: MunicipalityCode
    name: str
    care_region: str | None
    police_unit: str
    province: str


class Atlas:
    """The routing tables and the directory together: from a municipality to everybody who acts for it."""

    def __init__(self, directory: Directory, data: Path = DATA) -> None:
        self.directory = directory
        self._municipalities = {row["code"]: row for row in _rows(data / "municipalities.csv")}
        self._safety_regions = {row["code"]: row for row in _rows(data / "safety_regions.csv")}
        self._care_regions = _rows(data / "care_regions.csv")
        self._check()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every municipality code."""
        return tuple(self._municipalities)

    def municipality(self, code: str, on: date) -> Municipality:
        """The municipality with its regions on a day.

        Raises:
            LookupError: No municipality has this CBS code.
        """
        if code not in self._municipalities:
            raise LookupError(f"municipality_unknown: {code} is no CBS municipality code; they look like GM0995 (Lelystad)")
        row = self._municipalities[code]
        safety = self._safety_regions[row["safety_region"]]
        return Municipality(
            code=code,
            name=row["name"],
            care_region=next((r["care_region"] for r in self._care_regions if _holds(r, code, on)), None),
            police_unit=safety["riec"],
            province=safety["province"],
        )

    def coordinator(self, place: Municipality) -> Agency | None:
        """The care coordinator of the place's care region, if one takes part."""
        return self._first("care_region", place.care_region)

    def riec(self, place: Municipality) -> Agency | None:
        """The RIEC of the place's police unit, if it takes part."""
        return self._first("police_unit", place.police_unit)

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

    def _first(self, field: str, value: str | None) -> Agency | None:
        return next((a for a in self.directory.agencies if value and getattr(a, field) == value), None)

    def _check(self) -> None:
        for row in self._municipalities.values():
            if row["safety_region"] not in self._safety_regions:
                raise ValueError(f"municipalities.csv: {row['code']} has {row['safety_region']}, not in safety_regions.csv")
        for row in self._care_regions:
            if row["municipality"] not in self._municipalities:
                raise ValueError(f"care_regions.csv: {row['municipality']} is not in municipalities.csv")
            _check_dates(row)
        for one, other in combinations(self._care_regions, 2):
            if one["municipality"] == other["municipality"] and _overlap(one, other):
                raise ValueError(f"care_regions.csv: {one['municipality']} is in two care regions at the same time")
        self._check_areas()

    def _check_areas(self) -> None:
        """An agency for an area that no table has would never be asked, in silence."""
        safety = self._safety_regions.values()
        known = {
            "municipality": set(self._municipalities),
            "care_region": {row["care_region"] for row in self._care_regions},
            "police_unit": {row["riec"] for row in safety},
            "province": {row["province"] for row in safety},
        }
        for agency in self.directory.agencies:
            for field, areas in known.items():
                area = getattr(agency, field)
                if area and area not in areas:
                    there = ", ".join(sorted(areas)[:12])
                    raise ValueError(f"agency {agency.slug}: no {field} {area!r} in the routing tables; for instance: {there}")


def _check_dates(row: dict[str, str]) -> None:
    place, start, end = row["municipality"], row["valid_from"], row["valid_to"]
    if not (_is_day(start) and (not end or _is_day(end))):
        raise ValueError(f"care_regions.csv: {place}: write days like 2025-01-31; valid_to may be empty")
    if end and end <= start:
        raise ValueError(f"care_regions.csv: {place}: valid_to, the first day after, must be later than valid_from")


def _is_day(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False


def _overlap(one: dict[str, str], other: dict[str, str]) -> bool:
    return one["valid_from"] < (other["valid_to"] or "9999") and other["valid_from"] < (one["valid_to"] or "9999")


def _holds(row: dict[str, str], code: str, on: date) -> bool:
    if row["municipality"] != code or date.fromisoformat(row["valid_from"]) > on:
        return False
    return not row["valid_to"] or on < date.fromisoformat(row["valid_to"])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CARE_REGIONS = frozenset(row["care_region"] for row in _rows(DATA / "care_regions.csv"))
"""Every care region that a table has ever had: what is readable of a file may name one of these, and nothing else."""
