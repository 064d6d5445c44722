"""Who read and decided what, the newest first, and whether the log of it is whole. Looking here is written down, too."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from console.file_names import is_reference
from console.web.acts import ACTS, FLAWS, act, outcome, thing
from console.web.asked import Asked, asked, given
from console.web.books_ports import Check, Desk, Entry
from console.web.looking import TO_DECIDE, within_patience
from console.web.moments import Clock
from console.web.ports import HANDLE, Words
from contracts.hours import AMSTERDAM

AUDIT = "audit"
"""The right of whoever looks at what others did."""
ROWS = 50
PERSON = re.compile(r"[a-z][a-z0-9-]{1,39}")
NUMBER = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True)
class EntryShown:
    """An entry of the log."""

    number: int
    at: str
    person: str
    what: str
    case: str
    how: str


class Chosen(NamedTuple):
    """Which entries; empty: all."""

    person: str = ""
    case: str = ""
    act: str = ""
    since: str = ""
    until: str = ""


class Part(NamedTuple):
    """A part of the log.

    Attributes:
        entries: Those of a page, and one more where there are more.
        before: Which number they come before, as it was typed.
    """

    entries: Sequence[Entry]
    before: str


@dataclass(frozen=True)
class CheckShown:
    """What is known of whether the log is whole.

    Attributes:
        state: ``none``, ``running``, ``whole``, ``wrong`` or ``unread``.
        words: That in words.
        flaws: What does not hold.
    """

    state: str
    words: str
    flaws: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        entries: The newest first.
        older: Where the older ones are; empty: there are none.
        newest: Where the newest are; empty: these are they.
        chosen: What was asked for, as it was typed.
        wrong: What of that is nothing that there can be.
        acts: Kinds of acts that can be chosen, with their words.
        check: Whether the log is whole.
        opens: Whether a case may be opened from here.
    """

    entries: tuple[EntryShown, ...]
    older: str
    newest: str
    chosen: Chosen
    wrong: tuple[str, ...]
    acts: tuple[tuple[str, str], ...]
    check: CheckShown
    opens: bool


def routes(desk: Desk) -> APIRouter:
    """The page, and the check."""
    router = APIRouter()

    @router.get("/audit")
    async def audit(request: Request) -> Response:
        who = await asked(desk, request, AUDIT)
        chosen, wrong = _chosen(request)
        before = given(request, "before") or ""
        entries: Sequence[Entry] = []
        books = desk.books(who.visit)
        if not wrong:
            entries = await within_patience(
                books.entries(
                    case=chosen.case or None,
                    person=chosen.person or None,
                    action=chosen.act or None,
                    since=_begins(chosen.since),
                    until=_begins(chosen.until, days=1),
                    before=int(before) if NUMBER.fullmatch(before) else None,
                    most=ROWS + 1,
                ),
                TO_DECIDE,
            )
        shown = _shown(who, chosen, wrong, Part(entries, before), books.checked())
        address = "/audit" if wrong else f"/audit?{urlencode({name: value for name, value in chosen._asdict().items() if value})}"
        return desk.page(request, who.visit, "audit.html", shown=shown, address=address)

    @router.post("/audit")
    async def check(request: Request) -> Response:
        """Check the log now; asked twice, it is done once. Nothing is changed by it."""
        who = await asked(desk, request, AUDIT)
        await desk.books(who.visit).check()
        return RedirectResponse("/audit", HTTPStatus.SEE_OTHER)

    return router


def _shown(who: Asked, chosen: Chosen, wrong: Sequence[str], part: Part, check: Check | None) -> Shown:
    entries, before = part
    query = {name: value for name, value in chosen._asdict().items() if value}
    more = len(entries) > ROWS
    return Shown(
        entries=tuple(_entry(who, entry) for entry in entries[:ROWS]),
        older=f"/audit?{urlencode({**query, 'before': entries[ROWS - 1].seq})}" if more else "",
        newest=f"/audit?{urlencode(query)}" if before else "",
        chosen=chosen,
        wrong=tuple(who.words.page(key) for key in wrong),
        acts=tuple(sorted(((name, act(who.words, name)) for name in ACTS), key=lambda one: one[1])),
        check=_check(who.words, who.showing.clock, check),
        opens=HANDLE in who.visit.rights,
    )


def _entry(who: Asked, entry: Entry) -> EntryShown:
    what = ": ".join(said for said in (act(who.words, entry.action), thing(who.words, entry.object)) if said)
    how = outcome(who.words, entry.outcome)
    at = who.showing.clock.moment(entry.moment, seconds=True)
    return EntryShown(entry.seq, at, entry.person, what, entry.case_reference or "", how)


def _chosen(request: Request) -> tuple[Chosen, list[str]]:
    """What was asked for, and the keys of the words about what can be nothing of ours."""
    chosen = Chosen(*((given(request, name) or "").strip() for name in Chosen._fields))
    holds = {
        "audit.no_person": not chosen.person or PERSON.fullmatch(chosen.person),
        "audit.no_case": not chosen.case or is_reference(chosen.case),
        "audit.no_act": not chosen.act or chosen.act in ACTS,
        "audit.no_day": all(not day or _is_day(day) for day in (chosen.since, chosen.until)),
    }
    days = {
        name: day for name in ("since", "until") if _is_day(day := getattr(chosen, name))
    }  # a field of a day takes nothing else
    return chosen._replace(**{"since": "", "until": "", **days}), [key for key, held in holds.items() if not held]


def _is_day(written: str) -> bool:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return False
    return day.isoformat() == written and 1000 <= day.year < date.max.year


def _begins(written: str, days: int = 0) -> datetime | None:
    """When a day begins in Amsterdam, or one so many days later."""
    if not written:
        return None
    return datetime.combine(date.fromisoformat(written) + timedelta(days=days), time(), AMSTERDAM)


def _check(words: Words, clock: Clock, check: Check | None) -> CheckShown:
    if check is None:
        return CheckShown("none", words.page("audit.not_checked"))
    if check.ended is None:
        return CheckShown("running", words.page("audit.checking", done=check.done, total=check.total))
    at, proof = clock.moment(check.ended), check.proof
    if proof is None:
        return CheckShown("unread", words.page("audit.not_read", moment=at))
    day = clock.full_day(date.fromisoformat(proof.signed.day)) if proof.signed else ""
    signed = words.page("audit.signed", number=proof.signed.seq, day=day) if proof.signed else words.page("audit.unsigned")
    if proof.flaws:
        flaws = tuple(words.page(FLAWS[flaw.kind], number=flaw.seq) if flaw.kind in FLAWS else flaw.kind for flaw in proof.flaws)
        return CheckShown("wrong", words.page("audit.wrong", moment=at, held=proof.held, signed=signed), flaws)
    return CheckShown("whole", words.page("audit.whole", moment=at, held=proof.held, signed=signed))
