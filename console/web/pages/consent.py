"""The ledger of consents of a case: for what, when and by whom, what was shared on it, what stopped when it was taken back."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from console.ledger import Entry, Shared, Stopped, ledger
from console.web.of_case import of_case
from console.web.ports import Desk
from console.web.shown import Showing, capital
from contracts.views import ConsentView

BY = {
    "guardian": "consent.by_guardian",
    "both": "consent.by_both",
    "authority": "consent.by_authority",
}
"""The words of who gave it, where it was not the person alone."""

MOST = 200
"""Lines of a table."""


@dataclass(frozen=True)
class EntryShown:
    """A consent.

    Attributes:
        purpose: For what.
        state: Whether it holds now.
        holds: The same as a code.
        given: When it was given.
        by: By whom.
        withdrawn: When it was taken back; empty: it was not.
        shared: What was sent on it, to whom, when.
        stopped: What followed when it was taken back.
        is_given: Whether it was ever given.
    """

    purpose: str
    state: str
    holds: bool
    given: str
    by: str
    withdrawn: str
    shared: tuple[tuple[str, ...], ...]
    stopped: tuple[tuple[str, ...], ...]
    is_given: bool


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        reference: Of the case.
        entries: In the order of time.
        elsewhere: What was sent on a consent that stands in no file here.
        whole: Whether all files answered.
    """

    reference: str
    entries: tuple[EntryShown, ...]
    elsewhere: tuple[tuple[str, ...], ...]
    whole: bool


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/cases/{reference}/consent")
    async def consent(request: Request, reference: str) -> Response:
        case = await of_case(desk, request, reference, "consents")
        showing, found = case.who.showing, ledger(case.views, case.log.lines)
        shown = Shown(
            reference=reference,
            entries=tuple(_entry(showing, entry) for entry in found.entries),
            elsewhere=_shared(showing, found.elsewhere),
            whole=case.whole,
        )
        return desk.page(request, case.who.visit, "consent.html", shown=shown)

    return router


def _entry(showing: Showing, entry: Entry) -> EntryShown:
    words, moment, consent = showing.words, showing.clock.moment, entry.consent
    is_given = bool(consent.given or consent.holds or consent.withdrawn)
    given = moment(consent.given) if consent.given else words.page("case.given_once" if is_given else "case.not_given")
    return EntryShown(
        purpose=capital(words.value("ConsentTo", consent.purpose)),
        state=words.page(_state(consent, is_given=is_given)),
        holds=_holds(consent, is_given=is_given),
        given=given,
        by=words.page(BY.get(consent.by, "consent.by_person")),
        withdrawn=moment(consent.withdrawn) if consent.withdrawn else "",
        shared=_shared(showing, entry.shared),
        stopped=tuple(_stopped(showing, one) for one in entry.stopped[:MOST]),
        is_given=is_given,
    )


def _holds(consent: ConsentView, *, is_given: bool) -> bool:
    return is_given and consent.withdrawn is None


def _state(consent: ConsentView, *, is_given: bool) -> str:
    if not is_given:
        return "consent.not_given"
    return "consent.taken_back" if consent.withdrawn else "consent.holds"


def _shared(showing: Showing, shared: tuple[Shared, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (capital(showing.words.part(one.event)), showing.name(one.to), showing.clock.moment(one.at)) for one in shared[:MOST]
    )


def _stopped(showing: Showing, one: Stopped) -> tuple[str, ...]:
    words, who, what = showing.words, showing.name(one.other), showing.words.part(one.event)
    key = "consent.answered" if one.theirs else "consent.not_sent" if one.withheld else "consent.sent"
    return (words.page(key, what=what, who=who), showing.clock.moment(one.at))
