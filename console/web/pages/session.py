"""Who I am here, until when, and how I stay longer."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse


class Moments(Protocol):
    """When a session ends."""

    @property
    def until(self) -> datetime:
        """If nothing more is done."""
        ...

    @property
    def longest(self) -> datetime:
        """Whatever is done."""
        ...


class Desk(Protocol):
    """What this page is given."""

    async def visit(self, request: Request) -> Any:
        """Who visits, with any right."""
        ...

    async def session(self, request: Request) -> Moments:
        """Their session."""
        ...

    def page(self, request: Request, visit: Any, template: str, **shown: Any) -> HTMLResponse:
        """A page."""
        ...


def routes(desk: Desk) -> APIRouter:
    """The page of the session."""
    router = APIRouter()

    @router.get("/session", response_model=None)
    async def session(request: Request) -> Response:
        """Who and until when; for a script of a page the moments alone."""
        visit, found = await desk.visit(request), await desk.session(request)
        if "application/json" in request.headers.get("accept", ""):
            moments = {"now": datetime.now(UTC), "until": found.until, "longest": found.longest}
            return JSONResponse({name: moment.isoformat() for name, moment in moments.items()})
        return desk.page(request, visit, "door/session.html", session=found)

    @router.post("/session", response_model=None)
    async def stay(request: Request) -> Response:
        """Somebody is still here: that they ask is what makes the session last."""
        await desk.visit(request)
        return RedirectResponse("/session", HTTPStatus.SEE_OTHER)

    return router
