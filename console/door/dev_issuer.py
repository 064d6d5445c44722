"""An issuer of tokens for trying things out on one machine. Its key lives in this process and ends with it.

It knows no people: who sees this terminal may be anybody. So it is off unless it is asked for, and on loopback only.
"""

import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import Field

from console.door.person import NAME
from console.door.problems import Problem, Refusal
from contracts.agencies import Directory
from contracts.reference import Reference
from contracts.text import Model, Slug

LIFE = 3600
"""Seconds that a token is valid."""
CODE_BYTES = 10
"""80 random bits: nobody guesses them, so wrong guesses need not be counted."""

WRONG_CODE = Refusal(
    HTTPStatus.FORBIDDEN, "wrong_code", "give the one-time code that the terminal of the codec server shows last"
)
NO_AGENCY = Refusal(HTTPStatus.BAD_REQUEST, "no_agency", "no agency in the directory has this slug: look with `keten agencies`")


class Wish(Model):
    """For whom a token is to be."""

    person: Annotated[str, Field(pattern=rf"^{NAME.pattern}$")] = "developer"
    agency: Slug
    case: Reference | None = None

    @property
    def rights(self) -> dict[str, list[str]]:
        """The claims that say what the person may read."""
        return {"keten_agencies": [self.agency]} | ({"keten_cases": [self.case]} if self.case else {})


class DevIssuer:
    """Gives a token to whoever knows the code that the terminal shows; each use makes another code.

    Args:
        url: Its identifier; it answers there.
        audience: For whom its tokens are.
        directory: Which agencies there are.
        show: What puts a new code before the person who started this.
    """

    def __init__(self, url: str, audience: str, directory: Directory, show: Callable[[str], None]) -> None:
        self.url = url
        self._audience = audience
        self._directory = directory
        self._show = show
        self._key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self._new_code()

    def metadata(self) -> dict[str, Any]:
        """What discovery finds here: no authorization endpoint, because nobody logs in."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint": f"{self.url}/token",
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        }

    def public_keys(self) -> dict[str, Any]:
        """The key set that verifies its tokens."""
        return {"keys": [self._key.as_dict(private=False)]}

    def token(self, code: str, fields: dict[str, str]) -> str:
        """A token for a person at an agency, for an hour; the code is spent.

        Raises:
            Problem: 403 for a wrong code, 400 for an agency that does not exist.
            ValidationError: A field is wrong; the code stays good.
        """
        if not secrets.compare_digest(code.strip().encode(), self._code.encode()):
            raise Problem(WRONG_CODE)
        wish = Wish.model_validate(fields)
        if wish.agency not in self._directory.by_slug:
            raise Problem(NO_AGENCY)
        self._new_code()
        now = int(time.time())
        claims = {"iss": self.url, "aud": self._audience, "sub": wish.person, "iat": now, "nbf": now, "exp": now + LIFE}
        return jwt.encode({"alg": "ES256", "kid": self._key.kid}, {**claims, **wish.rights}, self._key)

    def _new_code(self) -> None:
        self._code = secrets.token_hex(CODE_BYTES)
        self._show(self._code)
