"""The desk: what pages are given. Who visits, the files of their agency, tickets, and how a page is drawn."""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, cast

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.batches.runner import Runner
from console.books import Books
from console.cutting import Known
from console.door.login import FRESH
from console.door.problems import Problem
from console.health import Health
from console.installation import Installation
from console.lists import Lists
from console.log_checks import Checks
from console.logbook import Logbook
from console.views_seen import ViewsSeen
from console.web.aside import Aside
from console.web.batch_desk import MyBatches
from console.web.begun import Drafts, Taking
from console.web.cookies import Cookies
from console.web.dead_correcting import HeardCorrector
from console.web.given_answers import GivenAnswers
from console.web.going import has_left
from console.web.heard import CLOSING, Heard
from console.web.heard_letters import HeardLetters
from console.web.in_turn import InTurn
from console.web.language import language_of
from console.web.looks import Looks
from console.web.one_agency import OneAgency
from console.web.overview import Overview
from console.web.refusals import NO_TICKET, NOT_HERE, LoggedOut
from console.web.spoken import Spoken
from console.web.visit import Language, Visit
from console.web.ways import menu
from console.witness import LoggedIn, Witness
from contracts.agencies import Directory
from contracts.hours import AMSTERDAM
from runtime.audit.entry import Action
from runtime.drafts import drafts, taken
from runtime.people.lists import Right
from runtime.sessions.batches import Batches, Whose
from runtime.sessions.corrections import Corrections
from runtime.sessions.sessions import Session, Sessions
from runtime.sessions.tickets import Spent, TicketRefused

TEMPLATES = (Path(__file__).parent / "templates", Path(__file__).parents[1] / "look" / "templates")
LONGEST_NAME = 80
"""Characters of the name of a file, or of a command."""
REMEMBERED = 500
"""Sessions of which it is remembered what they look at; then the one that was here longest ago is not any more."""


class Rows(NamedTuple):
    """What is kept of people who are logged in, or were: what they began, their batches and what works on these."""

    sessions: Sessions
    tickets: GivenAnswers
    drafts: drafts.Drafts
    taken: taken.Taking
    batches: Batches
    runner: Runner
    corrections: Corrections

    async def close(self) -> None:
        """Close all connections to where it is kept."""
        for part in (self.sessions, self.tickets, self.drafts, self.taken, self.batches, self.corrections):
            await part.close()


class Desk:
    """What pages are given.

    Args:
        installation: All agencies whose keys lie here.
        rows: Who is logged in, what may be sent once, what somebody has begun, and the batches.
        cookies: How a browser shows its session.
        looks: Style and script.
        words: The words of a language.
    """

    def __init__(
        self,
        installation: Installation,
        rows: Rows,
        cookies: Cookies,
        looks: Looks,
        words: Callable[[Language], Spoken],
    ) -> None:
        self._installation = installation
        self._sessions, self._tickets = rows.sessions, rows.tickets
        self._begun = rows.drafts
        self.drafts = Drafts(rows.drafts, rows.tickets, lambda visit: self._one_agency(visit).case_keys(visit.agency.slug))
        self.taken = Taking(rows.taken)
        self._batches, self._runner, self._corrections = rows.batches, rows.runner, rows.corrections
        self._cookies = cookies
        self._words = words
        self._aside = Aside()
        self._in_turn = InTurn()
        self._checks = Checks()
        self._here: OrderedDict[str, OneAgency] = OrderedDict()
        self._known, self._seen, self._health = Known(), ViewsSeen(), Health()
        self._served = {agency.slug: agency for agency in installation.with_key}
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        given = cast("dict[str, Any]", self._templates.globals)
        given.update(look=looks.address, clock=_clock, menu=menu)

    @property
    def directory(self) -> Directory:
        """Who takes part."""
        return self._installation.directory

    @property
    def closing(self) -> tuple[type[Exception], ...]:
        """What ends every page, whatever was typed in it."""
        return (Problem, *CLOSING)

    async def visit(self, request: Request, right: Right | None = None) -> Visit:
        """Who visits, with their rights as they are now.

        Args:
            request: Of a browser.
            right: What this page needs; None: any right at all.

        Raises:
            LoggedOut: Nobody does, or they do not work there any more.
            Problem: They have not that right; it says no more than where nothing is.
        """
        session = await self.session(request)
        agency, rights = self._served[session.agency], self._rights(session)
        if right is not None and right not in rights:
            raise Problem(NOT_HERE)
        begun = await self._begun.count(agency.slug, session.person) if Right.HANDLE in rights and opens_a_page(request) else 0
        moments = (session.until, session.longest, session.proved)
        request.state.visit = Visit(session.person, agency, rights, language_of(request), session.id, *moments, begun)
        return request.state.visit

    async def session(self, request: Request) -> Session:
        """The session of a browser, of somebody who still works there.

        Raises:
            LoggedOut: There is none.
        """
        secret = self._cookies.of(request)
        session = await self._sessions.find(secret, acts=_acts(request)) if secret else None
        if secret is None or session is None:
            raise LoggedOut
        if session.agency not in self._served or not self._rights(session):
            if await self._sessions.end(secret):  # of several requests at once, one
                await has_left(self._installation, session, Action.PUT_OUT, "not_listed")
            raise LoggedOut
        return session

    def files(self, visit: Visit) -> Heard:
        """The files of their agency, read and decided in their name."""
        here = self._one_agency(visit)
        return Heard(here, here.witness, lambda: self._known.shared.forget(visit.agency.slug), self._seen)

    def lists(self, visit: Visit) -> Lists:
        """Lists of the files of their agency, read in their name."""
        here = self._one_agency(visit)
        return Lists(here, here.witness, self._known)

    def overview(self, visit: Visit) -> Overview:
        """All files of their agency, and how its parts do; what is counted is shared among all who look."""
        return Overview(self._one_agency(visit), visit.agency, self._known, self._health)

    def logbook(self, visit: Visit) -> Logbook:
        """What their agency wrote down of what it sent and took, read in their name."""
        here = self._one_agency(visit)
        return Logbook(here, here.witness)

    def letters(self, visit: Visit) -> HeardLetters:
        """What their agency could not take, read and replayed in their name."""
        here = self._one_agency(visit)
        return HeardLetters(here, visit.agency, here.witness)

    def corrector(self, visit: Visit) -> HeardCorrector:
        """What corrects that, in their name."""
        here = self._one_agency(visit)
        return HeardCorrector(here, visit.agency, here.witness, self._corrections)

    def batches(self, visit: Visit) -> MyBatches:
        """Their batches at this agency."""
        whose = Whose(visit.agency.slug, visit.person)
        return MyBatches(self._batches, self._runner, self.lists(visit), whose)

    def books(self, visit: Visit) -> Books:
        """Who did what at their agency, and who works there."""
        here = self._one_agency(visit)
        return Books(here, visit.agency, here.witness, self._checks)

    async def ticket(self, visit: Visit, file: str, command: str) -> str:
        """A new ticket, for a form about a file.

        Raises:
            LoggedOut: The session has just ended.
            Problem: No file has such a name, or no command.
        """
        if len(file) > LONGEST_NAME or len(command) > LONGEST_NAME:
            raise Problem(NOT_HERE)
        try:
            return await self._tickets.make(visit.session, file, command)
        except TicketRefused:
            raise LoggedOut from None

    async def spend(self, visit: Visit, ticket: str, file: str, command: str) -> Spent:
        """What is known of a ticket that was sent; the same one may be sent again. Whoever acts on it uses ``once``.

        Raises:
            Problem: It is another session's, file's or command's, or none.
        """
        try:
            return await self._tickets.spend(visit.session, ticket, file, command)
        except TicketRefused:
            raise Problem(NO_TICKET) from None

    @asynccontextmanager
    async def once(self, visit: Visit, ticket: str, file: str, command: str) -> AsyncGenerator[Spent]:
        """Act on a ticket that was sent, and keep the answer before leaving: whoever sends it at the same moment waits for that.

        Raises:
            Problem: It is another session's, file's or command's, or none.
            NoAnswer: It is acted on already, and that takes long.
        """
        async with self._in_turn.of(ticket):
            yield await self.spend(visit, ticket, file, command)

    async def answered(self, ticket: str, answer: str) -> None:
        """Keep what was answered: a phase, or a refusal in coded words."""
        await self._tickets.answered(ticket, answer)

    async def has_answered(self, visit: Visit, file: str, command: str, answer: str) -> bool:
        """Whether this session sent this decision, and got this answer."""
        return self._tickets.gave(visit.session, file, command, answer)

    def is_fresh(self, visit: Visit) -> bool:
        """Whether they were asked who they are within ten minutes: ``console.web.fresh`` says what that is for, and how."""
        return visit.proved is not None and datetime.now(UTC) - visit.proved < timedelta(seconds=FRESH)

    @property
    def aside(self) -> Aside:
        """What people typed, while they log in once more."""
        return self._aside

    def page(self, request: Request, visit: Visit | None, template: str, **shown: Any) -> HTMLResponse:
        """A page.

        Args:
            request: Which asks for it.
            visit: Whose it is; None: of nobody who is known.
            template: Its name among the templates, which are also given ``visit``, ``words``, ``language``, ``path``,
                ``address`` (the path; a page may give one with what was chosen there) and ``posted``.
            shown: What else it shows.
        """
        language = visit.language if visit else language_of(request)
        told: dict[str, Any] = {"visit": visit, "words": self._words(language), "language": language}
        path = request.url.path
        given = {**told, "path": path, "address": shown.get("path", path), "posted": request.method == "POST"}
        return HTMLResponse(self._templates.get_template(template).render(given | shown))

    def words(self, request: Request) -> Spoken:
        """The words of whoever asks."""
        return self._words(language_of(request))

    def _rights(self, session: Session) -> frozenset[Right]:
        return self._installation.people.lists.rights(session.person, session.agency)

    def _one_agency(self, visit: Visit) -> OneAgency:
        """It remembers what somebody has just looked at, so that this is written down once."""
        here = self._here.pop(visit.session, None)
        if here is None:
            somebody = LoggedIn(self._installation.people.lists, visit.person)
            here = OneAgency(self._installation, visit.agency, Witness(somebody, self._installation.audit))
        self._here[visit.session] = here
        while len(self._here) > REMEMBERED:
            self._here.popitem(last=False)
        return here


def _clock(moment: datetime) -> str:
    """A time of today or of this night, as a person reads it."""
    return f"{moment.astimezone(AMSTERDAM):%H:%M}"


def opens_a_page(request: Request) -> bool:
    """Whether a browser opens a page, and no script asks and nothing is sent."""
    return request.method == "GET" and request.headers.get("sec-fetch-mode", "navigate") == "navigate"


def _acts(request: Request) -> bool:
    """Whether a person does something, and not a script that asks by itself."""
    return request.method == "POST" or request.headers.get("sec-fetch-mode", "navigate") == "navigate"
