"""A browser, and pages that are served to it on loopback. Where there is no browser these tests are left out, and say so."""

import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from tests.console.web.doubles import Desk, application
from tests.console.web.town import set_out

CHROMIUM = Path("/usr/bin/chromium")

Opened = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not CHROMIUM.exists():
        skipped = pytest.mark.skip(reason=f"there is no browser at {CHROMIUM}: apt install chromium")
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(skipped)


class Serving:
    """Pages at an address."""

    def __init__(self) -> None:
        self.desk = Desk()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        config = uvicorn.Config(application(self.desk), host="127.0.0.1", port=self.port, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Generator["Serving"]:
        thread = threading.Thread(target=self._server.run, daemon=True)
        thread.start()
        ends = time.monotonic() + 30
        while not self._server.started:
            assert time.monotonic() < ends, "it did not start"
            time.sleep(0.02)
        try:
            yield self
        finally:
            self._server.should_exit = True
            self._server.force_exit = True
            thread.join(30)


@pytest.fixture(scope="module")
def served() -> Generator[Serving]:
    """One server for the tests of a file."""
    with Serving().running() as serving:
        yield serving


@pytest.fixture
def town(served: Serving) -> Desk:
    """Its desk, set out anew: a case in every state that pages show differently."""
    set_out(served.desk)
    return served.desk


@pytest.fixture(scope="module")
def chromium() -> Generator[Browser]:
    """A browser of this machine; nothing is downloaded."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Browser, served: Serving, town: Desk) -> Generator[Opened]:
    """Opens pages; whatever a browser complains about fails the test."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def open_page(path: str, *, width: int = 1280, **context: Any) -> Page:
        made = chromium.new_context(
            viewport={"width": width, "height": 900}, base_url=served.address, locale="nl-NL", reduced_motion="reduce", **context
        )
        contexts.append(made)
        page = made.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(served.address) else complaints.append(asked.url))
        page.goto(path)
        return page

    yield open_page
    for made in contexts:
        made.close()
    foreseen = ("the server responded with a status of",)
    assert [said for said in complaints if not any(words in said for words in foreseen)] == []
