"""The page of what passes in a real browser: no fault that axe finds, no sideways scroll, whole without script."""

import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import sync_playwright

from console.sandbox.cast import cast
from console.sandbox.page import Orders, page
from console.sandbox.passing import Passing
from contracts.agencies import Directory
from runtime.http.listening import bound
from tests.console.sandbox.test_passing import Here, pass_on, received
from tests.console.web.browser.conftest import CHROMIUM
from tests.console.web.browser.test_every_page import SIDEWAYS, broken

pytestmark = [pytest.mark.long, pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no browser at {CHROMIUM}")]


async def _none(_: str) -> str:
    return ""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, directory: Directory) -> Generator[str]:
    """A page with events of ours and of others."""
    here = Here(tmp_path_factory.mktemp("keys"), directory)
    installation: Any = here
    passing = Passing(installation, directory.get("urk"))
    for to in ("urk", "almere", "urk"):
        pass_on(passing, here, received(directory), "signal-desk", to)
    app = page(
        cast(directory, directory.get("urk")), passing, ["export POST=http://127.0.0.1:8237/v1"], Orders(_none, _none, "key")
    )
    door = bound("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door.socket]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield door.address
    server.should_exit = True
    thread.join(30)


@pytest.mark.parametrize("path", ["/?language=nl", "/?language=en", "/events/1?language=nl", "/events/3?language=en"])
def test_a_page_is_clean_and_whole_without_script(address: str, path: str, tmp_path: Path) -> None:
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for width in (320, 1280):
            shown = browser.new_page(viewport={"width": width, "height": 900}, base_url=address, bypass_csp=True)
            shown.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            shown.goto(path)
            assert shown.locator("h1").count() == 1
            assert shown.evaluate(SIDEWAYS) <= 0, width
            assert broken(shown) == [], width
        without = browser.new_context(java_script_enabled=False, base_url=address).new_page()
        without.goto(path)
        assert without.locator("pre code").count() > 0
        browser.close()
    assert complaints == []


def test_a_row_for_each_event_and_content_where_it_is_ours(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        shown = browser.new_page(base_url=address)
        shown.goto("/?language=en")
        assert shown.locator("tbody tr").count() == 3
        assert shown.get_by_text("of two other agencies").count() == 1
        shown.get_by_role("link", name="content and curl of event 3").click()
        assert "with_coordinator" in shown.locator("pre").first.inner_text()
        shown.get_by_role("link", name="Nederlands").click()
        assert shown.locator("html").get_attribute("lang") == "nl"
        browser.close()
