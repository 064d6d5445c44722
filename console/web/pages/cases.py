"""Files by filters that stand in the address, so that a bookmark is a view; and views that are ready."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from console.file_names import kinds_at
from console.wanted import NOWHERE, OTHERS, WEEK, YES, UnknownFilter, Wanted, address, phases, phases_of, read_wanted
from console.web.asked import Asked, asked, given, not_here
from console.web.overview_ports import Desk, Page
from console.web.ports import HANDLE
from console.web.shown import RowShown, capital
from contracts.event import OUTLIVING, File
from contracts.places import CARE_REGIONS

OPERATE = "operate"
ROWS = 50
LABELS = {
    "region": "cases.region",
    "kind": "cases.kind",
    "phase": "cases.phase",
    "turn": "cases.turn",
    "due": "cases.due",
    "overdue": "cases.overdue",
    "alarm": "cases.alarm",
    "failing": "cases.failing",
}
"""The filters in their order, and what they are called."""

ALONE = {
    "due": (WEEK, "cases.this_week"),
    "overdue": (YES, "cases.only_overdue"),
    "alarm": (YES, "cases.only_alarm"),
    "failing": (YES, "cases.only_failing"),
}
"""Filters of which only one value can be chosen, and its words."""


@dataclass(frozen=True)
class Option:
    """What can be chosen."""

    value: str
    label: str


@dataclass(frozen=True)
class Filter:
    """A filter with all that can be chosen, and what is."""

    name: str
    label: str
    value: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class View:
    """A view that is ready."""

    href: str
    words: str
    here: bool


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        filters: What can be chosen.
        chosen: Whether anything is.
        fault: The filter of which something was chosen that there is not; empty: none, or one that nobody knows.
        said: What is wrong with what was chosen; empty: nothing.
        views: Views that are ready.
        rows: Files, what is most urgent first.
        counted: How many there are, and when that was counted.
        failing: How many of them stand still; empty: none.
        first: Where the list begins; empty: this is it.
        next: Where the next rows are; empty: there are none.
        opens: Whether this person may open a file.
    """

    filters: tuple[Filter, ...]
    chosen: bool
    fault: str
    said: str
    views: tuple[View, ...]
    rows: tuple[RowShown, ...]
    counted: str
    failing: str
    first: str
    next: str
    opens: bool


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/cases")
    async def cases(request: Request) -> Response:
        who = await asked(desk, request, None)
        if not {HANDLE, OPERATE} & {str(right) for right in who.visit.rights}:
            raise not_here()
        chosen = {name: value for name, value in request.query_params.items() if name != "after" and value}
        try:
            wanted = read_wanted(chosen, desk.directory, who.visit.agency.slug)
        except UnknownFilter as unknown:
            answer = desk.page(request, who.visit, "cases.html", shown=_refused(desk, who, unknown.name))
            answer.status_code = HTTPStatus.BAD_REQUEST
            return answer
        after = given(request, "after")
        page = await _page(desk, who, wanted, after)
        shown = _shown(desk, who, chosen, page, is_first=after is None)
        return desk.page(request, who.visit, "cases.html", shown=shown, address=f"/cases?{address(**chosen)}")

    return router


async def _page(desk: Desk, who: Asked, wanted: Wanted, after: str | None) -> Page:
    overview = desk.overview(who.visit)
    try:
        return await overview.cases(wanted, after, ROWS)
    except ValueError:  # no place in this list: it begins anew
        return await overview.cases(wanted, None, ROWS)


def _shown(desk: Desk, who: Asked, chosen: Mapping[str, str], page: Page, *, is_first: bool) -> Shown:
    here = f"/cases?{address(**chosen)}"
    counted = who.words.page("cases.counted", number=page.total, time=who.showing.clock.second(who.now))
    return Shown(
        filters=_filters(desk, who, chosen),
        chosen=bool(chosen),
        fault="",
        said="",
        views=_views(who, chosen),
        rows=tuple(who.showing.row(row) for row in page.rows),
        counted=counted,
        failing=who.words.page("cases.stand_still", number=page.failing) if page.failing else "",
        first="" if is_first else here,
        next=f"{here}&after={quote(page.after, safe='')}" if page.after else "",
        opens=HANDLE in who.visit.rights,
    )


def _refused(desk: Desk, who: Asked, name: str) -> Shown:
    """What was chosen is not told again: it may be anything."""
    known = name if name in LABELS else ""
    words = who.words
    said = words.page("cases.no_value", name=words.page(LABELS[name])) if known else words.page("cases.no_filter")
    return Shown(
        _filters(desk, who, {}), True, known, said, _views(who, {}), (), "", "", "/cases", "", HANDLE in who.visit.rights
    )


def _kinds(who: Asked, chosen: Mapping[str, str]) -> list[str]:
    """Those that there may be at this agency."""
    there = {*kinds_at(who.visit.agency), *OUTLIVING, chosen.get("kind")}
    return [kind for kind in File if kind in there]


def _filters(desk: Desk, who: Asked, chosen: Mapping[str, str]) -> tuple[Filter, ...]:
    words, kinds = who.words, _kinds(who, chosen)
    regions = [*(Option(region, region) for region in sorted(CARE_REGIONS)), Option(NOWHERE, words.page("cases.no_region"))]
    some: dict[str, Sequence[Option]] = {
        "region": regions,
        "kind": [Option(kind, capital(words.kind(kind))) for kind in kinds],
        "phase": _phases(who, kinds, chosen),
        "turn": _turns(desk, who),
        **{name: (Option(value, words.page(label)),) for name, (value, label) in ALONE.items()},
    }
    return tuple(
        Filter(name, words.page(label), chosen.get(name, ""), (Option("", words.page("cases.all")), *some[name]))
        for name, label in LABELS.items()
    )


def _phases(who: Asked, kinds: Sequence[str], chosen: Mapping[str, str]) -> list[Option]:
    """A phase of several kinds has the words of each."""
    codes = [*phases(kinds), *([chosen["phase"]] if "phase" in chosen else [])]
    tables = {code: [kind for kind in kinds if code in phases_of(kind)] or list(File) for code in codes}
    said = {code: dict.fromkeys(who.words.phase(kind, code) for kind in those) for code, those in tables.items()}
    return sorted((Option(code, capital(" / ".join(words))) for code, words in said.items()), key=lambda option: option.label)


def _turns(desk: Desk, who: Asked) -> list[Option]:
    me = who.visit.agency.slug
    others = sorted((agency.name, agency.slug) for agency in desk.directory.agencies if agency.slug != me)
    ours = [Option(me, who.words.page("cases.us")), Option(OTHERS, who.words.page("cases.others"))]
    return [*ours, *(Option(slug, name) for name, slug in others)]


def _views(who: Asked, chosen: Mapping[str, str]) -> tuple[View, ...]:
    words = who.words
    ready = {
        words.page("cases.view_overdue"): {"overdue": YES},
        words.page("cases.view_alarm"): {"alarm": YES},
        words.page("cases.view_week"): {"due": WEEK},
        words.page("cases.view_others"): {"turn": OTHERS},
        **{capital(words.kind(kind)): {"kind": kind} for kind in kinds_at(who.visit.agency)},
    }
    return tuple(View(f"/cases?{address(**one)}", said, one == chosen) for said, one in ready.items())
