"""What was decided, and where the file is now: a page that may be loaded again, and decides nothing."""

import re
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from console.web.asked import asked, given, not_here
from console.web.deciding import NAME
from console.web.decision_pages import silent
from console.web.drafting import is_ours
from console.web.drafts_ports import Desk
from console.web.looking import NoAnswer, within_patience
from console.web.shown import TrackShown
from contracts.commands import COMMANDS
from contracts.views import FileView

PHASE = re.compile(r"[a-z]+(_[a-z]+)*")


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        command: What was decided.
        at: When; empty where the file does not answer.
        state: Where the file is now.
        track: Whose turn it is now; None where the file does not answer.
        case: Where the case is.
    """

    command: str
    at: str
    state: str
    track: TrackShown | None
    case: str


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/files/{name}/did/{command}")
    async def done(request: Request, name: str, command: str) -> Response:
        who = await asked(desk, request)
        if command not in COMMANDS or not NAME.fullmatch(name):
            raise not_here()
        words, case = who.words, f"/cases/{name.rpartition('-')[2]}"
        try:
            file = await within_patience(desk.files(who.visit).one(who.visit.agency, name))
        except NoAnswer:
            answered = given(request, "state") or ""
            if not (PHASE.fullmatch(answered) and await desk.has_answered(who.visit, name, command, answered)):
                return silent(desk, request, who.visit)
            state = words.phase(name.partition("-")[0], answered)
            return desk.page(request, who.visit, "done.html", shown=Shown(words.command(command), "", state, None, case))
        at = _decided(file.view, command) if file else None
        if at is None:
            raise not_here()
        if not is_ours(file.view, who.visit.agency.slug):
            await desk.taken.ended(who.visit, name)
        track = who.showing.track(file.view.track, file.view)
        shown = Shown(words.command(command), who.showing.clock.moment(at), track.phase, track, case)
        return desk.page(request, who.visit, "done.html", shown=shown)

    return router


def _decided(view: FileView, command: str) -> datetime | None:
    """When it was decided last; a page that says so of what nobody decided would lie."""
    return max((line.at for line in view.story if line.what == command and line.who == view.agency), default=None)
