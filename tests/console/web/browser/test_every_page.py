"""What must hold for every page, in every language and at every width."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # pyright: ignore[reportMissingTypeStubs]
from playwright.sync_api import Page

from console.web.spoken import spoken as everything
from contracts.texts import LANGUAGES
from tests.console.web.browser.conftest import Opened
from tests.console.web.doubles import Desk
from tests.console.web.town import PATHS

WIDTHS = (320, 390, 1280)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

every_page = pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)


def broken(page: Page) -> list[str]:
    """What axe finds against the rules."""
    axe: Any = Axe()
    found: list[dict[str, Any]] = axe.run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {[node['html'][:200] for node in rule['nodes']]}" for rule in found]


SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')]
    .filter(one => one.offsetParent && !one.closest('p, li > ul, .unseen') && !one.classList.contains('unseen'))
    .map(one => [one.outerHTML.slice(0, 120), one.type === 'checkbox' || one.type === 'radio' ? one.parentElement : one])
    .filter(([, box]) => box.getBoundingClientRect().height < 43.5)
    .map(([html]) => html)"""


@every_page
def test_a_page_has_no_fault_that_axe_finds_and_no_sideways_scroll(opened: Opened, path: str) -> None:
    """At every width; axe looks at the narrowest and the widest, which is how pages are laid out."""
    page = opened(path, width=WIDTHS[0])
    assert page.locator("h1").count() == 1
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(SIDEWAYS) <= 0, width
        assert page.evaluate(SMALL) == [], width
        assert width not in {WIDTHS[0], WIDTHS[-1]} or broken(page) == [], width


@every_page
def test_a_page_is_whole_in_english_and_with_forced_colours(opened: Opened, town: Desk, path: str) -> None:
    town.language = "en"
    page = opened(path, width=390, forced_colors="active")
    assert page.locator("html").get_attribute("lang") == "en"
    assert broken(page) == []


@every_page
def test_a_page_fits_with_text_twice_as_large(opened: Opened, path: str) -> None:
    page = opened(path, width=640)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(SIDEWAYS) <= 0


@every_page
def test_no_style_or_script_stands_in_a_page(opened: Opened, path: str) -> None:
    html = opened(path).content()
    assert "<style" not in html
    assert 'style="' not in html
    assert "data:" not in html
    assert html.count("<script") == html.count('<script src="/look/')


@every_page
@pytest.mark.pictures
def test_a_page_is_pictured_for_whoever_wants_to_look(
    opened: Opened, town: Desk, path: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """In the words that people read; with `--pictures FOLDER` they stay."""
    folder = request.config.getoption("--pictures") or tmp_path
    name = next(name for name, at in PATHS.items() if at == path)
    town.speak = everything
    for language in LANGUAGES:
        town.language = language
        for width in (390, 1280):
            opened(path, width=width).screenshot(path=Path(str(folder)) / f"{name}-{language}-{width}.png", full_page=True)
