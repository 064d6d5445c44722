"""The issuer for development: a token for whoever sees the terminal, and a login for the UI that has none."""

from collections.abc import AsyncGenerator
from http.cookies import SimpleCookie

import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import KeySet

from console.codec_server.composition import DEV_AUDIENCE, codec_server
from console.door import COOKIE, DEV_ISSUER
from contracts.reference import new_reference
from runtime.http.listening import bound
from tests.console.codec_server.conftest import Played
from tests.console.codec_server.serving import UI, Asking, Written, read, refused
from tests.console.door.oidc import Oidc
from tests.installed import Keten
from workers.wiring import Wiring

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Terminal(Asking):
    """A codec server with its own issuer, and the codes that its terminal shows."""

    def __init__(self, client: httpx.AsyncClient, codes: list[str]) -> None:
        super().__init__(client)
        self.codes = codes

    async def form(self, page: str, **fields: str) -> httpx.Response:
        return await self.client.post(f"{DEV_ISSUER}/{page}", data={"code": self.codes[-1], "agency": "signal-desk"} | fields)

    async def token(self, **fields: str) -> str:
        answer = await self.form("token", **fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def dev(keten: Keten, audit: Written) -> AsyncGenerator[Terminal]:
    codes: list[str] = []
    wiring = Wiring(keten.settings, "", "")
    async with (
        codec_server(wiring, audit, bound("127.0.0.1", 0), UI, codes.append) as address,
        httpx.AsyncClient(base_url=address) as client,
    ):
        yield Terminal(client, codes)


async def test_a_token_lets_its_person_read(dev: Terminal, written: Written, played: Played) -> None:
    read(await dev(await dev.token(person="staff-0118"), played.payloads))
    assert [(entry[0], entry[2]) for entry in written.entries] == [("staff-0118", played.case)]


async def test_what_was_not_asked_for_is_not_read(dev: Terminal, played: Played, other: Played) -> None:
    refused(await dev(await dev.token(agency="urk"), played.payloads), 403, "not_entitled")
    refused(await dev(await dev.token(case=other.case), played.payloads), 403, "not_entitled")


async def test_a_code_is_good_for_one_token(dev: Terminal) -> None:
    first = dev.codes[-1]
    await dev.token()
    refused(await dev.form("token", code=first), 403, "wrong_code")
    assert dev.codes[-1] != first
    await dev.token()


@pytest.mark.parametrize("code", ["", "0" * 20, "é"])
async def test_who_does_not_see_the_terminal_gets_nothing(dev: Terminal, code: str) -> None:
    shown = len(dev.codes)
    refused(await dev.form("token", code=code), 403, "wrong_code")
    assert "set-cookie" not in (await dev.form("login", code=code)).headers
    assert len(dev.codes) == shown


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"agency": "nobody"}, "no_agency", "no agency"),
        ({"agency": "../urk"}, "wrong_field", "agency"),
        ({"case": "k0"}, "wrong_field", "case"),
        ({"person": "a b"}, "wrong_field", "person"),
    ],
)
async def test_a_wrong_field_is_named_and_the_code_stays(dev: Terminal, fields: dict[str, str], code: str, words: str) -> None:
    shown = dev.codes[-1]
    assert words in refused(await dev.form("token", **fields), 400, code)["detail"]
    assert dev.codes[-1] == shown


async def test_its_key_leaves_as_a_public_one(dev: Terminal) -> None:
    about = (await dev.client.get(f"{DEV_ISSUER}/.well-known/openid-configuration")).json()
    keys = (await dev.client.get(about["jwks_uri"])).json()
    assert all("d" not in key for key in keys["keys"])
    token = jwt.decode(await dev.token(), KeySet.import_key_set(keys), algorithms=["ES256"])
    assert (token.claims["iss"], token.claims["aud"]) == (about["issuer"], DEV_AUDIENCE)
    assert "keten_cases" not in token.claims


class TestInABrowser:
    @pytest_asyncio.fixture(loop_scope="session")
    async def cookie(self, dev: Terminal) -> str:
        assert "one-time code" in (await dev.client.get(f"{DEV_ISSUER}/login")).text
        page = await dev.form("login", case="")
        dev.client.cookies.clear()
        morsel = SimpleCookie(page.headers["set-cookie"])[COOKIE]
        assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "strict", "/decode")
        assert morsel.value not in page.text
        return f"{COOKIE}={morsel.value}"

    async def test_the_ui_reads_with_the_cookie(self, dev: Terminal, played: Played, cookie: str) -> None:
        assert read(await dev(None, played.payloads, Origin=UI, Cookie=cookie))

    async def test_no_other_page_does(self, dev: Terminal, played: Played, cookie: str) -> None:
        refused(await dev(None, played.payloads, Origin="http://127.0.0.1:9", Cookie=cookie), 403, "foreign_origin")
        refused(await dev(None, played.payloads, Cookie=cookie), 401, "no_token")

    async def test_elsewhere_a_cookie_is_nothing(self, ask: Asking, oidc: Oidc, played: Played) -> None:
        refused(await ask(None, played.payloads, Origin=UI, Cookie=f"{COOKIE}={oidc.token()}"), 401, "no_token")


async def test_it_is_not_there_unless_it_is_asked_for(ask: Asking, played: Played) -> None:
    for page in ("token", "login", "jwks"):
        refused(await ask.client.post(f"{DEV_ISSUER}/{page}", data={"agency": "urk"}), 404, "not_found")


async def test_another_servers_token_is_worth_nothing(dev: Terminal, ask: Asking, oidc: Oidc, played: Played) -> None:
    refused(await dev(oidc.token(), played.payloads), 401, "token_refused")
    refused(await ask(await dev.token(case=new_reference()), played.payloads), 401, "token_refused")
