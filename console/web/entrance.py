"""Coming in and going out: logging in, locking, and the language. Nobody needs a session for these."""

from datetime import UTC, datetime
from http import HTTPStatus

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError

from console.door.login import PATIENCE, Ended, Login, LoginRefused
from console.door.person import Person, person_of
from console.door.places import safe_path
from console.door.problems import Problem
from console.installation import Installation
from console.web.cookies import Cookies
from console.web.desk import Desk
from console.web.going import has_left
from console.web.language import known
from console.web.refusals import LOGIN
from console.witness import LoggedIn, Witness
from contracts.agencies import Agency
from runtime.audit.entry import Action
from runtime.sessions.sessions import Session, Sessions

log = structlog.get_logger()

PUBLIC = frozenset({"/login", "/callback", "/lock", "/locked", "/language", "/look/{name}"})
"""Routes that ask for no right, and show nothing of anybody."""

ELSEWHERE = frozenset({"cross-site", "same-site"})
"""What a browser says of a link on a page that is not ours."""


class Entrance:
    """The routes around a session.

    Args:
        desk: What draws pages.
        login: Where people log in.
        sessions: Who is logged in.
        cookies: How browsers are given secrets.
        installation: Which agencies are served, and who works there.
    """

    def __init__(self, desk: Desk, login: Login, sessions: Sessions, cookies: Cookies, installation: Installation) -> None:
        self._desk = desk
        self._login = login
        self._sessions = sessions
        self._cookies = cookies
        self._installation = installation

    def routes(self) -> APIRouter:
        """All of them."""
        router = APIRouter()
        router.add_api_route("/login", self.begin, methods=["GET"], response_model=None)
        router.add_api_route("/callback", self.end, methods=["GET"], response_model=None)
        router.add_api_route("/lock", self.lock, methods=["POST"], response_model=None)
        router.add_api_route("/locked", self.locked, methods=["GET"], response_model=None)
        router.add_api_route("/language", self.speak, methods=["GET"], response_model=None)
        return router

    async def begin(self, request: Request, back: str = "/", at: str = "", fresh: str = "") -> Response:
        """Send a browser to the issuer; not one that is logged in, where another site says so: that would end its session."""
        here = await self._session(request)
        if request.headers.get("sec-fetch-site") in ELSEWHERE and here:
            return RedirectResponse(safe_path(back), HTTPStatus.SEE_OTHER)
        begun = await self._login.begin(back, here.agency if fresh and here else at, fresh=bool(fresh))
        answer = RedirectResponse(begun.url, HTTPStatus.SEE_OTHER)
        self._cookies.give(answer, self._cookies.login, begun.cookie, int(PATIENCE))
        return answer

    async def end(self, request: Request) -> Response:
        """Let somebody in whom the issuer names, and who works here."""
        try:
            ended = await self._login.end(request.query_params, request.cookies.get(self._cookies.login))
            person, agency = self._worker(ended)
        except LoginRefused as refused:
            log.warning("console_login_refused", code=str(refused))
            answer = self._desk.page(request, None, "door/refused.html", code=str(refused), number="", back="/", path="/")
            answer.status_code = LOGIN[str(refused)].status
            self._cookies.take(answer, self._cookies.login)
            return answer
        secret = await self._let_in(request, person, agency, ended.proved)
        log.info("console_login", agency=agency.slug)
        answer = RedirectResponse(safe_path(ended.back), HTTPStatus.SEE_OTHER)
        self._cookies.take(answer, self._cookies.login)
        self._cookies.give(answer, self._cookies.session, secret)
        return answer

    async def lock(self, request: Request) -> Response:
        """End the session now."""
        secret = self._cookies.of(request)
        if secret:
            try:
                if session := await self._sessions.end(secret):
                    await has_left(self._installation, session, Action.LOG_OUT, "lock")
            except SQLAlchemyError as error:  # the browser forgets it all the same
                log.warning("console_not_locked", error=type(error).__name__)
        answer = RedirectResponse("/locked", HTTPStatus.SEE_OTHER)
        self._cookies.take(answer, self._cookies.session)
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    async def locked(self, request: Request) -> Response:
        """A page that tells nothing of who was here."""
        return self._desk.page(request, None, "door/locked.html")

    async def speak(self, to: str = "", back: str = "/") -> Response:
        """Remember a language."""
        answer = RedirectResponse(safe_path(back), HTTPStatus.SEE_OTHER)
        chosen = known(to)
        if chosen:
            self._cookies.speak(answer, chosen)
        return answer

    async def _session(self, request: Request) -> Session | None:
        secret = self._cookies.of(request)
        return await self._sessions.find(secret, acts=False) if secret else None

    async def _let_in(self, request: Request, person: str, agency: Agency, proved: float | None) -> str:
        """Begin a session, which is written down first; the secret of it.

        Raises:
            AuditUnavailable: It could not be written down, so nobody is let in.
        """
        before, asked = await self._session(request), datetime.fromtimestamp(proved, UTC) if proved is not None else None
        witness = Witness(LoggedIn(self._installation.people.lists, person), self._installation.audit)
        async with witness.act(agency, Action.LOG_IN, "web_console"):
            secret = await self._sessions.begin(person, agency.slug, self._cookies.of(request), asked)
        if before and (before.person, before.agency) != (person, agency.slug):
            await has_left(self._installation, before, Action.LOG_OUT, "other_login")
        return secret

    def _worker(self, ended: Ended) -> tuple[str, Agency]:
        """Who it is, and for which agency: the token says it, its list says it, and its keys lie here."""
        person = _person(ended)
        if person.cases is not None:  # pages show all of an agency
            raise LoginRefused("single_cases")
        lists = self._installation.people.lists
        served = [agency.slug for agency in self._installation.with_key if agency.slug in person.agencies]
        works = [slug for slug in served if lists.rights(person.name, slug)]
        if not works or (ended.at and ended.at not in works):
            raise LoginRefused("works_nowhere")
        return person.name, self._installation.directory.get(ended.at or works[0])


def _person(ended: Ended) -> Person:
    try:
        return person_of(ended.claims)
    except Problem:
        raise LoginRefused("works_nowhere") from None
