"""Where the login without accounts answers: a page on which one chooses who to be, and what a client asks of an issuer."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from console.door import DEV_ISSUER
from console.door.dev_login import LIFE, CodeRefused, DevLogin, Offered, Wish, WrongWish
from console.door.dev_people import DevPeople
from console.door.issuer import DISCOVERY
from console.door.problems import Problem
from console.web.desk import Desk
from console.web.refusals import NOT_HERE

PUBLIC = frozenset(DEV_ISSUER + path for path in (DISCOVERY, "/jwks", "/authorize", "/token"))
"""Its routes; nobody needs a session for them."""
TOKEN = f"{DEV_ISSUER}/token"
"""Where the console itself asks, and no browser."""


def for_clients(issuer: DevLogin) -> APIRouter:
    """What the client of an issuer asks."""
    router = APIRouter(prefix=DEV_ISSUER)

    async def token(request: Request) -> Response:
        try:
            said = {"id_token": issuer.id_token(await _form(request)), "access_token": "none", "token_type": "Bearer"}
        except CodeRefused as refused:
            wrong = {"error": "invalid_grant", "error_description": str(refused)}
            return JSONResponse(wrong, HTTPStatus.BAD_REQUEST)
        return JSONResponse({**said, "expires_in": LIFE})

    router.add_api_route(DISCOVERY, issuer.metadata, methods=["GET"], response_model=None)
    router.add_api_route("/jwks", issuer.public_keys, methods=["GET"], response_model=None)
    router.add_api_route("/token", token, methods=["POST"], response_model=None)
    return router


def for_people(issuer: DevLogin, people: DevPeople, desk: Desk) -> APIRouter:
    """The page, and the click on it."""
    router = APIRouter(prefix=DEV_ISSUER)

    async def choose(request: Request) -> Response:
        query = dict(request.query_params)
        _asked(issuer, query)
        return desk.page(request, None, "door/dev.html", offered=people.offered(), asked=query, path="/")

    async def chosen(request: Request) -> Response:
        form = await _form(request)
        wish = _asked(issuer, form)
        try:
            code = issuer.code(wish, Offered(form.get("person", ""), form.get("agency", "")))
        except WrongWish:
            raise Problem(NOT_HERE) from None
        answer = {"code": code, "state": wish.state, "iss": issuer.url}
        return RedirectResponse(f"{wish.redirect_uri}?{urlencode(answer)}", HTTPStatus.SEE_OTHER)

    router.add_api_route("/authorize", choose, methods=["GET"], response_model=None)
    router.add_api_route("/authorize", chosen, methods=["POST"], response_model=None)
    return router


def _asked(issuer: DevLogin, fields: Mapping[str, str]) -> Wish:
    try:
        return issuer.asked(fields)
    except WrongWish:
        raise Problem(NOT_HERE) from None


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(errors="replace")))
