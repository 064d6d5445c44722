"""Sending a decision: it has one effect, however often it is sent."""

import hashlib
from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from console.web.asked import Form, form_of
from console.web.choosing import Choosing
from console.web.deciding import Opened, Wanted, Wrong, content_of, meanwhile, opened, seen, wanted
from console.web.decision_pages import CHECKED, TICKET, decision, form_again, kept
from console.web.drafting import beside, sent
from console.web.drafts_ports import Desk
from console.web.fresh import done_with, log_in_again
from console.web.looking import TO_DECIDE, within_patience
from console.web.pages.check import check
from console.web.shown import capital
from contracts.commands import ORDERS


def routes(desk: Desk) -> APIRouter:
    """The one route that decides something. It has no page of its own: it leads to that of the answer."""
    router = APIRouter()
    choosing = Choosing(desk.directory)

    @router.post("/files/{name}/do/{command}/send")
    async def send(request: Request, name: str, command: str) -> Response:
        want = await wanted(desk, request, name, command)
        posted = await form_of(request)
        try:
            return await _sent(desk, request, want, posted, choosing)
        except (HTTPException, *desk.closing):
            raise
        except Exception as error:  # perhaps it was decided: the same ticket asks again, and decides once
            structlog.get_logger().warning("decision_not_answered", command=command, error=type(error).__name__)
            return kept(desk, request, want, posted, sending=True)

    return router


async def _sent(desk: Desk, request: Request, want: Wanted, posted: Form, choosing: Choosing) -> Response:
    ticket = posted.control.get(TICKET, "")
    async with desk.once(want.who.visit, ticket, want.name, want.command) as spent:
        if spent.answer is None:
            return await _decide(desk, request, want, posted, choosing)
        await sent(desk, want, ticket)
        return _done(want, spent.answer)


async def _decide(desk: Desk, request: Request, want: Wanted, posted: Form, choosing: Choosing) -> Response:
    who, ticket = want.who, posted.control.get(TICKET, "")
    if want.command in ORDERS and not desk.is_fresh(who.visit):
        return log_in_again(desk, request, who, want.again, form=posted, leave=want.case)
    it = await opened(desk, want, choosing)
    if (since := posted.control.get(CHECKED)) and meanwhile(it, since) is not None:
        before = await within_patience(desk.files(who.visit).answered(it.file, want.command, known_as(ticket)))
        if before is None:
            return await _look_again(desk, request, await opened(desk, want, choosing, to_read=True), posted)
        await sent(desk, want, ticket)
        return _done(want, before)
    try:
        phase = await within_patience(_decided(desk, it, ticket, posted), TO_DECIDE)
    except _Refused as refused:
        return await _again(desk, request, refused)
    done_with(desk, who, want.again)
    return _done(want, phase)


def known_as(ticket: str) -> str:
    """The ticket as the file keeps it: the same each time, and whoever reads it there cannot show the ticket."""
    return hashlib.sha256(ticket.encode()).hexdigest()[:32]


class _Refused(Exception):  # noqa: N818 - named as what is the case
    def __init__(self, it: Opened, wrong: Wrong) -> None:
        super().__init__("it was refused")
        self.it = it
        self.wrong = wrong


async def _decided(desk: Desk, it: Opened, ticket: str, posted: Form) -> str:
    """The phase after it, kept for whoever sends the same again; also where nobody waits for it any more."""
    try:
        content = content_of(it, posted.answers)
        phase = await desk.files(it.wanted.who.visit).decide(it.file, it.wanted.command, content, known_as(ticket))
    except Wrong as wrong:
        raise _Refused(it, wrong) from None
    except ValueError as refused:
        words = capital(it.wanted.who.words.said(str(refused)))
        raise _Refused(it, Wrong(posted.answers, [("", words)])) from None
    try:
        await desk.answered(ticket, phase)
    except Exception as error:  # it was decided: the file knows the ticket, too
        structlog.get_logger().warning("answer_not_kept", command=it.wanted.command, error=type(error).__name__)
    await sent(desk, it.wanted, ticket)
    return phase


async def _again(desk: Desk, request: Request, refused: _Refused) -> Response:
    """Nothing was decided with this ticket: what is sent next is another decision, and has another one."""
    it, want = refused.it, refused.it.wanted
    ticket = await desk.ticket(want.who.visit, want.name, want.command)
    shown = decision(it, ticket, seen(it.view), around=await beside(desk, it))
    answer = form_again(desk, request, it, shown, refused.wrong)
    answer.status_code = HTTPStatus.CONFLICT
    return answer


async def _look_again(desk: Desk, request: Request, it: Opened, posted: Form) -> Response:
    """Something happened since it was checked: the person sees that first, and sends it then."""
    around = await beside(desk, it)
    shown = decision(it, posted.control.get(TICKET, ""), posted.control[CHECKED], posted.answers, around)
    answer = check(desk, request, it, shown)
    answer.status_code = HTTPStatus.CONFLICT
    return answer


def _done(want: Wanted, phase: str) -> Response:
    return RedirectResponse(f"/files/{want.name}/did/{want.command}?state={quote(phase)}", HTTPStatus.SEE_OTHER)
