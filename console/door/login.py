"""Logging in at an OIDC issuer: authorization code with PKCE (RFC 7636), and what RFC 9700 asks of a client.

Nothing is kept of a login that has only begun, so strangers fill nothing: state, nonce and verifier are derived from a random
cookie and from a key of this process. So an answer counts only in the browser that asked.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx

from console.door.body import answer_of
from console.door.client import Client
from console.door.issuer import TIMEOUT, About, Issuer, IssuerUnavailable
from console.door.places import safe_path
from console.door.tokens import LEEWAY, TokenRefused, Tokens

PATIENCE = 600.0
"""Seconds from a login's begin to its end: a person may have to look for a phone."""
LARGEST = 65_536
"""Bytes of an answer of the issuer."""
LONGEST = 2048
"""Characters of anything that a browser brings back."""
REMEMBERED = 1_000
"""Answers that were used and are remembered, so that none counts twice; the issuer remembers its codes besides."""
FRESH = 600
"""Seconds since a person was asked who they are in which that counts as just now."""
AT_ONCE = 8
"""Codes that are shown to the issuer at a time, whoever brings them."""


class LoginRefused(ValueError):  # noqa: N818 - named as what happened
    """Nobody is let in; the message is a code of ours."""


class Begun(NamedTuple):
    """A login that has begun: where the browser goes, and what it keeps meanwhile."""

    url: str
    cookie: str


class Ended(NamedTuple):
    """A login that has ended well.

    Attributes:
        claims: Of the verified id_token.
        back: The path that the person wanted.
        at: For which agency; empty: any of theirs.
        proved: When the issuer asked the person who they are, in seconds since 1970; None: it does not say.
        fresh: Whether it was to ask now, and did.
    """

    claims: dict[str, Any]
    back: str
    at: str
    proved: float | None = None
    fresh: bool = False


class Login:
    """Lets people log in at one issuer.

    Args:
        issuer: Whose word is taken.
        client: What the issuer knows of this console.
        http: What speaks to the issuer.
        now: Seconds since 1970.
    """

    def __init__(self, issuer: Issuer, client: Client, http: httpx.AsyncClient, now: Callable[[], float] = time.time) -> None:
        self._issuer = issuer
        self._client = client
        self._http = http
        self._now = now
        self._tokens = Tokens(issuer, client.id)
        self._key = secrets.token_bytes(32)
        self._used: dict[str, float] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def begin(self, back: str = "/", at: str = "", *, fresh: bool = False) -> Begun:
        """Send somebody to the issuer.

        Args:
            back: The path that they wanted.
            at: For which agency they want to work.
            fresh: Whether the issuer must ask them who they are, also where it knows them already.

        Raises:
            IssuerUnavailable: It cannot be told where that is.
        """
        about = await self._issuer.about()
        wish = base64.urlsafe_b64encode(json.dumps([safe_path(back), at[:40], fresh]).encode()).decode().rstrip("=")
        cookie = f"{secrets.token_urlsafe(32)}.{int(self._now())}.{wish}"
        challenge = hashlib.sha256(self._derived("verifier", cookie).encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": self._client.callback,
            "scope": "openid",
            "state": self._derived("state", cookie),
            "nonce": self._derived("nonce", cookie),
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        if fresh:  # an issuer may know only one of the two; what it says of it is looked at when the person is back
            asked |= {"prompt": "login", "max_age": str(FRESH)}
        between = "&" if "?" in about.authorization else "?"
        return Begun(f"{about.authorization}{between}{urlencode(asked)}", cookie)

    async def end(self, answer: Mapping[str, str], cookie: str | None) -> Ended:
        """What the issuer said, brought back by a browser.

        Args:
            answer: The query of the callback.
            cookie: What that browser was given when it began.

        Raises:
            LoginRefused: It does not count; the message is a code: ``other_browser``, ``too_late``, ``used``, ``other_issuer``,
                ``refused_there``, ``code_refused``, ``token_refused`` or ``not_fresh``.
            IssuerUnavailable: It cannot be told now.
        """
        if any(len(value) > LONGEST for value in (*answer.values(), cookie or "")):
            raise LoginRefused("other_browser")
        state = answer.get("state", "")
        if not cookie or not hmac.compare_digest(state.encode(errors="replace"), self._derived("state", cookie).encode()):
            raise LoginRefused("other_browser")
        _, begun, wish = cookie.split(".")  # it is ours: the state hangs on the whole of it
        self._once(state, float(begun))
        about = await self._issuer.about()
        self._of_this_issuer(answer, about)
        if "error" in answer or not answer.get("code"):
            raise LoginRefused("refused_there")
        claims = await self._claims(await self._exchange(answer["code"], self._derived("verifier", cookie), about))
        if not hmac.compare_digest(
            str(claims.get("nonce", "")).encode(errors="replace"), self._derived("nonce", cookie).encode()
        ):
            raise LoginRefused("token_refused")
        back, at, fresh = json.loads(base64.urlsafe_b64decode(wish + "=" * (-len(wish) % 4)))
        proved = self._proved(claims)
        if fresh and (proved is None or self._now() - proved > FRESH):
            raise LoginRefused("not_fresh")
        return Ended(claims, back, at, proved, fresh)

    def _proved(self, claims: Mapping[str, Any]) -> float | None:
        """When the issuer asked them (``auth_time``); what lies ahead by more than clocks differ is no such moment."""
        said, now = claims.get("auth_time"), self._now()
        if isinstance(said, bool) or not isinstance(said, int | float) or not said <= now + LEEWAY:
            return None
        return min(float(said), now)

    def _once(self, state: str, begun: float) -> None:
        now = self._now()
        if not 0 <= now - begun <= PATIENCE:
            raise LoginRefused("too_late")
        self._used = {used: at for used, at in self._used.items() if now - at <= PATIENCE}
        if state in self._used:
            raise LoginRefused("used")
        while len(self._used) >= REMEMBERED:  # a stranger makes as many as he likes; nobody is kept out for that
            self._used.pop(next(iter(self._used)))
        self._used[state] = begun

    def _of_this_issuer(self, answer: Mapping[str, str], about: About) -> None:
        """RFC 9207: an answer of another issuer must not be taken for one of this."""
        said = answer.get("iss")
        if said != self._issuer.url and (said is not None or about.says_iss):
            raise LoginRefused("other_issuer")

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            claims = await self._tokens.verify(token)
        except TokenRefused:
            raise LoginRefused("token_refused") from None
        audience = claims.get("aud")
        if claims.get("azp", self._client.id) != self._client.id or (
            isinstance(audience, list) and audience != [self._client.id]
        ):
            raise LoginRefused("token_refused")  # it was given to somebody else, or to others, too
        return claims

    async def _exchange(self, code: str, verifier: str, about: About) -> str:
        """The id_token for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.callback,
            "code_verifier": verifier,
            "client_id": self._client.id,
        }
        more, auth = self._client.shows(about, self._issuer.url, self._now())
        form |= more
        try:
            async with (
                self._places,
                self._http.stream("POST", about.token, data=form, auth=auth, timeout=TIMEOUT) as answer,
            ):
                if answer.status_code in {400, 401, 403}:
                    raise LoginRefused("code_refused")
                answer.raise_for_status()
                said = json.loads(await answer_of(answer, LARGEST))
            return str(said["id_token"])
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
            if isinstance(error, LoginRefused):
                raise
            raise IssuerUnavailable(f"the issuer gave no token: {type(error).__name__}") from None

    def _derived(self, purpose: str, cookie: str) -> str:
        mac = hmac.digest(self._key, f"{purpose} {cookie}".encode(errors="replace"), "sha256")
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")
