"""I take this; I let it go. A word to colleagues: it decides nothing, and locks nothing, so it needs no ticket."""

import re
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from console.door.places import safe_path
from console.web.asked import Form, asked, form_of, not_here
from console.web.deciding import NAME
from console.web.decision_pages import silent
from console.web.drafting import is_ours
from console.web.drafts_ports import Desk
from console.web.looking import NoAnswer, within_patience

BACK, INSTEAD = "_back", "_instead"
FROM = re.compile(r"/inbox(\?after=.*)?|/cases/[a-z0-9]+")
"""Pages on which one takes something."""


def routes(desk: Desk) -> APIRouter:
    """Both; they have no page of their own."""
    router = APIRouter()

    @router.post("/files/{name}/take")
    async def take(request: Request, name: str) -> Response:
        who = await asked(desk, request)
        if not NAME.fullmatch(name):
            raise not_here()
        posted = await form_of(request)
        try:
            file = await within_patience(desk.files(who.visit).one(who.visit.agency, name))
        except NoAnswer:
            return silent(desk, request, who.visit)
        if file is None:
            raise not_here()
        if is_ours(file.view, who.visit.agency.slug):
            await desk.taken.take(who.visit, name, posted.control.get(INSTEAD, ""))
        return _back(posted, name)

    @router.post("/files/{name}/let-go")
    async def let_go(request: Request, name: str) -> Response:
        who = await asked(desk, request)
        if not NAME.fullmatch(name):
            raise not_here()
        posted = await form_of(request)
        await desk.taken.let_go(who.visit, name)
        return _back(posted, name)

    return router


def _back(posted: Form, name: str) -> Response:
    """To where it was pressed, at the same file."""
    path = safe_path(posted.control.get(BACK, ""))
    return RedirectResponse(f"{path if FROM.fullmatch(path) else '/inbox'}#{name}", HTTPStatus.SEE_OTHER)
