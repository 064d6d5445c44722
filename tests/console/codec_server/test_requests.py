"""What is not a request to decode is refused in a problem that repeats nothing of it."""

from collections.abc import AsyncGenerator

import pytest
from temporalio.api.common.v1 import Payload

from console.codec_server.app import CodecServer
from console.codec_server.asked import LARGEST, MOST, Asked
from console.door.browsers import ALWAYS
from console.door.person import Person
from tests.console.codec_server.conftest import Played
from tests.console.codec_server.serving import MARK, Asking, Written, asking, read, refused
from tests.console.door.oidc import Oidc
from tests.installed import Keten

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("path", ["/encode", "/signal-desk/encode", "/download", "/", "/docs", "/openapi.json", "/decode/"])
async def test_there_is_nothing_but_decode(ask: Asking, oidc: Oidc, played: Played, path: str) -> None:
    refused(await ask.post(path, oidc.token(), played.payloads, **{"X-Namespace": "signal-desk"}), 404, "not_found")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_and_that_by_post_only(ask: Asking, method: str) -> None:
    answer = await ask.client.request(method, "/decode")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"{", f'{{"payloads": "{MARK}"}}'.encode(), f'{{"payloads": [{{"data": "{MARK}!"}}]}}'.encode(), b"\xff",
     b'{"payloads":' * 5000],
    ids=str,
)  # fmt: skip
async def test_what_is_not_a_payloads_message(ask: Asking, oidc: Oidc, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {oidc.token()}", "X-Namespace": "signal-desk", "Content-Type": "application/json"}
    refused(await ask.client.post("/decode", content=body, headers=headers), 400, "malformed")


async def test_a_form_is_not_json(ask: Asking, oidc: Oidc, played: Played) -> None:
    """A page of another origin can send a form without asking first."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        refused(await ask(oidc.token(), played.payloads, **{"Content-Type": kind}), 415, "not_json")


@pytest.mark.parametrize("headers", [{}, {"X-Namespace": "urk"}], ids=["none", "another"])
async def test_one_namespace_must_be_named(ask: Asking, oidc: Oidc, played: Played, headers: dict[str, str]) -> None:
    path = "/signal-desk/decode" if headers else "/decode"
    refused(await ask.post(path, oidc.token(("urk", "signal-desk")), played.payloads, **headers), 400, "no_namespace")


async def test_too_much_at_a_time(ask: Asking, oidc: Oidc) -> None:
    headers = {"Authorization": f"Bearer {oidc.token()}", "X-Namespace": "signal-desk", "Content-Type": "application/json"}

    async def endless() -> AsyncGenerator[bytes]:
        for _ in range(LARGEST // 65536 + 1):
            yield b" " * 65536

    refused(await ask.client.post("/decode", content=b" " * (LARGEST + 1), headers=headers), 413, "too_large")
    refused(await ask.client.post("/decode", content=endless(), headers=headers), 413, "too_large")
    refused(await ask(oidc.token(), [Payload()] * (MOST + 1)), 413, "too_large")


async def test_who_nobody_knows_is_refused_before_the_body_is_read(ask: Asking) -> None:
    answer = await ask.client.post("/decode", content=b"{", headers={"X-Namespace": "signal-desk"})
    refused(answer, 401, "no_token")


async def test_every_answer_says_that_nothing_is_kept(ask: Asking, oidc: Oidc, played: Played) -> None:
    good, refusal = await ask(oidc.token(), played.payloads), await ask(None, played.payloads)
    elsewhere = await ask.client.get("/")
    read(good)
    for answer in (good, refusal, elsewhere):
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
        assert "server" not in answer.headers


async def test_a_fault_of_the_server_shows_nothing(keten: Keten, oidc: Oidc, written: Written, played: Played) -> None:
    async with asking(keten.settings, oidc, written, Broken) as ask:
        answer = await ask(oidc.token(), played.payloads)
    refused(answer, 500, "failed")
    assert answer.headers["cache-control"] == "no-store"


class Broken(CodecServer):
    """A server with a fault, whose words quote what it read."""

    def _allowed(self, person: Person, wanted: Asked) -> dict[str, int]:
        raise RuntimeError(MARK)
