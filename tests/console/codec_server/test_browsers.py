"""Pages of the Temporal UI may ask; pages from elsewhere may not, whatever a browser sends along."""

import httpx
import pytest

from console.door.browsers import ASKED_WITH
from tests.console.codec_server.conftest import Played
from tests.console.codec_server.serving import UI, Asking, Written, asking, read, refused
from tests.console.door.oidc import Oidc
from tests.installed import Keten

pytestmark = pytest.mark.asyncio(loop_scope="session")
ELSEWHERE = ("http://localhost:8233", "http://127.0.0.1:8234", "https://127.0.0.1:8233", "https://evil.example.org", "null")


async def preflight(ask: Asking, origin: str, method: str = "POST", headers: str = ", ".join(ASKED_WITH)) -> httpx.Response:
    wanted = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return await ask.client.options("/decode", headers={"Origin": origin, **wanted})


async def test_the_ui_may_ask(ask: Asking, oidc: Oidc, played: Played) -> None:
    allowed = await preflight(ask, UI)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == UI
    assert allowed.headers["access-control-allow-methods"] == "POST"
    assert allowed.headers["access-control-allow-credentials"] == "true"
    assert set(ASKED_WITH) <= set(allowed.headers["access-control-allow-headers"].lower().split(", "))
    answer = await ask(oidc.token(), played.payloads, Origin=UI)
    assert read(answer)
    assert answer.headers["access-control-allow-origin"] == UI
    assert "Origin" in answer.headers["vary"]


async def test_it_may_read_why_it_was_refused(ask: Asking, played: Played) -> None:
    answer = await ask(None, played.payloads, Origin=UI)
    refused(answer, 401, "no_token")
    assert answer.headers["access-control-allow-origin"] == UI


@pytest.mark.parametrize("origin", ELSEWHERE)
async def test_no_other_page_may(ask: Asking, oidc: Oidc, written: Written, played: Played, origin: str) -> None:
    answers = [await preflight(ask, origin), await ask(oidc.token(), played.payloads, Origin=origin)]
    assert not any("access-control-allow-origin" in answer.headers for answer in answers)
    assert answers[0].status_code == 400
    refused(answers[1], 403, "foreign_origin")
    assert written.entries == []


@pytest.mark.parametrize(("method", "headers"), [("PUT", "content-type"), ("POST", "x-other")])
async def test_the_ui_may_ask_nothing_else(ask: Asking, method: str, headers: str) -> None:
    assert (await preflight(ask, UI, method, headers)).status_code == 400


async def test_without_a_ui_no_page_may(keten: Keten, oidc: Oidc, written: Written, played: Played) -> None:
    async with asking(keten.settings, oidc, written, origin=None) as ask:
        assert "access-control-allow-origin" not in (await preflight(ask, UI)).headers
        refused(await ask(oidc.token(), played.payloads, Origin=UI), 403, "foreign_origin")
        assert read(await ask(oidc.token(), played.payloads))


async def test_a_server_that_takes_another_origin_for_the_ui_would_let_it_read(
    keten: Keten, oidc: Oidc, written: Written, played: Played
) -> None:
    async with asking(keten.settings, oidc, written, origin=ELSEWHERE[3]) as ask:
        assert (await preflight(ask, ELSEWHERE[3])).headers["access-control-allow-origin"] == ELSEWHERE[3]
        assert read(await ask(oidc.token(), played.payloads, Origin=ELSEWHERE[3]))
