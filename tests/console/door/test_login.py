"""A login counts once, in the browser that began it, with a token that this issuer gave for it."""

import base64
from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import pytest_asyncio
from fastapi.responses import JSONResponse, Response
from joserfc.jwk import ECKey, OctKey

from console.door.client import Client
from console.door.issuer import Issuer, IssuerUnavailable
from console.door.login import FRESH, LARGEST, LONGEST, PATIENCE, REMEMBERED, Login, LoginRefused
from console.door.tokens import LEEWAY
from tests.console.door.code_issuer import CLIENT, CodeIssuer, exchanging
from tests.console.door.oidc import Oidc

pytestmark = pytest.mark.asyncio(loop_scope="session")
CALLBACK = "https://keten.example.org/callback"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture(loop_scope="session")
async def issuer() -> AsyncGenerator[CodeIssuer]:
    async with exchanging() as issuer:
        yield issuer


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
def login(issuer: CodeIssuer, http: httpx.AsyncClient, clock: Clock) -> Login:
    return Login(Issuer(issuer.url, http), Client(CLIENT, None, CALLBACK), http, clock)


async def refused(login: Login, answer: dict[str, str], cookie: str | None) -> str:
    with pytest.raises(LoginRefused) as caught:
        await login.end(answer, cookie)
    return str(caught.value)


async def test_who_logs_in_is_who_the_issuer_says(login: Login, issuer: CodeIssuer) -> None:
    begun = await login.begin("/cases/k1", "almere")
    ended = await login.end(issuer.log_in(begun.url), begun.cookie)
    assert (ended.claims["sub"], ended.claims["keten_agencies"]) == ("staff-0117", ["almere"])
    assert (ended.back, ended.at) == ("/cases/k1", "almere")


async def test_the_issuer_is_asked_with_pkce_state_and_nonce(login: Login, issuer: CodeIssuer) -> None:
    begun, other = await login.begin(), await login.begin()
    query, others = (dict(parse_qsl(urlsplit(one.url).query)) for one in (begun, other))
    assert begun.url.startswith(f"{issuer.url}/authorize?")
    assert query["client_id"] == CLIENT
    assert query["redirect_uri"] == CALLBACK
    assert query["scope"] == "openid"
    for random in ("state", "nonce", "code_challenge"):
        assert len(query[random]) == 43
        assert query[random] != others[random]
        assert query[random] not in begun.cookie


async def test_the_verifier_does_not_leave_with_the_browser(login: Login, issuer: CodeIssuer) -> None:
    begun = await login.begin()
    await login.end(issuer.log_in(begun.url), begun.cookie)
    verifier = issuer.asked[0]["code_verifier"]
    assert verifier not in begun.url
    assert verifier not in begun.cookie


@pytest.mark.parametrize("state", ["", "x" * 43, "é", "x" * (LONGEST + 1)])
async def test_a_wrong_state_is_refused(login: Login, issuer: CodeIssuer, state: str) -> None:
    begun = await login.begin()
    assert await refused(login, issuer.log_in(begun.url) | {"state": state}, begun.cookie) == "other_browser"
    assert not issuer.asked, "its code is not even shown to the issuer"


async def test_a_login_that_another_browser_began_is_refused(login: Login, issuer: CodeIssuer) -> None:
    """Login CSRF: somebody is sent the answer to a login of an attacker, and would work in the attacker's name."""
    attacker, victim = await login.begin(), await login.begin()
    answer = issuer.log_in(attacker.url)
    for cookie in (None, "", victim.cookie, "a.b.c", "..", attacker.cookie + "x", attacker.cookie.replace(".", "..")):
        assert await refused(login, answer, cookie) == "other_browser"
    assert await login.end(answer, attacker.cookie), "control"


async def test_a_cookie_that_was_changed_is_refused(login: Login, issuer: CodeIssuer, clock: Clock) -> None:
    begun = await login.begin("/inbox")
    secret, _, wish = begun.cookie.split(".")
    later = f"{secret}.{int(clock.now) + 1}.{wish}"
    elsewhere = base64.urlsafe_b64encode(b'["//evil.example.org", ""]').decode().rstrip("=")
    for cookie in (later, f"{begun.cookie.rpartition('.')[0]}.{elsewhere}"):
        assert await refused(login, issuer.log_in(begun.url), cookie) == "other_browser"


async def test_another_process_knows_nothing_of_it(
    login: Login, issuer: CodeIssuer, http: httpx.AsyncClient, clock: Clock
) -> None:
    begun = await login.begin()
    anew = Login(Issuer(issuer.url, http), Client(CLIENT, None, CALLBACK), http, clock)
    assert await refused(anew, issuer.log_in(begun.url), begun.cookie) == "other_browser"


async def test_an_answer_counts_once(login: Login, issuer: CodeIssuer) -> None:
    begun = await login.begin()
    answer = issuer.log_in(begun.url)
    await login.end(answer, begun.cookie)
    assert await refused(login, answer, begun.cookie) == "used"
    assert len(issuer.asked) == 1


async def test_strangers_who_begin_without_end_keep_nobody_out(login: Login, issuer: CodeIssuer) -> None:
    for _ in range(REMEMBERED + 1):
        begun = await login.begin()
        state = dict(parse_qsl(urlsplit(begun.url).query))["state"]
        assert await refused(login, {"state": state, "iss": issuer.url}, begun.cookie) == "refused_there"
    begun = await login.begin()
    assert await login.end(issuer.log_in(begun.url), begun.cookie)


async def test_a_code_that_was_used_elsewhere_is_refused(login: Login, issuer: CodeIssuer) -> None:
    first, second = await login.begin(), await login.begin()
    await login.end(issuer.log_in(first.url, "one"), first.cookie)
    again = issuer.log_in(second.url, "one")
    assert await refused(login, again, second.cookie) == "code_refused"


async def test_a_code_of_another_login_is_refused(login: Login, issuer: CodeIssuer) -> None:
    """A stolen code is worth nothing without the verifier of whoever asked for it."""
    attacker, victim = await login.begin(), await login.begin()
    stolen = issuer.log_in(victim.url, "stolen")
    own = issuer.log_in(attacker.url, "own")
    assert await refused(login, own | {"code": stolen["code"]}, attacker.cookie) == "code_refused"


async def test_a_login_that_takes_too_long_is_refused(login: Login, issuer: CodeIssuer, clock: Clock) -> None:
    begun = await login.begin()
    clock.now += PATIENCE + 1
    assert await refused(login, issuer.log_in(begun.url), begun.cookie) == "too_late"
    begun = await login.begin()
    clock.now += PATIENCE
    assert await login.end(issuer.log_in(begun.url), begun.cookie)


async def test_an_answer_of_another_issuer_is_refused(login: Login, issuer: CodeIssuer) -> None:
    begun = await login.begin()
    assert await refused(login, issuer.log_in(begun.url) | {"iss": "https://evil.example.org"}, begun.cookie) == "other_issuer"
    begun = await login.begin()
    answer = issuer.log_in(begun.url)
    assert await refused(login, {name: answer[name] for name in ("code", "state")}, begun.cookie) == "other_issuer"
    assert not issuer.asked


async def test_an_issuer_that_never_says_iss_need_not(issuer: CodeIssuer, login: Login) -> None:
    issuer.metadata.pop("authorization_response_iss_parameter_supported")
    begun = await login.begin()
    answer = issuer.log_in(begun.url)
    assert await login.end({name: answer[name] for name in ("code", "state")}, begun.cookie)
    begun = await login.begin()
    wrong = issuer.log_in(begun.url, "b") | {"iss": "https://evil.example.org"}
    assert await refused(login, wrong, begun.cookie) == "other_issuer"


async def test_who_stops_there_is_not_let_in(login: Login, issuer: CodeIssuer) -> None:
    begun = await login.begin()
    state = issuer.log_in(begun.url)["state"]
    assert await refused(login, {"error": "access_denied", "state": state, "iss": issuer.url}, begun.cookie) == "refused_there"


@pytest.mark.parametrize(
    "says",
    [
        {"nonce": "another"},
        {"nonce": ...},
        {"nonce": ["a"]},
        {"iss": "https://evil.example.org"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"azp": "another-client"},
        {"aud": ...},
        {"exp": 1},
        {"exp": ...},
        {"key": ECKey.generate_key("P-256", {"kid": "unknown"})},
        {"key": OctKey.generate_key(256, {"kid": "shared"}), "alg": "HS256"},
    ],
    ids=["nonce", "no nonce", "odd nonce", "iss", "aud", "two aud", "azp", "no aud", "expired", "no exp", "key", "alg"],
)
async def test_a_token_that_was_not_given_for_this_login_is_refused(
    login: Login, issuer: CodeIssuer, says: dict[str, object]
) -> None:
    issuer.says = says
    begun = await login.begin()
    assert await refused(login, issuer.log_in(begun.url), begun.cookie) == "token_refused"
    issuer.says = {}
    begun = await login.begin()
    assert await login.end(issuer.log_in(begun.url, "b"), begun.cookie), "control"


@pytest.mark.parametrize(
    "instead",
    [
        Response(status_code=500),
        Response("not JSON"),
        JSONResponse({"access_token": "x"}),
        JSONResponse([]),
        Response(b'{"id_token": "' + b"x" * LARGEST + b'"}'),
        Response(status_code=302, headers={"location": "http://127.0.0.1:1/"}),
    ],
    ids=["fault", "no JSON", "no token", "a list", "too large", "elsewhere"],
)
async def test_an_issuer_that_answers_nonsense_lets_nobody_in(login: Login, issuer: CodeIssuer, instead: Response) -> None:
    issuer.instead = instead
    begun = await login.begin()
    with pytest.raises(IssuerUnavailable):
        await login.end(issuer.log_in(begun.url), begun.cookie)


async def test_an_issuer_that_is_away_is_said_to_be(http: httpx.AsyncClient) -> None:
    login = Login(Issuer("http://127.0.0.1:1", http), Client(CLIENT, None, CALLBACK), http)
    with pytest.raises(IssuerUnavailable):
        await login.begin()


async def test_an_issuer_where_nobody_logs_in_is_said_to_be(http: httpx.AsyncClient, oidc: Oidc) -> None:
    login = Login(Issuer(oidc.url, http), Client(CLIENT, None, CALLBACK), http)
    with pytest.raises(IssuerUnavailable):
        await login.begin()


async def test_nobody_is_sent_where_others_can_read(login: Login, issuer: CodeIssuer) -> None:
    issuer.metadata["authorization_endpoint"] = "http://login.example.org/authorize"
    with pytest.raises(IssuerUnavailable):
        await login.begin()


@pytest.mark.parametrize(
    ("methods", "in_body"),
    [(None, False), (["client_secret_basic", "client_secret_post"], False), (["client_secret_post"], True)],
)
async def test_a_secret_is_shown_as_the_issuer_wants_it(
    issuer: CodeIssuer, http: httpx.AsyncClient, clock: Clock, methods: list[str] | None, *, in_body: bool
) -> None:
    if methods:
        issuer.metadata["token_endpoint_auth_methods_supported"] = methods
    login = Login(Issuer(issuer.url, http), Client(CLIENT, "hush:é", CALLBACK), http, clock)
    begun = await login.begin()
    await login.end(issuer.log_in(begun.url), begun.cookie)
    basic = f"Basic {base64.b64encode(f'{CLIENT}:hush%3A%C3%A9'.encode()).decode()}"
    assert issuer.authorized == [None if in_body else basic]
    assert issuer.asked[0].get("client_secret") == ("hush:é" if in_body else None)


async def test_without_a_secret_none_is_shown(login: Login, issuer: CodeIssuer) -> None:
    begun = await login.begin()
    await login.end(issuer.log_in(begun.url), begun.cookie)
    assert issuer.authorized == [None]
    assert "client_secret" not in issuer.asked[0]


@pytest.mark.parametrize("back", ["//evil.example.org", "https://evil.example.org", "/\\evil", "", "x", "/" + "a" * 400, "/a\nb"])
async def test_nobody_is_sent_elsewhere_afterwards(login: Login, issuer: CodeIssuer, back: str) -> None:
    begun = await login.begin(back)
    assert (await login.end(issuer.log_in(begun.url), begun.cookie)).back == "/"


class TestFresh:
    """A login that asks for one anew counts only where the issuer says that it asked."""

    async def test_the_issuer_is_told_to_ask_again(self, login: Login) -> None:
        begun = [await login.begin(fresh=fresh) for fresh in (False, True)]
        usual, fresh = (dict(parse_qsl(urlsplit(one.url).query)) for one in begun)
        assert (fresh["prompt"], fresh["max_age"]) == ("login", str(FRESH))
        assert not {"prompt", "max_age"} & {*usual}

    @pytest.mark.parametrize("ago", [0, FRESH, -LEEWAY])
    async def test_one_that_says_that_it_has_just_asked_counts(
        self, login: Login, issuer: CodeIssuer, clock: Clock, ago: int
    ) -> None:
        issuer.says = {"auth_time": clock.now - ago}
        begun = await login.begin(fresh=True)
        ended = await login.end(issuer.log_in(begun.url), begun.cookie)
        assert ended.proved == clock.now - max(ago, 0)

    @pytest.mark.parametrize("said", [..., FRESH + 1, -LEEWAY - 1, "now", True, None, [1]], ids=str)
    async def test_one_that_does_not_say_so_is_refused(
        self, login: Login, issuer: CodeIssuer, clock: Clock, said: object
    ) -> None:
        issuer.says = {"auth_time": clock.now - said if type(said) is int else said}
        begun = await login.begin(fresh=True)
        assert await refused(login, issuer.log_in(begun.url), begun.cookie) == "not_fresh"
        usual = await login.begin()
        assert await login.end(issuer.log_in(usual.url, "b"), usual.cookie), "control: another login asks for nothing of it"

    async def test_nobody_makes_it_a_usual_one_on_the_way(self, login: Login, issuer: CodeIssuer) -> None:
        begun = await login.begin(fresh=True)
        secret, moment, _ = begun.cookie.split(".")
        wish = base64.urlsafe_b64encode(b'["/", "", false]').decode().rstrip("=")
        assert await refused(login, issuer.log_in(begun.url), f"{secret}.{moment}.{wish}") == "other_browser"

    async def test_a_usual_login_keeps_what_the_issuer_says_of_it(self, login: Login, issuer: CodeIssuer, clock: Clock) -> None:
        issuer.says = {"auth_time": clock.now - 7200}
        begun = await login.begin()
        assert (await login.end(issuer.log_in(begun.url), begun.cookie)).proved == clock.now - 7200
