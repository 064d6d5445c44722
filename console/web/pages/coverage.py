"""Who acts where on a day, and where somebody is missing: a map of tiles, and a table that says the same."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from console.coverage import Covered, Gap, changes, coverage
from console.web.asked import Asked, asked, given
from console.web.covered import ChangeShown, MapShown, PlaceShown, change_shown, map_shown, place_shown
from console.web.ports import Desk, Words
from contracts.hours import AMSTERDAM
from contracts.places import Atlas

ANY, NO_REGION = "any", "-"


class Chosen(NamedTuple):
    """Of which municipalities the table speaks; empty: of all."""

    province: str = ""
    region: str = ""
    gap: str = ""

    def has(self, place: PlaceShown, region: str | None) -> bool:
        """Whether it speaks of a municipality."""
        in_region = not self.region or self.region == (region or NO_REGION)
        in_gap = not self.gap or (bool(place.gaps) if self.gap == ANY else self.gap in place.gaps)
        return in_region and in_gap and self.province in ("", place.province)


class Sum(NamedTuple):
    """How many municipalities of a province have not what they should."""

    province: str
    places: int
    no_coordinator: int
    no_shelter: int
    no_riec: int


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        on: The day, as a form takes it.
        than: The day with which it is compared; empty: none.
        day: The day in words.
        notes: What must be known of this day.
        sums: A line for each province.
        map: The map.
        places: The rows of the table.
        total: How many municipalities there are in all.
        gaps: How many of them have not what they should.
        chosen: What was chosen.
        provinces: What can be chosen.
        regions: What can be chosen.
        compared: The two days in words; empty: none are compared.
        changes: What changed between them.
    """

    on: str
    than: str
    day: str
    notes: tuple[str, ...]
    sums: tuple[Sum, ...]
    map: MapShown
    places: tuple[PlaceShown, ...]
    total: int
    gaps: int
    chosen: Chosen
    provinces: tuple[str, ...]
    regions: tuple[str, ...]
    compared: str
    changes: tuple[ChangeShown, ...]

    @property
    def address(self) -> str:
        """Where all of it is found again."""
        chosen = {"on": self.on, "than": self.than, **self.chosen._asdict()}
        return f"/coverage?{urlencode({name: value for name, value in chosen.items() if value})}"

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The table, cell by cell."""
        return [(one.name, one.province, one.region, one.coordinator, one.shelters, one.riec, one.missing) for one in self.places]


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()

    @cache
    def atlas() -> Atlas:
        """The tables are read once, when somebody first looks."""
        return Atlas(desk.directory)

    one_at_a_time = asyncio.Semaphore(1)

    @router.get("/coverage")
    async def covered(request: Request) -> Response:
        """It has hundreds of tiles and rows: in a thread, one page at a time, so that nobody waits who decides something."""
        who = await asked(desk, request, None)

        def drawn() -> Response:
            shown = _shown(request, who, atlas())
            return desk.page(request, who.visit, "coverage.html", shown=shown, address=shown.address)

        async with one_at_a_time:
            return await asyncio.to_thread(drawn)

    return router


def _shown(request: Request, who: Asked, atlas: Atlas) -> Shown:
    today = who.now.astimezone(AMSTERDAM).date()
    on, unread = _day(request, "on")
    than, unread_too = _day(request, "than")
    day = on or today
    words, clock = who.words, who.showing.clock
    found = coverage(atlas, day)
    all_places = [place_shown(words, one) for one in found]
    chosen = _chosen(request, all_places, regions := sorted({one.place.care_region for one in found} - {None}, key=str))
    of = [place for place, one in zip(all_places, found, strict=True) if chosen.has(place, one.place.care_region)]
    differences = changes(atlas, day, than) if than else ()
    changed = {place.code for change in differences for place in change.touches}
    told = [change_shown(words, one) for one in differences if any(_has(words, chosen, side) for side in (one.before, one.after))]
    earlier, later = sorted((day, than or day))
    return Shown(
        on=day.isoformat(),
        than=than.isoformat() if than else "",
        day=clock.full_day(day),
        notes=(
            *([words.page("coverage.no_date")] if unread or unread_too else []),
            *_notes(words, atlas, day, today, clock.full_day),
        ),
        sums=tuple(_sums(all_places)),
        map=map_shown(atlas, day, all_places, {place.code for place in of}, changed),
        places=tuple(of),
        total=len(all_places),
        gaps=sum(bool(place.gaps) for place in all_places),
        chosen=chosen,
        provinces=tuple(sorted({place.province for place in all_places})),
        regions=tuple(str(region) for region in regions),
        compared=words.page("coverage.compared", before=clock.full_day(earlier), after=clock.full_day(later)) if than else "",
        changes=tuple(told),
    )


def _has(words: Words, chosen: Chosen, one: Covered | None) -> bool:
    return one is not None and chosen.has(place_shown(words, one), one.place.care_region)


def _day(request: Request, name: str) -> tuple[date | None, bool]:
    """A day of an address, and whether something stands there that is none."""
    written = request.query_params.get(name, "")
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None, bool(written)
    return (day, False) if day.isoformat() == written else (None, True)


def _chosen(request: Request, places: Sequence[PlaceShown], regions: Sequence[str | None]) -> Chosen:
    """What was chosen, as far as there is such a thing."""
    province, region, gap = (given(request, name) or "" for name in Chosen._fields)
    return Chosen(
        province if province in {place.province for place in places} else "",
        region if region in {NO_REGION, *regions} else "",
        gap if gap in {ANY, *Gap} else "",
    )


def _notes(words: Words, atlas: Atlas, day: date, today: date, said: Callable[[date], str]) -> list[str]:
    """What the directory does not know of a day."""
    first, last = atlas.dated
    notes: list[str] = []
    if day < first:
        notes.append(words.page("coverage.before", first=said(first)))
    if atlas.merged_since and day < atlas.merged_since:
        notes.append(words.page("coverage.before_merged", first=said(atlas.merged_since)))
    if day > today:
        notes.append(words.page("coverage.to_come", last=said(last)))
    if day != today:
        notes.append(words.page("coverage.agencies_now"))
    return notes


def _sums(places: Sequence[PlaceShown]) -> list[Sum]:
    all_of = Counter(place.province for place in places)
    without = Counter((place.province, gap) for place in places for gap in place.gaps)
    return [Sum(province, all_of[province], *(without[province, gap] for gap in Gap)) for province in sorted(all_of)]
