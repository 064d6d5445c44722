"""Access tokens: JSON Web Tokens that one issuer signed for this server (RFC 7519; what to check: RFC 8725)."""

from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from console.door.issuer import Issuer, UnknownKey

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Signatures with a public key only (RFC 8725, section 3.1). With HMAC, whoever knows the public key could sign."""
LEEWAY = 60
"""Seconds that the clocks of issuer and server may differ; RFC 7519, section 4.1.4, allows no more than a few minutes."""


class TokenRefused(ValueError):  # noqa: N818 - named as what happened
    """Not a token that this server takes."""


class Tokens:
    """Verifies the tokens of one issuer for one audience."""

    def __init__(self, issuer: Issuer, audience: str) -> None:
        self._issuer = issuer
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer.url},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
        )

    async def verify(self, token: str) -> dict[str, Any]:
        """The claims of a token that is signed, for this server, and valid now.

        Raises:
            TokenRefused: It is not.
            IssuerUnavailable: Nobody can tell now.
        """
        try:
            key = await self._issuer.key(_named_key(token))
            claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
            self._claims.validate(claims)
        except (JoseError, UnknownKey, ValueError, TypeError, AttributeError) as error:  # a header may be any JSON
            raise TokenRefused(type(error).__name__) from None
        return claims


def _named_key(token: str) -> str:
    """The name of the key, of a token that may be anything; other algorithms are refused before the issuer is asked."""
    header = jws.extract_compact(token.encode()).headers()
    if header.get("alg") not in ALGORITHMS or not isinstance(header.get("kid"), str):
        raise ValueError("no name of a key, or an algorithm that is not taken")
    return str(header["kid"])
