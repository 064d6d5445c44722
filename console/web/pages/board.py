"""What needs a hand, oldest first; and how many files are where. What is counted is shared, and says of when it is."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from console.drawing.bars import Bar, bars
from console.wanted import NOWHERE, YES, address
from console.web import ways
from console.web.asked import Asked, asked
from console.web.looking import NoAnswer, within_patience
from console.web.overview_ports import Answer, Counted, Desk, Line, Unconfirmed
from console.web.pages.health import PARTS
from console.web.shown import capital

OPERATE = "operate"
TO_COUNT = 8.0
"""Seconds for counts: they are many, and slow where a database answers one at a time."""

LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Need:
    """Something that needs a hand.

    Attributes:
        words: What it is, and how much of it.
        more: Where, and what to do.
        since: Since when.
        href: Where it is looked at; empty: nowhere yet.
    """

    words: str
    more: str
    since: str
    href: str


@dataclass(frozen=True)
class Row:
    """A number that leads to its files."""

    label: str
    number: int
    href: str


@dataclass(frozen=True)
class Chart:
    """Numbers beside each other, drawn and as a table."""

    key: str
    title: str
    head: str
    rows: tuple[Row, ...]
    drawing: Markup


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        counted: Of when the counts are, and of how many files; empty: they cannot be told now.
        needs: What needs a hand, oldest first.
        untold: What cannot be told now.
        health: How the installation does, in a line.
        well: Whether all of it does well.
        charts: How many files are where.
    """

    counted: str
    needs: tuple[Need, ...]
    untold: tuple[str, ...]
    health: str
    well: bool
    charts: tuple[Chart, ...]


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/board")
    async def board(request: Request) -> Response:
        who = await asked(desk, request, OPERATE)
        overview = desk.overview(who.visit)
        counts, late, dead, health = await asyncio.gather(
            _told(overview.counts(), TO_COUNT),
            _told(overview.unconfirmed()),
            _told(overview.dead_letters()),
            _told(overview.health(), TO_COUNT),
        )
        return desk.page(request, who.visit, "board.html", shown=_shown(who, counts, late, dead, health))

    return router


async def _told(answer: Awaitable[Answer], seconds: float | None = None) -> Answer | None:
    """What was answered; None where a part does not answer. That it cannot be written down is no silence."""
    try:
        return await within_patience(answer, seconds)
    except NoAnswer:
        return None


def _shown(who: Asked, counts: Answer | None, late: Answer | None, dead: Answer | None, health: Answer | None) -> Shown:
    words = who.words
    silent = {
        words.page("board.no_counts"): counts,
        words.page("board.no_hanging"): late,
        words.page("board.no_dead"): dead,
        words.page("board.no_health"): health,
    }
    lines: Sequence[Line] = [line for line in health.value if line.do] if health else []
    needs = [
        *(_of_files(who, counts.value) if counts else ()),
        *(_of_letters(who, late.value) if late else ()),
        *([(LATEST, _dead(who, dead.value))] if dead and dead.value else []),
    ]
    return Shown(
        counted=_counted(who, counts) if counts else "",
        needs=tuple(need for _, need in sorted(needs, key=lambda one: one[0])),
        untold=tuple(said for said, answer in silent.items() if answer is None),
        health=_health(who, health, lines) if health else "",
        well=not lines,
        charts=_charts(who, counts.value) if counts and counts.value.total else (),
    )


def _counted(who: Asked, counts: Answer) -> str:
    return who.words.page("board.counted", number=counts.value.total, time=who.showing.clock.second(counts.at))


def _health(who: Asked, health: Answer, lines: Sequence[Line]) -> str:
    words, time = who.words, who.showing.clock.second(health.at)
    if not lines:
        return words.page("board.well", time=time)
    first = f"{words.page(PARTS[lines[0].part])}: {words.said(lines[0].what)}"
    return words.page("board.unwell", number=len(lines), what=first, time=time)


def _of_files(who: Asked, counts: Counted) -> list[tuple[datetime, Need]]:
    words, oldest, found = who.words, counts.oldest, list[tuple[datetime, Need]]()
    if counts.overdue:
        since = (oldest.overdue_since or oldest.deadline) if oldest else None
        where = words.page("board.oldest_in", region=oldest.region) if oldest and oldest.region != "-" else ""
        need = _need(who, "board.overdue", counts.overdue, more=where, since=since, href=f"/cases?{address(overdue=YES)}")
        found.append((since or LATEST, need))
    for key, number, chosen in (("board.alarms", counts.alarms, "alarm"), ("board.failing", counts.failing, "failing")):
        if number:
            found.append((LATEST, _need(who, key, number, href=f"/cases?{address(**{chosen: YES})}")))
    return found


def _of_letters(who: Asked, late: Sequence[Unconfirmed]) -> list[tuple[datetime, Need]]:
    if not late:
        return []
    number, since = sum(one.number for one in late), min(one.since for one in late)
    to = ", ".join(f"{who.showing.name(one.to)}: {one.number}" for one in late)
    more = who.words.page("board.hanging_more", to=to)
    return [(since, _need(who, "board.hanging", number, more=more, since=since, href=_way("/deliveries")))]


def _dead(who: Asked, number: int) -> Need:
    href = _way("/dead")
    return _need(who, "board.dead", number, more="" if href else who.words.page("board.dead_more"), href=href)


def _way(path: str) -> str:
    """A page, where every page leads to it; else nothing."""
    return path if any(way.path == path for way in ways.WAYS) else ""


def _need(who: Asked, key: str, number: int, *, more: str = "", since: datetime | None = None, href: str = "") -> Need:
    clock = who.showing.clock
    return Need(who.words.page(key, number=number), more, clock.since(since) if since else "", href)


def _charts(who: Asked, counts: Counted) -> tuple[Chart, ...]:
    words = who.words
    regions = [
        Row(words.page("cases.no_region") if region == NOWHERE else region, number, f"/cases?{address(region=region)}")
        for region, number in counts.regions.items()
    ]
    kinds = [Row(capital(words.kind(kind)), number, f"/cases?{address(kind=kind)}") for kind, number in counts.kinds.items()]
    phases = [
        Row(_phase(who, counts.kinds, kind, phase), number, f"/cases?{address(kind=kind, phase=phase)}")
        for (kind, phase), number in counts.phases.items()
    ]
    titles: dict[str, tuple[str, str, list[Row]]] = {
        "regions": (words.page("board.by_region"), words.page("cases.region"), regions),
        "phases": (words.page("board.by_phase"), words.page("cases.phase"), phases),
        "kinds": (words.page("board.by_kind"), words.page("cases.kind"), kinds),
    }
    return tuple(_chart(who, key, title, head, rows) for key, (title, head, rows) in titles.items() if rows)


def _phase(who: Asked, kinds: Mapping[str, int], kind: str, phase: str) -> str:
    """With its kind, where there are several."""
    said = who.words.phase(kind, phase)
    return capital(said) if len(kinds) == 1 else f"{capital(who.words.kind(kind))}: {said}"


def _chart(who: Asked, key: str, title: str, head: str, rows: Sequence[Row]) -> Chart:
    ordered = tuple(sorted(rows, key=lambda row: (-row.number, row.label)))
    most = ordered[0]
    described = who.words.page("board.described", number=len(ordered), most=most.label, count=most.number)
    return Chart(key, title, head, ordered, bars(key, title, described, [Bar(row.label, row.number) for row in ordered]))
