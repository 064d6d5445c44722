"""What waits for others, all of it."""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from console.web.asked import asked, given
from console.web.ports import Desk
from console.web.shown import RowShown

ROWS = 50


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        rows: By deadline.
        total: How many there are in all.
        next: Where the next rows are; empty: there are none.
    """

    rows: tuple[RowShown, ...]
    total: int
    next: str


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/waiting")
    async def waiting(request: Request) -> Response:
        who = await asked(desk, request)
        lists = desk.lists(who.visit)
        try:
            page = await lists.waiting(who.visit.agency, given(request, "after"), ROWS)
        except ValueError:  # no place in this list: it begins anew
            page = await lists.waiting(who.visit.agency, None, ROWS)
        after = f"/waiting?after={quote(page.after, safe='')}" if page.after else ""
        shown = Shown(tuple(who.showing.waiting(row) for row in page.rows), page.total, after)
        return desk.page(request, who.visit, "waiting.html", shown=shown)

    return router
