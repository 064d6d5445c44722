"""A real OIDC issuer on loopback that exchanges codes, and of which a test may spoil what it says."""

import base64
import hashlib
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from runtime.http.listening import bound, listening
from tests.console.door.oidc import Oidc

CLIENT = "keten-console"


class CodeIssuer(Oidc):
    """Gives a token for a code once, if the verifier fits the challenge."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.metadata |= {
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "authorization_response_iss_parameter_supported": True,
        }
        self.spent: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.authorized: list[str | None] = []
        self.says: dict[str, Any] = {}
        self.instead: Response | None = None
        self._challenges: dict[str, tuple[str, str]] = {}

    def log_in(self, address: str, code: str = "a-code") -> dict[str, str]:
        """What a browser brings back, after somebody logged in where it was sent."""
        query = dict(parse_qsl(urlsplit(address).query))
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        self._challenges[code] = (query["code_challenge"], query["nonce"])
        return {"code": code, "state": query["state"], "iss": self.url}

    @property
    def app(self) -> FastAPI:
        app = super().app
        app.add_api_route("/token", self._exchange, methods=["POST"], response_model=None)
        return app

    async def _exchange(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.asked.append(form)
        self.authorized.append(request.headers.get("authorization"))
        if self.instead:
            return self.instead
        code = form["code"]
        challenge, nonce = self._challenges.get(code, ("", ""))
        verifier = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if code in self.spent or verifier != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.spent.add(code)
        claims: dict[str, Any] = {
            "aud": CLIENT,
            "nonce": nonce,
            "exp": int(time.time()) + 60,
            "agencies": ("almere",),
            **self.says,
        }
        return JSONResponse({"id_token": self.token(**claims), "access_token": "x", "token_type": "Bearer"})


@asynccontextmanager
async def exchanging() -> AsyncGenerator[CodeIssuer]:
    """Such an issuer that answers."""
    door = bound("127.0.0.1", 0)
    issuer = CodeIssuer(door.address)
    async with listening(issuer.app, door):
        yield issuer
