"""Logging in without an account, to try things out on one machine: one click, and whoever clicked is that person.

Nobody is asked who they are. So it is off unless it is asked for, and on loopback only. Its key ends with this process.
"""

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from joserfc import jwt
from joserfc.jwk import ECKey

LIFE = 60
"""Seconds that a code is good for, and an id_token."""
MOST = 100
"""Codes at a time; the oldest goes."""
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
LONGEST = 200
"""Characters of what a client asks with."""


class Offered(NamedTuple):
    """Somebody whom one may be."""

    person: str
    agency: str


class Wish(NamedTuple):
    """What a client asks for (RFC 6749, section 4.1.1; RFC 7636, section 4.3)."""

    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str


class WrongWish(ValueError):  # noqa: N818 - named as what it is
    """A client asks for what is not given here."""


class CodeRefused(ValueError):  # noqa: N818 - named as what happened
    """A code, or what came with it, is not taken."""


class _Given(NamedTuple):
    wish: Wish
    offered: Offered
    until: float


class DevLogin:
    """An issuer with an authorization endpoint and no passwords.

    Args:
        url: Its identifier; it answers there.
        client: The one client that it knows.
        callback: Where that one wants browsers back.
        be: What makes sure that somebody works at an agency; raises LookupError where they may not.
        now: Seconds since 1970.
    """

    def __init__(
        self,
        url: str,
        client: str,
        callback: str,
        be: Callable[[Offered], None],
        now: Callable[[], float] = time.time,
    ) -> None:
        self.url = url
        self._client = client
        self._callback = callback
        self._be = be
        self._now = now
        self._key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self._codes: dict[str, _Given] = {}

    def metadata(self) -> dict[str, Any]:
        """What discovery finds here."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def public_keys(self) -> dict[str, Any]:
        """The key set that verifies its tokens."""
        return {"keys": [self._key.as_dict(private=False)]}

    def asked(self, query: Mapping[str, str]) -> Wish:
        """What a client asks for.

        Raises:
            WrongWish: Another client, another address to come back to, or no PKCE with S256.
        """
        wanted = {"response_type": "code", "client_id": self._client, "redirect_uri": self._callback}
        if any(query.get(name) != value for name, value in wanted.items()):
            raise WrongWish("another client, or another address to come back to")
        if query.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(query.get("code_challenge", "")):
            raise WrongWish("PKCE with S256 is needed")
        wish = Wish(*(query.get(name, "") for name in Wish._fields))
        if not (wish.state and wish.nonce) or any(len(value) > LONGEST for value in wish):
            raise WrongWish("state and nonce are needed, neither of them long")
        return wish

    def code(self, wish: Wish, offered: Offered) -> str:
        """A code for whoever clicked.

        Raises:
            WrongWish: That person is not offered.
        """
        try:
            self._be(offered)
        except LookupError:
            raise WrongWish("nobody of this name works there") from None
        while len(self._codes) >= MOST:
            self._codes.pop(next(iter(self._codes)))
        code = secrets.token_urlsafe(32)
        self._codes[code] = _Given(wish, offered, self._now() + LIFE)
        return code

    def id_token(self, form: Mapping[str, str]) -> str:
        """The id_token for a code, which is spent.

        Raises:
            CodeRefused: It is unknown, spent or too old, or what came with it is not what belongs to it.
        """
        given = self._codes.pop(form.get("code", ""), None)
        if given is None or given.until < self._now():
            raise CodeRefused("this code is unknown, was used, or is too old")
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        wanted = {"grant_type": "authorization_code", "client_id": self._client, "redirect_uri": self._callback}
        if any(form.get(name) != value for name, value in wanted.items()):
            raise CodeRefused("this code was given to another")
        if not hmac.compare_digest(challenge, given.wish.code_challenge):
            raise CodeRefused("whoever shows this code did not ask for it")
        now = int(self._now())
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": self._client,
            "sub": given.offered.person,
            "iat": now,
            "exp": now + LIFE,
        }
        claims["auth_time"] = int(given.until - LIFE)
        own = {"nonce": given.wish.nonce, "keten_agencies": [given.offered.agency]}
        return jwt.encode({"alg": "ES256", "kid": self._key.kid}, {**claims, **own}, self._key)
