"""A correction of a refused event: one person writes it, another one releases it."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from console.correction_errors import NotCorrected, SamePerson, WrongCorrection
from console.web.asked import Asked, form_of, not_here
from console.web.dead_shown import FaultShown, fault_shown
from console.web.decision_pages import TICKET
from console.web.pages.dead_letter import DONE, RELEASE, asked_for, done_page, file_of, gone
from console.web.ports import Desk

CORRECT, WITHDRAW, SEEN = "correct_letter", "withdraw_letter", "_seen"
WHAT = {"correct": CORRECT, "release": RELEASE, "withdraw": WITHDRAW}


@dataclass(frozen=True)
class WaitingShown:
    """A correction that waits.

    Attributes:
        who: Who wrote it.
        is_mine: Whether that is who asks.
        lines: What is different.
        seen: Stands for what it says.
    """

    who: str
    at: str
    is_mine: bool
    lines: tuple[Any, ...]
    seen: str


@dataclass(frozen=True)
class FaultLink:
    """What is wrong, for the summary at the top."""

    words: str
    href: str


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        text: The content, or what was typed instead.
        waiting: The correction that waits.
        is_fresh: Whether the login is young enough.
        faults: What is wrong with what was typed.
        has_changed: Another correction waits than the one that was to be released.
        correct: The ticket for writing one.
        release: The ticket for releasing the one that waits.
        withdraw: The ticket for throwing it away.
    """

    number: int
    text: str
    waiting: WaitingShown | None
    is_fresh: bool
    faults: tuple[FaultShown, ...]
    summary: tuple[FaultLink, ...]
    has_changed: bool
    correct: str
    release: str
    withdraw: str


class Sent(NamedTuple):
    """What was pressed.

    Attributes:
        what: Which of the buttons.
        text: What was typed.
        seen: The correction that was looked at.
    """

    what: str
    ticket: str
    text: str
    seen: str


def routes(desk: Desk) -> APIRouter:
    """The page, and its three buttons."""
    router = APIRouter()

    @router.get("/dead/{number}/correct")
    async def look(request: Request, number: str) -> Response:
        who, seq = await asked_for(desk, request, number)
        return await _page(desk, request, who, seq)

    @router.post("/dead/{number}/correction/{what}")
    async def press(request: Request, number: str, what: str) -> Response:
        who, seq = await asked_for(desk, request, number)
        if what not in WHAT:
            raise not_here()
        form = await form_of(request)
        text = dict(form.answers).get("data", "")
        sent = Sent(WHAT[what], form.control.get(TICKET, ""), text, form.control.get(SEEN, ""))
        try:
            async with desk.once(who.visit, sent.ticket, file_of(seq), sent.what) as spent:
                return await _do(desk, request, who, seq, sent) if spent.answer is None else _pressed(seq, sent.what)
        except WrongCorrection as wrong:
            return await _page(desk, request, who, seq, Typed(text, wrong.faults))
        except (NotCorrected, SamePerson):
            raise not_here() from None
        except LookupError:
            return gone(desk, request, who, seq)

    return router


async def _do(desk: Desk, request: Request, who: Asked, seq: int, sent: Sent) -> Response:
    corrector = desk.corrector(who.visit)
    if sent.what != WITHDRAW and not desk.is_fresh(who.visit):
        return await _page(desk, request, who, seq, Typed(sent.text))
    if sent.what == CORRECT:
        await corrector.propose(seq, sent.text)
    elif sent.what == WITHDRAW:
        await corrector.withdraw(seq)
    elif not await corrector.release(seq, sent.seen):
        return await _page(desk, request, who, seq, Typed(has_changed=True))
    await desk.answered(sent.ticket, DONE.get(sent.what, sent.what))
    return _pressed(seq, sent.what)


class Typed(NamedTuple):
    """What goes with the page when something was pressed.

    Attributes:
        text: What was typed.
        found: What is wrong with it.
        has_changed: Another correction waits than the one that was looked at.
    """

    text: str = ""
    found: Sequence[Any] = ()
    has_changed: bool = False


async def _page(desk: Desk, request: Request, who: Asked, seq: int, typed: Typed = Typed()) -> Response:
    try:
        it = await desk.corrector(who.visit).look(seq)
    except NotCorrected:
        raise not_here() from None
    except LookupError:
        return gone(desk, request, who, seq)
    faults = tuple(fault_shown(who, fault) for fault in typed.found)
    shown = Shown(
        number=seq,
        text=typed.text or it.data,
        waiting=_waiting(who, it.waits) if it.waits else None,
        is_fresh=desk.is_fresh(who.visit),
        faults=faults,
        summary=tuple(FaultLink(f"{fault.path}: {fault.words}" if fault.path else fault.words, "#data") for fault in faults),
        has_changed=typed.has_changed,
        correct=await desk.ticket(who.visit, file_of(seq), CORRECT),
        release=await desk.ticket(who.visit, file_of(seq), RELEASE),
        withdraw=await desk.ticket(who.visit, file_of(seq), WITHDRAW),
    )
    answer = desk.page(request, who.visit, "correct.html", shown=shown)
    if request.method == "POST":
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY if typed.found else HTTPStatus.CONFLICT
    return answer


def _waiting(who: Asked, waits: Any) -> WaitingShown:
    is_mine = waits.person == who.visit.person
    return WaitingShown(waits.person, who.showing.clock.moment(waits.made_at), is_mine, waits.lines, waits.seen)


def _pressed(seq: int, what: str) -> Response:
    return done_page(seq, what) if what == RELEASE else RedirectResponse(f"/dead/{seq}/correct", HTTPStatus.SEE_OTHER)
