"""Where the issuer for development answers: to programs, and to a person with a browser.

The embedded Temporal UI has no login, so it has no token to send along. But it can be told to send cookies, and so the
login page here leaves the token in one.
"""

from http import HTTPStatus
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import ValidationError

from console.door import COOKIE
from console.door.body import body_of
from console.door.dev_issuer import LIFE, DevIssuer
from console.door.issuer import DISCOVERY
from console.door.problems import Problem, Refusal

LARGEST = 4096
"""Bytes of a form."""
TOO_LARGE = Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", f"at most {LARGEST} bytes in a form")

FORM = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Keten: read in the Temporal UI</title>
<h1>Read in the Temporal UI, for an hour</h1><p>For development, with invented data.</p>
<form method="post"><p><label>one-time code, from the terminal <input name="code" required autocomplete="off"></label>
<p><label>agency (slug) <input name="agency" required></label>
<p><label>only this case (empty: all) <input name="case"></label>
<p><label>who you are <input name="person" value="developer"></label><p><button>Log in</button></form></html>"""

DONE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Keten: logged in</title><h1>Logged in for an hour</h1>
<p>In the Temporal UI press the glasses at the top, choose <b>Use my browser setting</b>, enter as endpoint this server's address,
without a path, and switch on <b>Include cross-origin credentials</b>.</p></html>"""


class DevPages:
    """The routes of an issuer for development."""

    def __init__(self, issuer: DevIssuer) -> None:
        self._issuer = issuer

    def routes(self) -> APIRouter:
        """All of them, under the path of the issuer's address."""
        router = APIRouter(prefix="/" + self._issuer.url.partition("://")[2].partition("/")[2])
        router.add_api_route(DISCOVERY, self._issuer.metadata, methods=["GET"], response_model=None)
        router.add_api_route("/jwks", self._issuer.public_keys, methods=["GET"], response_model=None)
        router.add_api_route("/token", self.token, methods=["POST"], response_model=None)
        router.add_api_route("/login", self.login_form, methods=["GET"], response_model=None)
        router.add_api_route("/login", self.login, methods=["POST"], response_model=None)
        return router

    async def token(self, request: Request) -> JSONResponse:
        """A token as OAuth's token endpoints give it (RFC 6749, section 5.1)."""
        token = await self._token(request)
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": LIFE})

    async def login_form(self) -> HTMLResponse:
        """The page with the form."""
        return HTMLResponse(FORM)

    async def login(self, request: Request) -> HTMLResponse:
        """The token as a cookie, for the pages of the Temporal UI, that no script can read."""
        page = HTMLResponse(DONE)
        token = await self._token(request)
        page.set_cookie(COOKIE, token, max_age=LIFE, path="/decode", httponly=True, samesite="strict")
        return page

    async def _token(self, request: Request) -> str:
        body = await body_of(request, LARGEST, TOO_LARGE)
        fields = {name: value.strip() for name, value in parse_qsl(body.decode(errors="replace"))}
        try:
            return self._issuer.token(fields.pop("code", ""), fields)
        except ValidationError as error:
            wrong = ", ".join(sorted(str(fault["loc"][0]) for fault in error.errors()))
            raise Problem(Refusal(HTTPStatus.BAD_REQUEST, "wrong_field", f"not as it must be: {wrong}")) from None
