"""Behind TLS the session's cookie is bound to this one host, and browsers come over TLS from then on."""

import ssl
from pathlib import Path

import httpx
import pytest

from console.web.composition import Trying, web_console
from contracts.agencies import Directory
from runtime.http.listening import Shown, bound
from runtime.tls.certificates import TEMPORAL
from tests.certified import Certified
from tests.console.web.serving import COORDINATOR, Browser, installed


@pytest.mark.parametrize("tls", [True, False], ids=["TLS", "control: loopback"])
async def test_the_cookie_is_bound_to_the_host(tmp_path: Path, directory: Directory, *, tls: bool) -> None:
    ca, cert, key = Certified(tmp_path / "certified", directory).of(TEMPORAL)
    door = bound("127.0.0.1", 0, Shown(cert, key) if tls else None)
    believes = ssl.create_default_context(cafile=str(ca))
    async with (
        web_console(installed(tmp_path / "home"), door, Trying(), patience=1) as answering,
        httpx.AsyncClient(base_url=answering.address, verify=believes) as client,
    ):
        browser = Browser(client)
        back = await browser.log_in(COORDINATOR)
        given = back.headers.get_list("set-cookie")
        session = next(cookie for cookie in given if "Max-Age" not in cookie)
        assert session.startswith("__Host-keten=" if tls else "keten=")
        assert ("; Secure" in session) is tls
        assert "; Path=/" in session
        assert "domain" not in session.lower()
        assert ("strict-transport-security" in back.headers) is tls
        assert (await browser.get("/session")).status_code == 200
