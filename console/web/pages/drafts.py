"""My half-done forms: to go on with, or to throw away. A script of a form keeps one here, too."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from console.web.asked import asked, form_of, not_here
from console.web.deciding import wanted
from console.web.decision_pages import SEEN, TICKET
from console.web.drafting import DraftShown, keep, shown_draft
from console.web.drafts_ports import Desk


@dataclass(frozen=True)
class Shown:
    """What the page shows."""

    drafts: tuple[DraftShown, ...]


def routes(desk: Desk) -> APIRouter:
    """The page, keeping by a script, and throwing away: after a question, since it cannot be undone."""
    router = APIRouter()

    @router.get("/drafts")
    async def drafts(request: Request) -> Response:
        who = await asked(desk, request)
        mine = tuple(shown_draft(who, draft) for draft in await desk.drafts.all_mine(who.visit))
        return desk.page(request, who.visit, "drafts.html", shown=Shown(mine))

    @router.post("/files/{name}/do/{command}/draft")
    async def save(request: Request, name: str, command: str) -> Response:
        want = await wanted(desk, request, name, command)
        posted = await form_of(request)
        ticket = posted.control.get(TICKET, "")
        await desk.spend(want.who.visit, ticket, name, command)
        not_kept = await keep(desk, want, ticket, posted, posted.control.get(SEEN, ""))
        if not_kept:
            return JSONResponse({"said": want.who.words.page(not_kept)}, HTTPStatus.CONFLICT)
        said = want.who.words.page("drafts.saved", moment=want.who.showing.clock.moment(want.who.now))
        return JSONResponse({"said": said})

    @router.get("/files/{name}/do/{command}/discard")
    async def question(request: Request, name: str, command: str) -> Response:
        want = await wanted(desk, request, name, command)
        drafts = await desk.drafts.all_mine(want.who.visit)
        mine = next((draft for draft in drafts if (draft.file, draft.command) == want.form), None)
        if mine is None:
            raise not_here()
        return desk.page(request, want.who.visit, "discard.html", draft=shown_draft(want.who, mine))

    @router.post("/files/{name}/do/{command}/discard")
    async def discard(request: Request, name: str, command: str) -> Response:
        want = await wanted(desk, request, name, command)
        await desk.drafts.throw_away(want.who.visit, want.form)
        return RedirectResponse("/drafts", HTTPStatus.SEE_OTHER)

    return router
