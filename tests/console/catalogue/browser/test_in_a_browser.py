"""The pages in a browser, from a file: one of each kind, in both languages."""

import re
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # pyright: ignore[reportMissingTypeStubs]
from playwright.sync_api import Browser, Page, expect, sync_playwright

from console.catalogue.site import of_today
from console.catalogue.writing import write_pages
from contracts.texts import LANGUAGES
from tests.console.catalogue.conftest import made
from tests.console.web.browser.conftest import CHROMIUM
from tests.console.web.browser.test_every_page import RULES, SIDEWAYS

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no browser at {CHROMIUM}: apt install chromium"),
]

OPTIONS = {**RULES, "preload": False}
"""It would ask for the style anew, which nothing may that was opened from a file."""
WIDTHS = (320, 360, 1280)
PATHS = {
    "start": "index.html",
    "event": "events/referrals.offered.v1.html",
    "itself": "events/files.ended.v1.html",
    "kind": "kinds/care_coordinator.html",
    "attributes": "attributes.html",
    "refusals": "refusals.html",
}
each_page = pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
each_language = pytest.mark.parametrize("language", LANGUAGES)

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pages = tmp_path_factory.mktemp("catalogue")
    write_pages(pages, made(of_today()).files)
    return pages


@pytest.fixture(scope="module")
def chromium() -> Generator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Browser, folder: Path) -> Generator[Opened]:
    """Opens pages from files; a complaint of the browser, or a request to anywhere else, fails the test."""
    complaints: list[str] = []
    contexts: list[Any] = []
    here = folder.as_uri()

    def open_page(path: str, *, width: int = 1280, **context: Any) -> Page:
        contexts.append(chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **context))
        page: Page = contexts[-1].new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(here) else complaints.append(asked.url))
        page.goto(f"{here}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def broken(page: Page) -> list[str]:
    axe: Any = Axe()
    found: list[dict[str, Any]] = axe.run(page, options=OPTIONS).response["violations"]
    return [f"{rule['id']}: {[node['html'][:200] for node in rule['nodes']][:3]}" for rule in found]


@each_language
@each_page
def test_a_page_has_no_fault_that_axe_finds_and_no_sideways_scroll(opened: Opened, path: str, language: str) -> None:
    page = opened(f"{language}/{path}", width=WIDTHS[0])
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == language
    looked_at = {320, 1280} if language == "nl" else {1280}  # how pages are laid out is the same in both
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(SIDEWAYS) <= 0, width
        assert width not in looked_at or broken(page) == [], width


def test_the_first_page_has_no_fault_and_leads_to_both_languages(opened: Opened) -> None:
    page = opened("index.html", width=320)
    assert broken(page) == []
    assert page.evaluate(SIDEWAYS) <= 0
    page.get_by_role("link", name="Nederlands").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogus van berichten")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue of events")


def test_it_is_read_whole_without_script(opened: Opened) -> None:
    page = opened("nl/index.html", java_script_enabled=False)
    expect(page.get_by_role("search")).to_have_count(0)
    page.get_by_role("link", name="Aanmelding", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aanmelding")
    page.locator("summary", has_text="Java").click()
    expect(page.get_by_text("HttpRequest.newBuilder")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "words", "name"),
    [
        ("nl", "terugkoppeling riec", "Terugkoppeling van het RIEC"),
        ("nl", "terugkoppeling riec", "Terugkoppeling van het RIEC (v2)"),
        ("nl", "ZORGCOORDINATOR", "Zorgcoördinator"),
        ("nl", "case_erased", "case_erased"),
        ("en", "safe_contact", "Report"),
    ],
)
def test_search_finds_by_words_in_any_order_and_without_accents(opened: Opened, language: str, words: str, name: str) -> None:
    page = opened(f"{language}/index.html")
    field, said = page.get_by_role("searchbox"), page.locator("[data-said]")
    field.fill(words)
    found = page.get_by_role("search").get_by_role("link", name=name, exact=True)
    expect(found).to_have_count(1)
    expect(said).to_have_text(re.compile(r": [1-9][0-9]*$"))
    found.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_search_that_finds_nothing_says_so_and_is_emptied(opened: Opened) -> None:
    page = opened("en/index.html")
    field, said = page.get_by_role("searchbox"), page.locator("[data-said]")
    field.fill("<img src=x onerror=alert(1)>")
    expect(said).to_have_text("Found: 0")
    field.press("Enter")
    expect(said).to_have_text("Found: 0")
    field.fill("")
    expect(said).to_have_text("")
    expect(page.get_by_role("search").get_by_role("link")).to_have_count(0)


@each_page
@pytest.mark.pictures
def test_a_page_is_pictured_for_whoever_wants_to_look(
    opened: Opened, path: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """With `--pictures FOLDER` they stay."""
    pictures = Path(str(request.config.getoption("--pictures") or tmp_path))
    name = next(name for name, at in PATHS.items() if at == path)
    for language in LANGUAGES:
        for width in (360, 1280):
            page = opened(f"{language}/{path}", width=width)
            page.screenshot(path=pictures / f"catalogue-{name}-{language}-{width}.png", full_page=True)
