"""Every file of my agency in which an alarm is open. Its case says which, and there they are acknowledged."""

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
        is_first: Whether this is where the list begins.
    """

    rows: tuple[RowShown, ...]
    total: int
    next: str
    is_first: bool


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/alarms")
    async def alarms(request: Request) -> Response:
        who, after = await asked(desk, request), given(request, "after")
        lists = desk.lists(who.visit)
        try:
            page = await lists.with_alarm(after, ROWS)
        except ValueError:  # no place in this list: it begins anew
            page, after = await lists.with_alarm(None, ROWS), None
        more = f"/alarms?after={quote(page.after, safe='')}" if page.after else ""
        rows = tuple(who.showing.row(row) for row in page.rows)
        return desk.page(request, who.visit, "alarms.html", shown=Shown(rows, page.total, more, after is None))

    return router
