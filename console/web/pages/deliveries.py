"""How far each letter of a case came, and why one is not further."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from console.ladder import ladders
from console.web.laddered import Laddering, LadderShown
from console.web.of_case import of_case
from console.web.ports import Desk

DRAWN, MOST = 40, 200
"""Ladders that are drawn, and letters in the table."""


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        reference: Of the case.
        hanging: Letters that may need a person; the newest of them.
        hanging_total: How many there are.
        waiting: Other letters that are not as far as they can come; the newest of them.
        waiting_total: How many there are.
        heads: Of the table.
        rows: All letters, the newest first.
        left_out: How many more there are.
        whole: Whether all files answered.
    """

    reference: str
    hanging: tuple[LadderShown, ...]
    hanging_total: int
    waiting: tuple[LadderShown, ...]
    waiting_total: int
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int
    whole: bool


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/cases/{reference}/deliveries")
    async def deliveries(request: Request, reference: str) -> Response:
        case = await of_case(desk, request, reference, "deliveries")
        laddering = Laddering(case.who.showing)
        every = ladders(case.log)
        hanging = [one for one in every if one.hangs]
        waiting = [one for one in every if one.stops and not one.hangs]
        shown = Shown(
            reference=reference,
            hanging=tuple(map(laddering.ladder, hanging[:DRAWN])),
            hanging_total=len(hanging),
            waiting=tuple(map(laddering.ladder, waiting[:DRAWN])),
            waiting_total=len(waiting),
            heads=laddering.heads,
            rows=tuple(laddering.ladder(one).cells for one in every[:MOST]),
            left_out=max(len(every) - MOST, 0),
            whole=case.whole,
        )
        return desk.page(request, case.who.visit, "deliveries.html", shown=shown)

    return router
