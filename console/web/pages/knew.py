"""Who could know what of a case at a moment: what we had, and what others had been told, had, and said that they read."""

from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from console.knowing import Knew, Own, Told, knew
from console.moment_asked import LONGEST, NoMoment, Wrong, read_moment, written
from console.web.of_case import AUDIT, OfCase, of_case
from console.web.ports import HANDLE, Desk
from console.web.shown import Showing, capital

MOST = 200
"""Lines of a table."""

FAULTS = {Wrong.NOT_READ: "knew.not_read", Wrong.NO_SUCH_TIME: "knew.no_such_time", Wrong.TO_COME: "knew.to_come"}


@dataclass(frozen=True)
class OtherShown:
    """What another agency had been told."""

    name: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        reference: Of the case.
        typed: What stands in the field.
        fault: What is wrong with it; empty: nothing.
        moment: Of which it is said; empty: nothing is said.
        own: What our agency had.
        others: What each other one had been told.
        left_out: Whether more lines would not fit.
        whole: Whether all files answered.
        handles: Whether who looks may open the case.
    """

    reference: str
    typed: str
    fault: str
    moment: str
    own: tuple[tuple[str, ...], ...]
    others: tuple[OtherShown, ...]
    left_out: bool
    whole: bool
    handles: bool


def routes(desk: Desk) -> APIRouter:
    """The page; its form asks by address, so that a moment can be kept."""
    router = APIRouter()

    @router.get("/cases/{reference}/knew")
    async def who_knew(request: Request, reference: str) -> Response:
        case = await of_case(desk, request, reference, "knew", (HANDLE, AUDIT))
        typed = request.query_params.get("at", "").strip()
        try:
            at = read_moment(typed[: LONGEST + 1], case.who.now) if typed else case.who.now
        except NoMoment as error:
            shown = replace(_empty(case, reference), typed=typed[:LONGEST], fault=case.who.words.page(FAULTS[error.wrong]))
            answer = desk.page(request, case.who.visit, "knew.html", shown=shown)
            answer.status_code = HTTPStatus.BAD_REQUEST
            return answer
        address = f"{request.url.path}?{urlencode({'at': written(at)})}"
        return desk.page(request, case.who.visit, "knew.html", shown=_shown(case, reference, typed, at), address=address)

    return router


def _empty(case: OfCase, reference: str) -> Shown:
    handles = HANDLE in case.who.visit.rights
    return Shown(reference, "", "", "", (), (), left_out=False, whole=case.whole, handles=handles)


def _shown(case: OfCase, reference: str, typed: str, at: datetime) -> Shown:
    showing, found = case.who.showing, knew(case.log, at)
    return replace(
        _empty(case, reference),
        typed=typed or written(at),
        moment=showing.clock.moment(at),
        own=tuple(_own(showing, one) for one in found.own[-MOST:]),
        others=tuple(
            OtherShown(showing.name(slug), tuple(_told(showing, one) for one in told[-MOST:]))
            for slug, told in sorted(found.others.items(), key=lambda other: showing.name(other[0]))
        ),
        left_out=_is_longer(found),
    )


def _is_longer(found: Knew) -> bool:
    return max((len(found.own), *(len(told) for told in found.others.values()))) > MOST


def _own(showing: Showing, one: Own) -> tuple[str, ...]:
    words = showing.words
    what = capital(words.part(one.what)) if one.other else words.command(one.what)
    whence = words.page("knew.from_them", who=showing.name(one.other)) if one.other else words.page("knew.decided_here")
    return (what, whence, showing.clock.moment(one.at))


def _told(showing: Showing, one: Told) -> tuple[str, ...]:
    words, moment = showing.words, showing.clock.moment
    had = words.page("knew.refused") if one.refused else moment(one.had) if one.had else words.page("knew.not_by_then")
    read = moment(one.read) if one.read else words.page("knew.not_said")
    return (capital(words.part(one.event)), moment(one.told), had, read)
