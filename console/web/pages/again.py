"""A decision that asked for a fresh login, after it: what was answered, to look at once more and to send."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from console.web.choosing import Choosing
from console.web.deciding import opened, wanted
from console.web.decision_pages import CHECKED, SEEN, TICKET, decision, kept
from console.web.drafting import beside
from console.web.drafts_ports import Desk
from console.web.fresh import taken_up
from console.web.looking import NoAnswer
from console.web.pages.check import check


def routes(desk: Desk) -> APIRouter:
    """The check, with the answers and the ticket of before. Nothing is decided here."""
    router = APIRouter()
    choosing = Choosing(desk.directory)

    @router.get("/files/{name}/do/{command}/again")
    async def again(request: Request, name: str, command: str) -> Response:
        want = await wanted(desk, request, name, command)
        posted = taken_up(desk, want.who, want.again)
        if posted is None:
            return RedirectResponse(want.path, HTTPStatus.SEE_OTHER)
        try:
            it = await opened(desk, want, choosing, to_read=True)
            around = await beside(desk, it)
        except NoAnswer:
            return kept(desk, request, want, posted, sending=True)
        since = posted.control.get(CHECKED) or posted.control.get(SEEN, "")
        return check(desk, request, it, decision(it, posted.control.get(TICKET, ""), since, posted.answers, around))

    return router
