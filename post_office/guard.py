"""What stands around every route: headers of every answer, bounds of every request, and a word for what nobody foresaw."""

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from post_office.door import Door
from post_office.problems import Problem, answer, failed

log = structlog.get_logger()

API_VERSION = "1.0.0"
ALWAYS = {
    "API-Version": API_VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""NL API Design Rules, and their module on transport security; a browser heeds HSTS only where TLS stands."""
FAULT = "a request failed in a way that nobody foresaw: look for post_office_request_failed in the log; nothing was lost"


class Guard:
    """Around the routes of one application."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                MutableHeaders(scope=message).update(ALWAYS)
            await send(message)

        self._under_way += 1
        try:
            wrong = self._too_much(scope)
            await (answer(wrong) if wrong else self._app)(scope, receive, with_headers)
        except Exception as error:
            log.exception("post_office_request_failed", method=scope["method"], error=type(error).__name__)
            await self._door.alarm.say("fault", FAULT)
            if begun:
                raise  # half an answer is not made whole by another: the connection ends
            await failed()(scope, receive, with_headers)
        finally:
            self._under_way -= 1

    def _too_much(self, scope: Scope) -> Problem | None:
        limits = self._door.limits
        if self._under_way > limits.under_way:
            return Problem("too_busy", f"{limits.under_way} requests are under way: come again after the seconds in Retry-After")
        if len(scope["raw_path"]) + len(scope["query_string"]) > limits.path:
            return Problem("uri_too_long", f"an address may have {limits.path} characters, with its query")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > limits.headers:
            return Problem("headers_too_large", f"all headers together may have {limits.headers} bytes")
        return None
