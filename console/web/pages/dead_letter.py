"""One event that could not be taken: why, where the fault is, what it says, and what can be done."""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from console.web.asked import Asked, asked, form_of, not_here
from console.web.dead_ports import OPERATE, Looked
from console.web.dead_shown import FaultShown, LetterShown, fault_shown, letter_shown, number_of
from console.web.decision_pages import TICKET
from console.web.ports import Desk

REPLAY, DISMISS = "replay_letter", "dismiss_letter"
RELEASE = "release_letter"
DONE = {REPLAY: "replayed", DISMISS: "dismissed", RELEASE: "released"}
"""What is answered when it was done."""

ADVICE = {
    "again": "dead.advice_again",
    "content": "dead.advice_content",
    "line": "dead.advice_line",
    "sender": "dead.advice_sender",
    "forged": "dead.advice_forged",
    "bare": "dead.advice_bare",
}
HOPELESS = ("sender", "forged")
REASONS = {
    "sent_anew": "dead.sent_anew",
    "done_otherwise": "dead.done_otherwise",
    "not_for_us": "dead.not_for_us",
    "no_meaning": "dead.no_meaning",
}
"""Why nobody needs it any more, and the words of that."""


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        letter: In words.
        advice: What is likely to help.
        may_help: Whether it may be taken if it is offered again as it is.
        faults: What is wrong, and where.
        text: What it says, or what arrived.
        is_opened: Whether its seal and signature are good.
        may_correct: Whether its content can be corrected here.
        has_body: Whether more than its hash was kept.
        replay: The ticket for putting it into the inbox again.
        dismiss: The ticket for removing it.
        reasons: Why nobody may need it any more: value and words.
        unsaid: A removal was sent without a reason.
    """

    letter: LetterShown
    advice: str
    may_help: bool
    faults: tuple[FaultShown, ...]
    text: str
    is_opened: bool
    may_correct: bool
    has_body: bool
    replay: str
    dismiss: str
    reasons: tuple[tuple[str, str], ...]
    unsaid: bool


@dataclass(frozen=True)
class DoneShown:
    """What was done with it."""

    number: int
    what: str


def routes(desk: Desk) -> APIRouter:
    """The page, what can be done there, and what was done."""
    router = APIRouter()

    @router.get("/dead/{number}")
    async def letter(request: Request, number: str) -> Response:
        who, seq = await asked_for(desk, request, number)
        return await _page(desk, request, who, seq)

    @router.post("/dead/{number}/replay")
    async def replay(request: Request, number: str) -> Response:
        who, seq = await asked_for(desk, request, number)
        ticket = (await form_of(request)).control.get(TICKET, "")
        return await _once(desk, request, who, seq, Doing(REPLAY, ticket))

    @router.post("/dead/{number}/dismiss")
    async def dismiss(request: Request, number: str) -> Response:
        who, seq = await asked_for(desk, request, number)
        form = await form_of(request)
        doing = Doing(DISMISS, form.control.get(TICKET, ""), dict(form.answers).get("why", ""))
        return await _once(desk, request, who, seq, doing)

    @router.get("/dead/{number}/did/{what}")
    async def done(request: Request, number: str, what: str) -> Response:
        who, seq = await asked_for(desk, request, number)
        if what not in DONE or not await desk.has_answered(who.visit, file_of(seq), what, DONE[what]):
            raise not_here()
        return desk.page(request, who.visit, "dead_done.html", shown=DoneShown(seq, DONE[what]))

    return router


def once(ticket: str) -> str:
    """The ticket as the bus hears it: the same each time, and whoever reads it there cannot show the ticket."""
    return hashlib.sha256(ticket.encode()).hexdigest()[:32]


class Doing(NamedTuple):
    """What is to be done with it.

    Attributes:
        what: Which of the two.
        ticket: What lets it be done once.
        why: Why nobody needs it any more.
    """

    what: str
    ticket: str
    why: str = ""


async def _once(desk: Desk, request: Request, who: Asked, seq: int, doing: Doing) -> Response:
    """Do it, if it was not done with this ticket before."""
    async with desk.once(who.visit, doing.ticket, file_of(seq), doing.what) as spent:
        if spent.answer is not None:
            return done_page(seq, doing.what)
        if doing.what == DISMISS and doing.why not in REASONS:
            return await _page(desk, request, who, seq, unsaid=True)
        letters = desk.letters(who.visit)
        try:
            await (letters.replay(seq, once(doing.ticket)) if doing.what == REPLAY else letters.dismiss(seq, doing.why))
        except LookupError:
            return gone(desk, request, who, seq)
        except ValueError:  # only its hash was kept
            raise not_here() from None
        await desk.answered(doing.ticket, DONE[doing.what])
        return done_page(seq, doing.what)


async def asked_for(desk: Desk, request: Request, number: str) -> tuple[Asked, int]:
    """Who asks for which; the same for what is not there as for who may not."""
    who, seq = await asked(desk, request, OPERATE), number_of(number)
    if seq is None:
        raise not_here()
    return who, seq


async def _page(desk: Desk, request: Request, who: Asked, seq: int, *, unsaid: bool = False) -> Response:
    try:
        it: Looked = await desk.letters(who.visit).one(seq)
    except LookupError:
        return gone(desk, request, who, seq)
    has_body = not it.letter.hash
    shown = Shown(
        letter=letter_shown(who, it.letter),
        advice=who.words.page(ADVICE[it.advice]),
        may_help=it.advice not in HOPELESS,
        faults=tuple(fault_shown(who, fault) for fault in it.faults),
        text=it.text,
        is_opened=it.is_opened,
        may_correct=it.may_correct,
        has_body=has_body,
        replay=await desk.ticket(who.visit, file_of(seq), REPLAY) if has_body else "",
        dismiss=await desk.ticket(who.visit, file_of(seq), DISMISS),
        reasons=tuple((value, who.words.page(key)) for value, key in REASONS.items()),
        unsaid=unsaid,
    )
    answer = desk.page(request, who.visit, "dead_letter.html", shown=shown)
    answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY if unsaid else HTTPStatus.OK
    return answer


def gone(desk: Desk, request: Request, who: Asked, seq: int) -> Response:
    """It is not there, or not any more; whether it ever was is not told."""
    answer = desk.page(request, who.visit, "dead_gone.html", number=seq)
    answer.status_code = HTTPStatus.NOT_FOUND
    return answer


def done_page(seq: int, what: str) -> Response:
    """Where what was done is said."""
    return RedirectResponse(f"/dead/{seq}/did/{what}", HTTPStatus.SEE_OTHER)


def file_of(seq: int) -> str:
    """What its tickets are about."""
    return f"dead-{seq}"
