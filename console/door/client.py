"""What an issuer knows of this console, and how the console shows that it is it."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from console.door.issuer import About
from runtime.private_files import read_private

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""RFC 7523, section 2.2."""
LIFE = 60
"""Seconds that an assertion is good for: it is shown at once, and once."""
OF_CURVES = {"P-256": "ES256"}
OF_RSA = ("PS256", "RS256")
"""Signatures by which a key of this kind may sign; the first unless the key says the other (``alg``)."""
SMALLEST = 2048
"""Bits of an RSA key."""


class Client(NamedTuple):
    """What the issuer knows of this console.

    Attributes:
        id: Its name there.
        secret: What it shows there; None: it is a public client, or has a key.
        callback: Where the issuer sends browsers back to.
        key: With which it signs that it is it, in place of a secret: ``private_key_jwt``.
    """

    id: str
    secret: str | None
    callback: str
    key: ECKey | RSAKey | None = None

    def shows(self, about: About, issuer: str, now: float) -> tuple[dict[str, str], httpx.Auth | None]:
        """What goes with a request to the issuer: fields of its form, and its header.

        Args:
            about: What the issuer says of itself.
            issuer: Its identifier.
            now: Seconds since 1970.
        """
        if self.key:
            return {"client_assertion_type": ASSERTION, "client_assertion": self._signed(self.key, issuer, now)}, None
        if self.secret and about.secret_in_body:
            return {"client_secret": self.secret}, None
        if self.secret:  # RFC 6749, section 2.3.1: both are encoded first
            return {}, httpx.BasicAuth(quote(self.id, safe=""), quote(self.secret, safe=""))
        return {}, None

    def _signed(self, key: ECKey | RSAKey, issuer: str, now: float) -> str:
        """RFC 7523, section 3. It is for the issuer and no other address of it, as later advice has it (CVE-2025-27370)."""
        header: dict[str, Any] = {"alg": algorithm(key), "typ": "JWT", **({"kid": key.kid} if key.kid else {})}
        claims: Mapping[str, Any] = {
            "iss": self.id,
            "sub": self.id,
            "aud": issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": int(now),
            "exp": int(now) + LIFE,
        }
        return jwt.encode(header, dict(claims), key, algorithms=[header["alg"]])


def algorithm(key: ECKey | RSAKey) -> str:
    """By which a key signs.

    Raises:
        ValueError: By none that an issuer should take.
    """
    if isinstance(key, ECKey):
        found = OF_CURVES.get(str(key.get("crv")))
    else:
        said = str(key.get("alg") or OF_RSA[0])
        found = said if said in OF_RSA and key.raw_value.key_size >= SMALLEST else None
    if found is None or key.get("alg") not in {None, found}:
        raise ValueError(f"this key signs by nothing that issuers should take: use P-256, or RSA of {SMALLEST} bits and more")
    return found


def read_key(path: Path) -> ECKey | RSAKey:
    """The console's private key: a JWK in a file that nobody else may read.

    Raises:
        ValueError: It is none, not private, or of a kind that is not taken.
        KeyUnavailable: The file cannot be read, or others may read it.
    """
    try:
        key = import_key(json.loads(read_private(path)))
    except (JoseError, ValueError, TypeError) as error:
        raise ValueError(f"{path} holds no key: it must be one JSON Web Key ({type(error).__name__})") from None
    if not isinstance(key, ECKey | RSAKey) or not key.is_private or key.get("use") not in {None, "sig"}:
        raise ValueError(f"{path} holds no private key that signs: use P-256, or RSA of {SMALLEST} bits and more")
    algorithm(key)
    return key
