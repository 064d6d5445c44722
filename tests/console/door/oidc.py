"""A real OIDC issuer on loopback, whose keys and documents a test may spoil."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from runtime.http.listening import bound, listening

AUDIENCE = "keten-codec-test"


class Oidc:
    """Signs for people, and counts how often its keys are fetched."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.metadata: dict[str, Any] = {"issuer": url, "jwks_uri": f"{url}/jwks"}
        self.keys: list[RSAKey | ECKey] = [ECKey.generate_key("P-256", auto_kid=True)]
        self.looks = 0

    def token(
        self, agencies: Any = ("signal-desk",), *, key: RSAKey | ECKey | None = None, alg: str = "ES256", **claims: Any
    ) -> str:
        """A token as this issuer gives it, unless a claim says otherwise; one that is ``...`` is left out."""
        signing, now = key or self.keys[0], int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": "staff-0117", "iat": now, "exp": now + 300}
        wanted: dict[str, Any] = {**usual, "keten_agencies": agencies, **claims}
        held = {name: value for name, value in wanted.items() if value is not ...}
        return jwt.encode({"alg": alg, "kid": signing.kid}, held, signing)

    @property
    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/.well-known/openid-configuration", lambda: self.metadata)
        app.add_api_route("/jwks", self._jwks)
        return app

    def _jwks(self) -> dict[str, Any]:
        self.looks += 1
        return {"keys": [key.as_dict(private=False) for key in self.keys]}


@asynccontextmanager
async def issuing() -> AsyncGenerator[Oidc]:
    """An issuer that answers."""
    door = bound("127.0.0.1", 0)
    oidc = Oidc(door.address)
    async with listening(oidc.app, door):
        yield oidc
