"""How the parts of the installation do, since when, and what to do; one that is away is a line, and keeps nobody waiting."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from console.web.asked import Asked, asked
from console.web.overview_ports import Desk, Line
from console.web.shown import capital

OPERATE = "operate"
PARTS = {
    "office": "health.office",
    "queue": "health.queue",
    "temporal": "health.temporal",
    "bus": "health.bus",
    "case_keys": "health.case_keys",
    "event_keys": "health.event_keys",
    "certificates": "health.certificates",
    "audit": "health.audit",
    "settings": "health.settings",
    "files": "health.files",
    "disk": "health.disk",
}
"""What each part is called."""


@dataclass(frozen=True)
class LineShown:
    """How a part does.

    Attributes:
        part: What it is called.
        where: Which one, where there are several.
        well: Whether it does well.
        what: How it does.
        since: Since when.
        do: What to do.
    """

    part: str
    where: str
    well: bool
    what: str
    since: str
    do: str


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        looked: When it was looked.
        said: How many parts need a hand.
        well: Whether none does.
        lines: How each does; what needs a hand first.
    """

    looked: str
    said: str
    well: bool
    lines: tuple[LineShown, ...]


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/health")
    async def health(request: Request) -> Response:
        who = await asked(desk, request, OPERATE)
        answer = await desk.overview(who.visit).health()
        lines: Sequence[Line] = answer.value
        wrong, words = sum(bool(line.do) for line in lines), who.words
        shown = Shown(
            looked=words.page("health.looked", time=who.showing.clock.second(answer.at)),
            said=words.page("health.unwell", number=wrong) if wrong else words.page("health.well"),
            well=not wrong,
            lines=tuple(_line(who, line, lines) for line in sorted(lines, key=lambda line: not line.do)),
        )
        return desk.page(request, who.visit, "health.html", shown=shown)

    return router


def _line(who: Asked, line: Line, lines: Sequence[Line]) -> LineShown:
    words, several = who.words, sum(one.part == line.part for one in lines) > 1
    return LineShown(
        part=words.page(PARTS[line.part]),
        where=capital(words.said(line.where)) if several else "",
        well=not line.do,
        what=_sentence(words.said(line.what)),
        since=who.showing.clock.moment(line.since) if line.since else "",
        do=_sentence(words.said(line.do)) if line.do else "",
    )


def _sentence(words: str) -> str:
    return f"{capital(words)}."
