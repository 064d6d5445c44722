"""What waits for my agency, by deadline; and what waits for others."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Protocol
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from console.file_names import is_reference
from console.web import drafts_ports, overview_ports
from console.web.asked import LONGEST, Asked, asked, form_of, given
from console.web.drafting import hands
from console.web.ports import Page, Row
from console.web.shown import Hand, RowShown

ROWS = 50

TITLES = {"late": "inbox.late", "today": "inbox.today", "later": "inbox.later"}
"""Groups, in their order, and the words above them."""

MARK = 6
"""Characters that stand for the state of a row."""

MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1", " ": None, "-": None})
"""Letters that no reference has, and what was meant."""


class Desk(drafts_ports.Desk, overview_ports.Desk, Protocol):
    """What this page is given."""


@dataclass(frozen=True)
class Group:
    """Rows that are due at about the same time."""

    key: str
    title: str
    rows: tuple[RowShown, ...]


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        groups: Overdue, today, later; those that have rows.
        total: How many wait in all.
        next: Where the next rows are; empty: there are none.
        is_first: Whether this is where the list begins.
        waiting: What waits for others.
        waiting_total: How much that is.
        watch: Where the page asks whether something changed.
        sought: What was typed to find a case, where it is no reference.
        here: Where whoever takes a file comes back to.
    """

    groups: tuple[Group, ...]
    total: int
    next: str
    is_first: bool
    waiting: tuple[RowShown, ...]
    waiting_total: int
    watch: str
    sought: str
    here: str


def routes(desk: Desk) -> APIRouter:
    """The inbox, finding a case, and whether something changed since."""
    router = APIRouter()

    @router.get("/inbox")
    async def inbox(request: Request) -> Response:
        who = await asked(desk, request)
        return desk.page(request, who.visit, "inbox.html", shown=await _shown(desk, who, given(request, "after")))

    @router.post("/find")  # what is typed may be a name, and an address is kept in many places
    async def find(request: Request) -> Response:
        who = await asked(desk, request)
        typed = next((value for name, value in (await form_of(request)).answers if name == "reference"), "")[:LONGEST]
        reference = typed.strip().lower().translate(MISREAD)
        if is_reference(reference):
            return RedirectResponse(f"/cases/{reference}", HTTPStatus.SEE_OTHER)
        shown = await _shown(desk, who, None, sought=typed or "-")
        answer = desk.page(request, who.visit, "inbox.html", shown=shown)
        answer.status_code = HTTPStatus.BAD_REQUEST
        return answer

    @router.get("/inbox/changed")
    async def changed(request: Request) -> Response:
        who = await asked(desk, request)
        since = request.query_params.get("since", "")[: ROWS * MARK]
        before = {since[place : place + MARK] for place in range(0, len(since), MARK)}
        rows = (await desk.overview(who.visit).turns()).value.rows
        now = {*_marks(rows, await hands(desk, who, rows))}
        number = max(len(now - before), len(before - now))
        if not number:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return JSONResponse({"said": who.words.page("inbox.changed", number=number)})

    return router


async def _shown(desk: Desk, who: Asked, after: str | None, sought: str = "") -> Shown:
    page = await _page(desk, who, after)
    waiting = None if after else (await desk.overview(who.visit).waiting()).value
    taken = await hands(desk, who, page.rows)
    return Shown(
        groups=_groups(who, page.rows, taken),
        total=page.total,
        next=f"/inbox?after={quote(page.after, safe='')}" if page.after else "",
        is_first=after is None,
        waiting=tuple(who.showing.waiting(row) for row in waiting.rows) if waiting else (),
        waiting_total=waiting.total if waiting else 0,
        watch="" if after else f"/inbox/changed?since={''.join(_marks(page.rows, taken))}",
        sought=sought,
        here=f"/inbox?after={quote(after, safe='')}" if after else "/inbox",
    )


async def _page(desk: Desk, who: Asked, after: str | None) -> Page:
    """The first page is one answer for all who open it within some seconds."""
    if after:
        try:
            return await desk.lists(who.visit).turn_of(who.visit.agency, after, ROWS)
        except ValueError:  # no place in this list: it begins anew
            pass
    return (await desk.overview(who.visit).turns(opened=True)).value


def _groups(who: Asked, rows: Sequence[Row], taken: Mapping[str, Hand]) -> tuple[Group, ...]:
    found: dict[str, list[RowShown]] = {key: [] for key in TITLES}
    for row in rows:
        due, clock = row.due or row.deadline, who.showing.clock
        key = "later" if due is None else "late" if clock.is_over(due) else "today" if clock.is_today(due) else "later"
        found[key].append(replace(who.showing.row(row), hand=taken[row.name]))
    return tuple(Group(key, who.words.page(TITLES[key], number=len(of)), tuple(of)) for key, of in found.items() if of)


def _marks(rows: Sequence[Row], taken: Mapping[str, Hand]) -> list[str]:
    """What stands for the state of each row; it says nothing about it."""
    states = (
        f"{row.name} {row.step} {row.phase} {row.due} {row.alarm} {taken[row.name].action} {taken[row.name].instead_of}"
        for row in rows
    )
    return [hashlib.sha256(state.encode()).hexdigest()[:MARK] for state in states]
