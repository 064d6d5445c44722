"""Coverage as a page shows it: every municipality in words, and the map of tiles that says the same."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from console.coverage import Change, Covered, Gap, at_tiles
from console.drawing.tiles import borders, size, tiles
from console.web.ports import Words
from contracts.places import Atlas

DRAWN = date(2026, 1, 1)
"""A day on which there was each municipality that has a tile."""

GAPS = {Gap.COORDINATOR: "coverage.no_coordinator", Gap.SHELTER: "coverage.no_shelter", Gap.RIEC: "coverage.no_riec"}


@dataclass(frozen=True)
class PlaceShown:
    """A municipality: a row of the table."""

    code: str
    name: str
    province: str
    region: str
    coordinator: str
    shelters: str
    riec: str
    gaps: frozenset[Gap]
    missing: str


@dataclass(frozen=True)
class TileShown:
    """A square of the map.

    Attributes:
        x: Its western edge.
        y: Its northern edge.
        title: Which municipalities it stands for, and what they have not.
        gaps: What they have not, for the marks.
        chosen: Whether the table has one of them.
        changed: Whether one of them changed between the days that are compared.
    """

    x: int
    y: int
    title: str
    gaps: frozenset[Gap]
    chosen: bool
    changed: bool


@dataclass(frozen=True)
class MapShown:
    """The map."""

    width: int
    height: int
    tiles: tuple[TileShown, ...]
    borders: str


class ChangeShown(NamedTuple):
    """What changed in a municipality: a row of a table."""

    name: str
    province: str
    what: str


def place_shown(words: Words, one: Covered) -> PlaceShown:
    """A row of the table."""
    place, none = one.place, words.page("coverage.nobody")
    return PlaceShown(
        code=place.code,
        name=place.name,
        province=place.province,
        region=place.care_region or words.page("coverage.no_region"),
        coordinator=one.coordinator.name if one.coordinator else none,
        shelters=", ".join(agency.name for agency in one.shelters) or none,
        riec=one.riec.name if one.riec else none,
        gaps=frozenset(one.gaps),
        missing=missing(words, one),
    )


def missing(words: Words, one: Covered) -> str:
    """What a municipality has not, as it also stands at its tile."""
    return ", ".join(words.page(GAPS[gap]) for gap in one.gaps) or words.page("coverage.complete")


def map_shown(
    atlas: Atlas, on: date, places: Sequence[PlaceShown], chosen: Collection[str], changed: Collection[str]
) -> MapShown:
    """The map of a day.

    Args:
        atlas: Which knows what came of whom.
        on: The day.
        places: Every municipality of that day.
        chosen: The codes of those that the table has.
        changed: The codes of those that changed between the days that are compared.
    """
    all_tiles, by_code = tiles(), {place.code: place for place in places}
    there = at_tiles(atlas, on, DRAWN, [tile.code for tile in all_tiles])
    shown: list[TileShown] = []
    for tile in all_tiles:
        codes = there[tile.code]
        here = [by_code[code] for code in codes]
        shown.append(
            TileShown(
                x=tile.x,
                y=tile.y,
                title="; ".join(f"{place.name} ({place.province}): {place.missing}" for place in here),
                gaps=frozenset(gap for place in here for gap in place.gaps),
                chosen=any(code in chosen for code in codes),
                changed=any(code in changed for code in codes),
            )
        )
    width, height = size(all_tiles)
    provinces = {tile.code: atlas.municipality(tile.code, DRAWN).province for tile in all_tiles}
    return MapShown(width, height, tuple(shown), borders(all_tiles, provinces))


def change_shown(words: Words, change: Change) -> ChangeShown:
    """What changed in a municipality, as a row of a table."""
    return ChangeShown(change.place.name, change.place.province, "; ".join(change_words(words, change)))


def change_words(words: Words, change: Change) -> list[str]:
    """What changed in a municipality."""
    if change.after is None:
        return [words.page("coverage.merged", into=change.heir.name if change.heir else "")]
    if change.before is None:
        return [words.page("coverage.new")]
    return _differences(words, place_shown(words, change.before), place_shown(words, change.after))


def _differences(words: Words, before: PlaceShown, after: PlaceShown) -> list[str]:
    fields: Mapping[str, tuple[str, str]] = {
        words.page("coverage.province"): (before.province, after.province),
        words.page("coverage.region"): (before.region, after.region),
        words.page("coverage.coordinator"): (before.coordinator, after.coordinator),
        words.page("coverage.shelter"): (before.shelters, after.shelters),
        words.page("coverage.riec"): (before.riec, after.riec),
    }
    return [words.page("coverage.differs", what=what, before=old, after=new) for what, (old, new) in fields.items() if old != new]
