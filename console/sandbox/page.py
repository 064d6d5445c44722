"""The page that shows what passes, and the door for ``keten sandbox trigger`` and ``fault``: on loopback only."""

import hmac
import json
import tomllib
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.types import ASGIApp, Receive, Scope, Send

from console.sandbox.cast import Cast
from console.sandbox.curls import of_event, steps
from console.sandbox.passing import Passing, content_of
from console.web.headers import Strict
from console.web.language import known, language_of
from console.web.looks import Looks

HERE = Path(__file__).parent
MOST = 100
"""Events on the page."""
LARGEST = 4096
HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})

Told = Callable[[str], Awaitable[str]]


class Orders(NamedTuple):
    """What whoever has the key of this sandbox may have done, each named by a word; answered in words.

    Attributes:
        trigger: Brings an event about.
        fault: Has a fault happen, or ends them.
        key: What must be shown.
    """

    trigger: Told
    fault: Told
    key: str


class OnlyHere:
    """Answers nobody who came by another name: a page elsewhere could make a browser ask here under its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] == "http":
            host = Request(scope).headers.get("host", "")
            if host.rpartition(":")[0] not in HOSTS and host not in HOSTS:
                await Response("this page is for this machine", status_code=421)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def page(cast: Cast, passing: Passing, setup: list[str], orders: Orders) -> ASGIApp:
    """What answers.

    Args:
        cast: Who plays.
        passing: What passes.
        setup: Lines that come before the others in a terminal.
        orders: What may be ordered.
    """
    app, looks = FastAPI(openapi_url=None), Looks()
    app.include_router(looks.routes())
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )

    def drawn(request: Request, name: str, **given: Any) -> HTMLResponse:
        language = known(request.query_params.get("language", "")[:10]) or language_of(request)
        frame = {"language": language, "other": "en" if language == "nl" else "nl", "words": words(language)}
        text = environment.get_template(name).render(**frame, own=cast.own, look=looks.address, **given)
        return HTMLResponse(text, headers={"Content-Language": language})

    async def overview(request: Request) -> Response:
        return drawn(request, "passing.html", events=passing.shown(MOST), setup=setup, lines=steps(cast))

    async def one(request: Request, number: str) -> Response:
        found = next((event for event in passing.events if str(event.number) == number and event.message), None)
        if found is None:
            return Response(status_code=404)
        content = json.dumps(content_of(found), indent=2, ensure_ascii=False)
        return drawn(request, "event.html", event=found, content=content, curl=of_event(found))

    async def ordered(request: Request, order: str) -> Response:
        shown = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(shown.encode(), orders.key.encode()):
            return JSONResponse({"words": "show the key of this sandbox"}, 401)
        tell = {"trigger": orders.trigger, "fault": orders.fault}.get(order)
        wanted = await _named(request)
        if tell is None or wanted is None:
            return JSONResponse({"words": "name an event or a fault"}, 400)
        try:
            return JSONResponse({"words": await tell(wanted)})
        except (ValueError, LookupError, RuntimeError) as error:
            return JSONResponse({"words": str(error)}, 409)

    app.add_api_route("/", overview, methods=["GET"], response_model=None)
    app.add_api_route("/events/{number}", one, methods=["GET"], response_model=None)
    app.add_api_route("/orders/{order}", ordered, methods=["POST"], response_model=None)
    return Strict(OnlyHere(app), tls=False)


async def _named(request: Request) -> str | None:
    """The one word of an order."""
    raw = b""
    async for piece in request.stream():
        raw += piece
        if len(raw) > LARGEST:
            return None
    try:
        name = json.loads(raw)["name"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return name if isinstance(name, str) and len(name) <= 100 else None


@cache
def words(language: str) -> dict[str, str]:
    """What the page says, by keys."""
    return tomllib.loads((HERE / "words" / f"{language}.toml").read_text(encoding="utf-8"))
