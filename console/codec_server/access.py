"""From a request to a person: where the token stands, and what it is worth."""

from http import HTTPStatus

from fastapi import Request

from console.door import COOKIE
from console.door.issuer import IssuerUnavailable
from console.door.person import Person, person_of
from console.door.problems import Problem, Refusal
from console.door.tokens import TokenRefused, Tokens

NO_TOKEN = Refusal(HTTPStatus.UNAUTHORIZED, "no_token", "send an access token: Authorization: Bearer ...")
REFUSED = Refusal(
    HTTPStatus.UNAUTHORIZED, "token_refused", "this token is not taken: get a new one, from the issuer of this server"
)
NOBODY_CAN_TELL = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "issuer_unavailable", "the issuer of tokens does not answer: try again")
FOREIGN = Refusal(HTTPStatus.FORBIDDEN, "foreign_origin", "only pages of the Temporal UI may ask; see KETEN_CODEC_UI_ORIGIN")


class Access:
    """Says who asks.

    Args:
        tokens: What verifies a token.
        origin: Where the Temporal UI is; None: no page of a browser may ask.
        by_cookie: Whether a browser may show its token as a cookie. Only for development: cookies do not know ports, so
            a browser shows them to every server of the machine.
    """

    def __init__(self, tokens: Tokens, origin: str | None, *, by_cookie: bool = False) -> None:
        self._tokens = tokens
        self._origin = origin
        self._by_cookie = by_cookie

    async def person(self, request: Request) -> Person:
        """Who asks.

        Raises:
            Problem: 401, 403, or 503 when that cannot be told now.
        """
        token = self._token(request)
        try:
            claims = await self._tokens.verify(token)
        except TokenRefused:
            raise Problem(REFUSED) from None
        except IssuerUnavailable:
            raise Problem(NOBODY_CAN_TELL) from None
        return person_of(claims)

    def _token(self, request: Request) -> str:
        """A cookie comes along with whatever page asks, so it counts only where the browser says that the UI asks."""
        origin = request.headers.get("origin")
        if origin not in {None, self._origin}:
            raise Problem(FOREIGN)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return token.strip()
        cookie = request.cookies.get(COOKIE) if self._by_cookie and origin else None
        if not cookie:
            raise Problem(NO_TOKEN)
        return cookie
