"""What this agency could not take, the newest first."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from console.web.asked import asked, given
from console.web.dead_ports import OPERATE
from console.web.dead_shown import LetterShown, letter_shown, number_of
from console.web.ports import Desk

ROWS = 50
BATCHES, REPLAY = "batches", "replay_letter"
"""For what its ticket is: a batch that puts refused events into the inbox again."""


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        letters: The newest first.
        is_first: Whether this is where the list begins.
        next: Where older ones are; empty: there are none.
        ticket: What lets a selection of them be replayed once.
    """

    letters: tuple[LetterShown, ...]
    is_first: bool
    next: str
    ticket: str


def routes(desk: Desk) -> APIRouter:
    """The list."""
    router = APIRouter()

    @router.get("/dead")
    async def dead(request: Request) -> Response:
        who = await asked(desk, request, OPERATE)
        before = number_of(given(request, "before") or "")
        found = await desk.letters(who.visit).newest(before, ROWS + 1)
        shown = Shown(
            letters=tuple(letter_shown(who, letter) for letter in found[:ROWS]),
            is_first=before is None,
            next=f"/dead?before={found[ROWS - 1].seq}" if len(found) > ROWS else "",
            ticket=await desk.ticket(who.visit, BATCHES, REPLAY) if found else "",
        )
        return desk.page(request, who.visit, "dead.html", shown=shown)

    return router
