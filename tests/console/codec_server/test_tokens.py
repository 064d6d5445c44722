"""Only tokens that the issuer signed for this server, and that are valid now, are taken."""

import base64
import json
import time
from collections.abc import Callable

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from console.door.tokens import LEEWAY
from tests.console.codec_server.conftest import Played
from tests.console.codec_server.serving import Asking, Written, asking, read, refused
from tests.console.door.oidc import AUDIENCE, Oidc
from tests.installed import Keten

pytestmark = pytest.mark.asyncio(loop_scope="session")


def unsigned(oidc: Oidc) -> str:
    """The token of a person, with ``none`` for an algorithm and nothing for a signature."""
    head = json.dumps({"alg": "none", "kid": oidc.keys[0].kid}).encode()
    return f"{base64.urlsafe_b64encode(head).decode().rstrip('=')}.{oidc.token().split('.')[1]}."


def confused(oidc: Oidc) -> str:
    """A token that is signed by HMAC, with the text of the public key for a secret."""
    claims = jwt.decode(oidc.token(), oidc.keys[0], algorithms=["ES256"]).claims
    return jwt.encode({"alg": "HS256", "kid": oidc.keys[0].kid}, claims, public_text(oidc))


def public_text(oidc: Oidc) -> OctKey:
    jwk = OctKey.import_key(base64.b64encode(oidc.keys[0].as_pem(private=False)).decode())
    jwk.ensure_kid()
    return jwk


def resigned(oidc: Oidc) -> str:
    """A token of somebody else's key, which bears the name of the issuer's key."""
    return oidc.token(key=ECKey.generate_key("P-256", {"kid": str(oidc.keys[0].kid)}))


def altered(oidc: Oidc) -> str:
    head, body, signature = oidc.token(("urk",)).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    body = base64.urlsafe_b64encode(json.dumps({**claims, "keten_agencies": ["signal-desk"]}).encode()).decode().rstrip("=")
    return f"{head}.{body}.{signature}"


def nameless(oidc: Oidc) -> str:
    claims = jwt.decode(oidc.token(), oidc.keys[0], algorithms=["ES256"]).claims
    return jwt.encode({"alg": "ES256"}, claims, oidc.keys[0])


now, DAY = int(time.time()), 86_400
WRONG: dict[str, Callable[[Oidc], str]] = {
    "for another audience": lambda oidc: oidc.token(aud="another"),
    "for no audience": lambda oidc: oidc.token(aud=...),
    "of another issuer": lambda oidc: oidc.token(iss="https://another.example.org"),
    "of no issuer": lambda oidc: oidc.token(iss=...),
    "expired": lambda oidc: oidc.token(exp=now - DAY),
    "without an end": lambda oidc: oidc.token(exp=...),
    "not valid yet": lambda oidc: oidc.token(nbf=now + DAY),
    "of the future": lambda oidc: oidc.token(iat=now + DAY),
    "with an end that is no number": lambda oidc: oidc.token(exp="tomorrow"),
    "unsigned": unsigned,
    "signed with the public key": confused,
    "signed by an unknown key": lambda oidc: oidc.token(key=ECKey.generate_key("P-256", auto_kid=True)),
    "signed by another key of this name": resigned,
    "altered": altered,
    "without a name of its key": nameless,
    "with a header that is a list": lambda oidc: "WyJhbGciXSAg.e30.AA",
    "not a token": lambda oidc: "not.a.token",
    "not even that": lambda oidc: "secret",
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG)
async def test_a_token_that_is_not_taken(
    ask: Asking, oidc: Oidc, written: Written, played: Played, make: Callable[[Oidc], str]
) -> None:
    answer = await ask(make(oidc), played.payloads)
    refused(answer, 401, "token_refused")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert written.entries == []


@pytest.mark.parametrize("authorization", ["", "Basic dXNlcjpwYXNz", "Bearer"])
async def test_no_token(ask: Asking, written: Written, played: Played, authorization: str) -> None:
    answer = await ask(None, played.payloads, Authorization=authorization)
    refused(answer, 401, "no_token")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_clocks_may_differ_a_little(ask: Asking, oidc: Oidc, played: Played) -> None:
    read(await ask(oidc.token(exp=int(time.time()) - LEEWAY + 30, nbf=int(time.time()) + LEEWAY - 30), played.payloads))
    read(await ask(oidc.token(aud=["another", AUDIENCE]), played.payloads))


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_who_takes_any_algorithm_would_be_deceived(oidc: Oidc) -> None:
    """What the forged tokens are worth: a verifier that believes their header takes them."""
    assert jwt.decode(unsigned(oidc), oidc.keys[0], algorithms=["none", "ES256"]).claims["keten_agencies"] == ["signal-desk"]
    assert jwt.decode(confused(oidc), public_text(oidc), algorithms=["HS256"]).claims["keten_agencies"] == ["signal-desk"]


async def test_an_issuer_that_does_not_answer_is_no_reason_to_believe_anybody(
    keten: Keten, oidc: Oidc, written: Written, played: Played
) -> None:
    gone = Oidc("http://127.0.0.1:1")
    async with asking(keten.settings, gone, written) as ask:
        refused(await ask(oidc.token(), played.payloads), 503, "issuer_unavailable")
