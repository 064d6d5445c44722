"""The web console as an application: the entrance, the pages, and what stands around all of them."""

from collections.abc import Sequence
from http import HTTPStatus
from importlib import import_module
from pkgutil import iter_modules

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.web import pages
from console.web.desk import Desk
from console.web.errors import route_of, speak_of_errors
from console.web.guards import Bounded, Guards
from console.web.headers import Strict
from console.web.ways import ways_for

log = structlog.get_logger()

FIRST = ("/inbox", "/board", "/audit")
"""Where somebody begins: the first of these that they may open; else the first page that they may."""


class Logged:
    """A line for every answer: which route, how asked, how it went. Never what was asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                log.info("console_answered", path=route_of(scope), method=scope["method"], status=int(message["status"]))
            await send(message)

        await self._app(scope, receive, noting)


def page_routes(desk: Desk) -> list[APIRouter]:
    """The routes of every page that there is."""
    names = sorted(module.name for module in iter_modules(pages.__path__))
    modules = [import_module(f"{pages.__name__}.{name}") for name in names]
    return [module.routes(desk) for module in modules if hasattr(module, "routes")]


def routes_of(routers: Sequence[APIRouter]) -> list[APIRoute]:
    """Every route, so that each can be looked at.

    Raises:
        TypeError: A page has routes that cannot be: it includes others.
    """
    routes = [route for router in routers for route in router.routes]
    if strange := [type(route).__name__ for route in routes if not isinstance(route, APIRoute)]:
        raise TypeError(f"a page has plain routes only, and no {strange[0]}")
    return [route for route in routes if isinstance(route, APIRoute)]


def application(desk: Desk, guards: Guards, routers: Sequence[APIRouter]) -> FastAPI:
    """The routes, each guarded; there is no page about them."""
    app = FastAPI(
        title="Keten",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(guards.checks())],
    )
    for router in routers:
        app.include_router(router)

    async def first(request: Request) -> Response:
        """Whoever comes is led to where people with their rights begin."""
        may = [way.path for way in ways_for((await desk.visit(request)).rights)]
        return RedirectResponse(next((path for path in FIRST if path in may), may[0]), HTTPStatus.SEE_OTHER)

    app.add_api_route("/", first, methods=["GET"], response_model=None)
    speak_of_errors(app, desk)
    return app


def around(app: FastAPI, *, tls: bool) -> ASGIApp:
    """The application with what every answer bears, errors too."""
    return Strict(Logged(Bounded(app)), tls=tls)
