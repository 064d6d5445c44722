"""Errors in words, in the frame of the pages, with what to do."""

import secrets
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import Scope
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from console.door.issuer import IssuerUnavailable
from console.door.places import safe_path, way_back
from console.door.problems import Problem, Refusal
from console.web.desk import Desk, opens_a_page
from console.web.looking import NoAnswer
from console.web.one_agency import OtherAgency
from console.web.refusals import (
    AWAY,
    AWAY_MEANWHILE,
    FAILED,
    NO_ISSUER,
    NO_METHOD,
    NOT_HERE,
    NOT_WRITTEN_DOWN,
    TOO_LARGE,
    LoggedOut,
)
from runtime.audit.store import AuditUnavailable
from runtime.keys.case_keys import CaseErased, CaseKeyMissing
from runtime.people.people import PersonUnknown
from runtime.private_files import KeyUnavailable
from runtime.processing.log import NotLogged
from runtime.temporal.client import TemporalUnreachable

FORESEEN: dict[type[Exception], Refusal] = {
    IssuerUnavailable: NO_ISSUER,
    AuditUnavailable: NOT_WRITTEN_DOWN,
    NotLogged: NOT_WRITTEN_DOWN,
    OtherAgency: NOT_HERE,
    PersonUnknown: NOT_HERE,
    KeyUnavailable: AWAY,
    SQLAlchemyError: AWAY,
    RPCError: AWAY,
    WorkflowQueryFailedError: AWAY,
    TemporalUnreachable: AWAY,
    NoAnswer: AWAY,
    CaseErased: NOT_HERE,
    CaseKeyMissing: NOT_HERE,
    RequestValidationError: NOT_HERE,
}
"""What is known to go wrong around a page."""
DID = "/files/{name}/did/{command}"
OF_THE_FRAMEWORK = {HTTPStatus.METHOD_NOT_ALLOWED: NO_METHOD, HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TOO_LARGE}

log = structlog.get_logger()


def speak_of_errors(app: FastAPI, desk: Desk) -> None:
    """Let every error of an application leave as a page."""

    def page(request: Request, refusal: Refusal, number: str = "") -> Response:
        visit, back = getattr(request.state, "visit", None), _back(request)
        shown = desk.page(request, visit, "door/refused.html", code=refusal.code, number=number, back=back, path=back)
        shown.status_code = refusal.status
        return shown

    def ours(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, Problem)
        # a script would be sent to another site, and a form would lose what it held
        if isinstance(problem, LoggedOut) and opens_a_page(request):
            back = way_back(request.url.path, request.url.query) if request.url.path != "/callback" else "/"
            return RedirectResponse(f"/login?back={quote(back, safe='/')}", HTTPStatus.SEE_OTHER)
        return page(request, problem.refusal)

    def of_the_framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return page(request, OF_THE_FRAMEWORK.get(HTTPStatus(error.status_code), NOT_HERE))

    def foreseen(refusal: Refusal) -> Callable[[Request, Exception], Response]:
        def said(request: Request, error: Exception) -> Response:
            log.warning("console_refused", path=route_of(request.scope), error=type(error).__name__, code=refusal.code)
            return page(request, AWAY_MEANWHILE if refusal is AWAY and _decides(request) else refusal)

        return said

    def unforeseen(request: Request, error: Exception) -> Response:
        number = secrets.token_hex(4)
        log.error("console_failed", path=route_of(request.scope), error=type(error).__name__, code=number)
        return page(request, FAILED, number)

    app.add_exception_handler(Problem, ours)
    app.add_exception_handler(HTTPException, of_the_framework)
    for kind, refusal in FORESEEN.items():
        app.add_exception_handler(kind, foreseen(refusal))
    app.add_exception_handler(Exception, unforeseen)


def route_of(scope: Scope) -> str:
    """The name of a route: never what was asked for, in which anything may stand."""
    return str(getattr(scope.get("route"), "path", "-"))


def _decides(request: Request) -> bool:
    """Whether something may have been done already, by this request or by the one before it."""
    return request.method == "POST" or route_of(request.scope) == DID


def _back(request: Request) -> str:
    """Where one goes on; the answer of a login service counts once, so that is never asked again."""
    if request.url.path == "/callback":
        return "/"
    return safe_path(request.url.path) if request.method == "GET" else "/"
