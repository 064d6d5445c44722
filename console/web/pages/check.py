"""What was answered, before it is sent: in words, with what will happen then, and what happened meanwhile."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from console.forms.filling import filled
from console.web.asked import Form, form_of
from console.web.choosing import Choosing
from console.web.deciding import Opened, Wanted, Wrong, content_of, meanwhile, opened, seen, wanted
from console.web.decision_pages import CHANGE, LANGUAGE, LATER, SEEN, TICKET, DecisionShown, decision, form_again, kept
from console.web.drafting import beside, keep
from console.web.drafts_ports import Desk
from console.web.shown import LineShown
from console.web.told import Item, answers


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        decision: What every page of a decision shows.
        answers: In words.
        has_changed: Something happened since the form was opened.
        meanwhile: What that was, as far as the story says it.
        is_first: There is no form before it: the decision has no content.
        is_possible: Whether it can still be decided.
    """

    decision: DecisionShown
    answers: tuple[Item, ...]
    has_changed: bool
    meanwhile: tuple[LineShown, ...]
    is_first: bool
    is_possible: bool


def routes(desk: Desk) -> APIRouter:
    """The check of what was answered, or the form again: with what is wrong, or to change it."""
    router = APIRouter()
    choosing = Choosing(desk.directory)

    @router.post("/files/{name}/do/{command}")
    async def answered(request: Request, name: str, command: str) -> Response:
        want = await wanted(desk, request, name, command)
        posted = await form_of(request)
        ticket, since = posted.control.get(TICKET, ""), posted.control.get(SEEN, "")
        not_kept = "drafts.away"
        try:
            await desk.spend(want.who.visit, ticket, name, command)
            not_kept = await keep(desk, want, ticket, posted, since)
            if not not_kept and (way := _elsewhere(want, posted)):
                return RedirectResponse(way, HTTPStatus.SEE_OTHER)
            it = await opened(desk, want, choosing, to_read=True)
            around = await beside(desk, it, not_kept=not_kept)
        except (HTTPException, *desk.closing):
            raise
        except Exception as error:
            structlog.get_logger().warning("decision_not_checked", command=command, error=type(error).__name__)
            return kept(desk, request, want, posted, sending=False, drafted=not not_kept)
        shown = decision(it, ticket, since, posted.answers, around)
        if {CHANGE, LATER, LANGUAGE} & posted.control.keys():
            return form_again(desk, request, it, shown, Wrong(posted.answers, []))
        try:
            content_of(it, posted.answers)
        except Wrong as wrong:
            answer = form_again(desk, request, it, shown, wrong)
            answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
            return answer
        return check(desk, request, it, shown)

    return router


def _elsewhere(want: Wanted, posted: Form) -> str:
    """Where a button leads that only keeps what was typed: to go on later, or in the other language."""
    if language := posted.control.get(LANGUAGE):
        return f"/language?to={quote(language)}&back={quote(want.path)}"
    return "/drafts" if LATER in posted.control else ""


def check(desk: Desk, request: Request, it: Opened, shown: DecisionShown) -> HTMLResponse:
    """The page."""
    want, happened = it.wanted, meanwhile(it, shown.seen)
    checked = Shown(
        decision=replace(shown, checked=seen(it.view)),
        answers=answers(filled(want.fields(it.choices), shown.pairs), want.who.words, want.who.showing.clock),
        has_changed=happened is not None,
        meanwhile=happened or (),
        is_first=not want.model.model_fields,
        is_possible=it.is_possible,
    )
    return desk.page(request, want.who.visit, "check.html", shown=checked)
