"""The form of a decision. Nothing is decided here."""

from fastapi import APIRouter, Request, Response

from console.forms.filling import filled
from console.forms.writing import pairs_of
from console.web.choosing import Choosing
from console.web.deciding import opened, seen, wanted
from console.web.decision_pages import FormShown as Shown
from console.web.decision_pages import decision, impossible, no_answer
from console.web.drafting import beside_form
from console.web.drafts_ports import Desk
from console.web.fresh import log_in_again
from console.web.looking import NoAnswer
from console.web.pages.check import check
from contracts.commands import ORDERS


def routes(desk: Desk) -> APIRouter:
    """The form as it opens, with one's own draft in it; a decision without content is checked at once."""
    router = APIRouter()
    choosing = Choosing(desk.directory)

    @router.get("/files/{name}/do/{command}")
    async def form(request: Request, name: str, command: str) -> Response:
        want = await wanted(desk, request, name, command)
        if command in ORDERS and not desk.is_fresh(want.who.visit):
            return log_in_again(desk, request, want.who, want.path, leave=want.case)
        try:
            it = await opened(desk, want, choosing, to_read=True, to_begin=True)
        except NoAnswer:
            return no_answer(desk, request, want)
        fields = want.fields(it.choices)
        written = await desk.drafts.mine(want.who.visit, want.form) if fields else None
        if not it.is_possible:
            return impossible(desk, request, it, written)
        ticket, around = await desk.ticket(want.who.visit, name, command), await beside_form(desk, it, written)
        shown = decision(it, ticket, seen(it.view), around=around)
        if not fields:
            return check(desk, request, it, shown)
        begun = it.beginning if not written else None
        if written:
            fields = filled(fields, written.pairs)
        elif begun:
            fields = filled(fields, pairs_of(begun, want.model))
        return desk.page(request, want.who.visit, "form.html", shown=Shown(shown, tuple(fields), begun=bool(begun)))

    return router
