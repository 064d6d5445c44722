"""What every answer tells a browser, how errors look, and how much is too much."""

import asyncio
import re
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from console.installation import Installation
from console.web.app import page_routes
from console.web.desk import Desk
from console.web.guards import AT_ONCE, LARGEST
from console.web.headers import ALWAYS
from console.web.looking import NoAnswer
from console.web.looks import FOLDER, KEPT, Looks
from runtime.audit.store import AuditUnavailable
from runtime.http.patience import LIMITS
from runtime.keys.case_keys import CaseErased, CaseKeyMissing
from runtime.temporal.client import TemporalUnreachable
from tests.console.web.serving import HERE, Browser, Console, consoled, title

MARK = "zzmark-web-console-zz"
FAULTS = {
    "away": RPCError(MARK, RPCStatusCode.UNAVAILABLE, b""),
    "audit": AuditUnavailable(MARK),
    "database": OperationalError(MARK, {}, Exception(MARK)),
    "unreachable": TemporalUnreachable(MARK),
    "query": WorkflowQueryFailedError(MARK),
    "silent": NoAnswer(MARK),
    "erased": CaseErased(MARK),
    "no_key": CaseKeyMissing(MARK),
    "unforeseen": RuntimeError(MARK),
}


def with_faults(desk: Desk) -> list[APIRouter]:
    """The pages, and one that fails as it is told to, and one that waits."""
    router = APIRouter()
    desk.entered, desk.leave = asyncio.Event(), asyncio.Event()  # type: ignore[attr-defined]

    async def fail(fault: str) -> Response:
        raise FAULTS[fault]

    async def done(name: str, command: str) -> Response:
        raise FAULTS[name]

    async def number(number: int) -> Response:
        return Response(str(number))

    async def wait(request: Request) -> Response:
        desk.entered.set()  # type: ignore[attr-defined]
        await desk.leave.wait()  # type: ignore[attr-defined]
        return Response("done")

    async def take(request: Request) -> Response:
        return Response(str(len(await request.form())))

    router.add_api_route("/fails/{fault}", fail, methods=["GET", "POST"], response_model=None)
    router.add_api_route("/files/{name}/did/{command}", done, methods=["GET"], response_model=None)
    router.add_api_route("/number/{number}", number, methods=["GET"], response_model=None)
    router.add_api_route("/waits", wait, methods=["GET"], response_model=None)
    router.add_api_route("/takes", take, methods=["POST"], response_model=None)
    return [router, *page_routes(desk)]


@pytest_asyncio.fixture
async def console(installation: Installation) -> AsyncGenerator[Console]:
    async with consoled(installation, with_faults) as console:
        yield console


class TestHeaders:
    @pytest.mark.parametrize("path", ["/", "/login", "/callback", "/locked", "/session", "/nothing", "/fails/unforeseen"])
    async def test_every_answer_bears_them(self, browser: Browser, path: str) -> None:
        answer = await browser.get(path)
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
        assert answer.headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in answer.headers, "on loopback there is no TLS"
        assert "server" not in answer.headers
        assert not [name for name in answer.headers if name.startswith("access-control")]

    async def test_nothing_but_ours_is_run_or_loaded(self, browser: Browser) -> None:
        policy = (await browser.get("/locked")).headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "data:" not in policy
        assert policy.startswith("default-src 'none'")
        for part in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"):
            assert part in policy

    async def test_pages_keep_to_it(self, browser: Browser) -> None:
        await browser.log_in()
        for path in ("/session", "/locked", "/nothing", (await browser.get("/login")).headers["location"]):
            page = (await browser.get(path)).text
            for forbidden in ("<script>", "<style", " style=", " onclick=", "http://", "https://", "javascript:"):
                assert forbidden not in page.replace(f'value="{browser.client.base_url}'.rstrip("/"), "")

    async def test_a_page_elsewhere_that_gives_our_address_another_name_reads_nothing(self, browser: Browser) -> None:
        for host in ("evil.example.org", "127.0.0.1", "localhost:1", "127.0.0.1:1"):
            assert (await browser.get("/locked", Host=host)).status_code == 421
        assert (await browser.get("/locked")).status_code == 200, "control"


class TestLooks:
    async def test_style_is_kept_under_a_name_that_changes_with_it(self, browser: Browser) -> None:
        [address, *_] = re.findall(r'<link rel="stylesheet" href="([^"]+)">', (await browser.get("/locked")).text)
        assert address in {Looks().address(path.name) for path in FOLDER.glob("*.css")}
        answer = await browser.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, KEPT)
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert answer.headers["content-encoding"] == "gzip"
        plain = await browser.get(address, **{"Accept-Encoding": "identity"})
        assert plain.content == answer.content

    @pytest.mark.parametrize("name", ["keten.css", "keten.0000000000000000.css", "..%2fapp.py", "%2e%2e/app.py"])
    async def test_nothing_else_is_there(self, browser: Browser, name: str) -> None:
        answer = await browser.get(f"/look/{name}")
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


class TestErrors:
    @pytest.mark.parametrize(
        ("path", "status", "words"),
        [
            ("/nothing", 404, "There is nothing here for you"),
            ("/number/x", 404, "There is nothing here for you"),
            ("/fails/away", 503, "A part of Keten does not answer"),
            ("/fails/database", 503, "A part of Keten does not answer"),
            ("/fails/unreachable", 503, "A part of Keten does not answer"),
            ("/fails/query", 503, "A part of Keten does not answer"),
            ("/fails/silent", 503, "A part of Keten does not answer"),
            ("/fails/erased", 404, "There is nothing here for you"),
            ("/fails/no_key", 404, "There is nothing here for you"),
            ("/fails/audit", 503, "It cannot be written down now who reads or decides"),
            ("/fails/unforeseen", 500, "Keten made a mistake"),
        ],
    )
    async def test_it_is_said_in_words_what_to_do(self, browser: Browser, path: str, status: int, words: str) -> None:
        english = await browser.get(path, **{"Accept-Language": "en"})
        assert (english.status_code, title(english)) == (status, words)
        dutch = await browser.get(path, **{"Accept-Language": "nl"})
        assert dutch.status_code == status
        assert title(dutch) != words
        for answer in (english, dutch):
            assert MARK not in answer.text
            assert "Traceback" not in answer.text

    @pytest.mark.parametrize("fault", ["away", "database", "unreachable", "silent"])
    async def test_where_something_may_have_been_done_no_page_says_that_nothing_was(self, browser: Browser, fault: str) -> None:
        sent = await browser.post(f"/fails/{fault}")
        done = await browser.get(f"/files/{fault}/did/fails")
        for answer in (sent, done):
            assert answer.status_code == 503
            assert "Misschien is wat u deed al gedaan: kijk eerst bij de zaak" in answer.text
        assert "Misschien is wat u deed" not in (await browser.get(f"/fails/{fault}")).text

    async def test_another_method_is_said_to_be_wrong(self, browser: Browser) -> None:
        answer = await browser.post("/session/", headers=HERE)
        assert answer.status_code == 404
        assert (await browser.client.put("/session", headers=HERE)).status_code == 405

    async def test_a_fault_has_a_number_that_stands_in_the_log(self, browser: Browser) -> None:
        with capture_logs() as logged:
            answer = await browser.get(f"/fails/unforeseen?secret={MARK}")
        [line] = [line for line in logged if line["event"] == "console_failed"]
        assert line["code"] in answer.text
        assert (line["path"], line["error"]) == ("/fails/{fault}", "RuntimeError")
        assert MARK not in str(logged)

    async def test_the_log_has_the_names_of_routes_and_not_what_was_asked(self, browser: Browser) -> None:
        with capture_logs() as logged:
            await browser.get(f"/number/7?q={MARK}")
            await browser.get(f"/{MARK}")
        assert [line["path"] for line in logged if line["event"] == "console_answered"] == ["/number/{number}", "-"]
        assert MARK not in str(logged)


class TestTooMuch:
    async def test_a_body_is_bounded_whatever_its_header_says(self, browser: Browser) -> None:
        async def endless() -> AsyncGenerator[bytes]:
            for _ in range(64):
                yield b"a=" + b"x" * 32_768

        kind = {"Content-Type": "application/x-www-form-urlencoded", **HERE}
        large = await browser.client.post("/takes", content=b"a=" + b"x" * LARGEST, headers=kind)
        assert large.status_code == 413
        assert title(large)
        try:
            streamed = await browser.client.post("/takes", content=endless(), headers=kind)
        except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
            pass  # it was cut off while it still wrote
        else:
            assert streamed.status_code == 413
        assert (await browser.client.post("/takes", content=b"a=x", headers=kind)).text == "1", "control"

    async def test_one_session_asks_so_much_at_a_time_and_another_is_answered(self, console: Console) -> None:
        desk, one, other = console.answering.desk, console.browser(), console.browser()
        await one.log_in()
        await other.log_in()
        waiting = [asyncio.create_task(one.get("/waits")) for _ in range(AT_ONCE)]
        while not desk.entered.is_set() or (await one.get("/number/1")).status_code != 429:  # type: ignore[attr-defined]
            await asyncio.sleep(0.01)
        assert (await other.get("/number/1")).status_code == 200
        desk.leave.set()  # type: ignore[attr-defined]
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} <= {200, 429}
        assert (await one.get("/number/1")).status_code == 200

    async def test_connections_are_bounded_as_those_of_the_codec_server(self, console: Console) -> None:
        parts = urlsplit(console.answering.address)
        idle = [await asyncio.open_connection(parts.hostname, parts.port) for _ in range(LIMITS.waiting + 5)]
        try:
            assert (await console.browser().get("/locked")).status_code == 200
        finally:
            for _, writer in idle:
                writer.close()
