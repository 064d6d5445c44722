"""Who acts for each municipality on a day, and who is missing there. The command line and the pages say the same."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from unicodedata import combining, normalize

from contracts.agencies import Agency
from contracts.places import Atlas, Municipality
from contracts.words import Service

SHELTERS = (Service.COSM, Service.WOMENS_SHELTER)
"""The kinds of help that are a roof."""


class Gap(StrEnum):
    """What a municipality has not."""

    COORDINATOR = "coordinator"
    SHELTER = "shelter"
    RIEC = "riec"


class Covered(NamedTuple):
    """A municipality on a day.

    Attributes:
        place: With the regions that it belongs to.
        coordinator: Who coordinates care there.
        shelters: Who offers shelter there, those of the region first.
        riec: Of its police unit.
    """

    place: Municipality
    coordinator: Agency | None
    shelters: tuple[Agency, ...]
    riec: Agency | None

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What it has not."""
        there = {Gap.COORDINATOR: self.coordinator, Gap.SHELTER: self.shelters, Gap.RIEC: self.riec}
        return tuple(gap for gap, who in there.items() if not who)


class Change(NamedTuple):
    """A municipality that is otherwise on one day than on another.

    Attributes:
        before: On the earlier day; None: there was none.
        after: On the later day; None: there is none any more.
        heir: What came of it, if there is none any more.
    """

    before: Covered | None
    after: Covered | None
    heir: Municipality | None = None

    @property
    def place(self) -> Municipality:
        """Which municipality it is about, as it was called last."""
        known = self.after or self.before
        assert known, "a change is of something"
        return known.place

    @property
    def touches(self) -> tuple[Municipality, ...]:
        """Every municipality that is concerned."""
        sides = [one.place for one in (self.before, self.after) if one]
        return (*sides, self.heir) if self.heir else tuple(sides)


def coverage(atlas: Atlas, on: date) -> tuple[Covered, ...]:
    """Every municipality that there is on a day, by name."""
    places = [atlas.municipality(code, on) for code in atlas.codes(on)]
    shelters = {region: _shelters(atlas, region) for region in {place.care_region for place in places}}
    found = (Covered(place, atlas.coordinator(place), shelters[place.care_region], atlas.riec(place)) for place in places)
    return tuple(sorted(found, key=lambda one: by_name(one.place.name)))


def changes(atlas: Atlas, one: date, other: date) -> tuple[Change, ...]:
    """What is otherwise on the later of two days, by name."""
    earlier, later = sorted((one, other))
    before = {covered.place.code: covered for covered in coverage(atlas, earlier)}
    after = {covered.place.code: covered for covered in coverage(atlas, later)}
    found: list[Change] = []
    for code in before.keys() | after.keys():
        if _of_care(before.get(code)) != _of_care(after.get(code)):
            heir = None if code in after else atlas.municipality(code, later)
            found.append(Change(before.get(code), after.get(code), heir))
    return tuple(sorted(found, key=lambda change: by_name(change.place.name)))


def _of_care(covered: Covered | None) -> Covered | None:
    """Without the regions that say nothing of care."""
    return covered and covered._replace(place=covered.place.model_copy(update={"protection_region": None}))


def at_tiles(atlas: Atlas, on: date, drawn: date, codes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Which municipalities of a day stand at which tile.

    A tile of today stands for all that it was made of, and in time for what comes of it.

    Args:
        atlas: Which knows what came of whom.
        on: The day that is shown.
        drawn: A day on which there was each municipality that has a tile.
        codes: Those of the tiles.
    """
    late = max(on, drawn)
    there: dict[str, list[str]] = {}
    for code in atlas.codes(on):
        there.setdefault(atlas.municipality(code, late).code, []).append(code)
    return {code: tuple(there.get(atlas.municipality(code, late).code, ())) for code in codes}


def by_name(name: str) -> str:
    """Where a name stands in a list: without its accents, ``'s-Hertogenbosch`` under its S."""
    plain = "".join(letter for letter in normalize("NFKD", name) if not combining(letter))
    return plain.lstrip("'").casefold()


def _shelters(atlas: Atlas, region: str | None) -> tuple[Agency, ...]:
    found = [agency for service in SHELTERS for agency in atlas.aid(region, service)]
    return tuple(sorted(dict.fromkeys(found), key=lambda agency: not agency.care_regions))
