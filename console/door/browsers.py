"""What browsers are told: which page may ask, and to keep nothing."""

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASKED_WITH = ("authorization", "authorization-extras", "content-type", "x-namespace")
"""What the Temporal UI (2.54) sends; the second is the person's identity token, of which this server makes no use."""

ALWAYS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Against caches, guesses at a type, frames and leaks by address (OWASP Secure Headers Project)."""


class KeepNothing:
    """Puts these headers on every answer, errors too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(ALWAYS)
            await send(message)

        await self._app(scope, receive, with_headers)


def for_browsers(app: ASGIApp, origin: str | None) -> ASGIApp:
    """An application that pages of one origin may ask, and those of no other.

    Around everything, so that a browser may also read why something went wrong.
    """
    answers_pages = CORSMiddleware(
        app,
        allow_origins=[origin] if origin else [],
        allow_methods=["POST"],
        allow_headers=ASKED_WITH,
        allow_credentials=True,
    )
    return KeepNothing(answers_pages)
