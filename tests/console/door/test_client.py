"""The console shows an issuer that it is it by a secret, or by what it signs with its key (RFC 7523)."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from console.door.client import ASSERTION, LIFE, Client, read_key
from console.door.issuer import Issuer
from console.door.login import Login
from runtime.private_files import KeyUnavailable, write_private
from tests.console.door.code_issuer import CLIENT, CodeIssuer, exchanging

pytestmark = pytest.mark.asyncio(loop_scope="session")
CALLBACK = "https://keten.example.org/callback"
KINDS: dict[str, ECKey | RSAKey] = {
    "ES256": ECKey.generate_key("P-256", {"kid": "console-1"}),
    "PS256": RSAKey.generate_key(2048, {"kid": "console-1"}),
    "RS256": RSAKey.generate_key(2048, {"kid": "console-1", "alg": "RS256"}),
}


@pytest_asyncio.fixture(loop_scope="session")
async def issuer() -> Any:
    async with exchanging() as issuer:
        yield issuer


def put(folder: Path, key: object) -> Path:
    """A key in a file."""
    path = folder / "console.jwk"
    as_dict: dict[str, Any] = key if isinstance(key, dict) else key.as_dict(private=True)  # type: ignore[union-attr]
    write_private(path, json.dumps(as_dict))
    return path


@pytest.mark.parametrize("alg", KINDS)
async def test_with_a_key_it_signs_for_this_issuer_and_for_a_minute(tmp_path: Path, issuer: CodeIssuer, alg: str) -> None:
    key = read_key(put(tmp_path, KINDS[alg]))
    async with httpx.AsyncClient() as http:
        login = Login(Issuer(issuer.url, http), Client(CLIENT, None, CALLBACK, key), http)
        for code in ("one", "two"):
            begun = await login.begin()
            await login.end(issuer.log_in(begun.url, code), begun.cookie)
    shown = [asked["client_assertion"] for asked in issuer.asked]
    assert [asked["client_assertion_type"] for asked in issuer.asked] == [ASSERTION] * 2
    assert issuer.authorized == [None, None]
    assert all("client_secret" not in asked for asked in issuer.asked)
    tokens = [jwt.decode(one, KINDS[alg], algorithms=[alg]) for one in shown]
    assert tokens[0].header == {"alg": alg, "typ": "JWT", "kid": "console-1"}
    claims = tokens[0].claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT, CLIENT, issuer.url)
    assert claims["exp"] - claims["iat"] == LIFE
    assert claims["jti"] != tokens[1].claims["jti"], "none can be shown twice"
    assert "d" not in jws.extract_compact(shown[0].encode()).headers()


@pytest.mark.parametrize(
    "key",
    [
        ECKey.generate_key("P-384"),
        ECKey.generate_key("P-256", {"use": "enc"}),
        ECKey.generate_key("P-256", {"alg": "ES384"}),
        RSAKey.generate_key(2048, {"alg": "RS512"}),
        RSAKey.generate_key(1024),
        OctKey.generate_key(256),
        OKPKey.generate_key("Ed25519"),
        ECKey.generate_key("P-256").as_dict(private=False),
        {},
        {"kty": "EC"},
    ],
    ids=["P-384", "to encrypt", "other alg", "RS512", "small", "shared", "Ed25519", "public", "empty", "half"],
)
async def test_another_key_is_refused_before_anything_is_started(tmp_path: Path, key: object) -> None:
    with pytest.raises(ValueError, match="key"):
        read_key(put(tmp_path, key))


async def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, KINDS["ES256"])
    path.chmod(0o640)
    with pytest.raises(KeyUnavailable, match="0640"):
        read_key(path)
