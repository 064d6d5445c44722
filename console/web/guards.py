"""What every request must fulfil before anything is done: size, address, where it was sent from, and how many at a time."""

import hashlib
from collections.abc import AsyncGenerator, Callable
from urllib.parse import urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.door.problems import Problem
from console.door.turns import Turns
from console.forms.reading import LARGEST
from console.web.cookies import Cookies
from console.web.refusals import ELSEWHERE, OTHER_HOST, TOO_LARGE, TOO_MANY

AT_ONCE = 16
"""Requests of one session at a time."""


class Bounded:
    """Lets no body be larger than a size, whatever its header says."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._largest:
                raise HTTPException(TOO_LARGE.status)
            return message

        await self._app(scope, bounded, send)


class Guards:
    """Asked before every route.

    Args:
        origin: The console's address as browsers see it.
        cookies: How a browser shows its session.
        open_to: Paths to which programs may post, too.
    """

    def __init__(self, origin: str, cookies: Cookies, open_to: frozenset[str] = frozenset()) -> None:
        self._origin = origin
        self._host = urlsplit(origin).netloc
        self._cookies = cookies
        self._open_to = open_to
        self._turns = Turns(AT_ONCE, TOO_MANY)

    def checks(self) -> Callable[[Request], AsyncGenerator[None]]:
        """The checks as what a route depends on."""

        async def check(request: Request) -> AsyncGenerator[None]:
            self._of_this_host(request)
            self._from_here(request)
            secret = self._cookies.of(request)
            if secret is None:
                yield
                return
            with self._turns.of(hashlib.sha256(secret.encode(errors="replace")).hexdigest()):
                yield

        return check

    def _of_this_host(self, request: Request) -> None:
        """A page elsewhere can give our address a name of its own (DNS rebinding); then a browser takes us for that page."""
        if request.headers.get("host") != self._host:
            raise Problem(OTHER_HOST)

    def _from_here(self, request: Request) -> None:
        """What changes something comes from a page of ours: browsers say so, and no page can make them say otherwise."""
        if request.method in {"GET", "HEAD"} or request.url.path in self._open_to:
            return
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        ours = site == "same-origin" if site is not None else origin == self._origin
        if not ours or origin not in {None, "null", self._origin}:  # without a referrer browsers say null
            raise Problem(ELSEWHERE)
