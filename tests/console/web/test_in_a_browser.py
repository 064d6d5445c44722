"""The door in a real browser: one click and one is in, nothing of its policy is broken, and a lock leaves nothing behind."""

import shutil

import pytest
from playwright.async_api import ConsoleMessage, async_playwright, expect

from tests.console.web.serving import Console

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt install chromium")
async def test_in_by_one_click_and_out_by_another(console: Console) -> None:
    said: list[str] = []
    foreign: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await (await chromium.new_context(locale="en-GB")).new_page()
        page.on("console", lambda message: said.append(message.text) if _is_a_fault(message) else None)
        page.on("request", lambda asked: None if asked.url.startswith(console.answering.address) else foreign.append(asked.url))
        await page.goto(f"{console.answering.address}/session")
        await page.get_by_role("button", name="As coordinator at Zorgcoördinatie Almere").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your session")
        await page.get_by_role("button", name="Stay logged in").first.click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your session")
        assert await page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
        await page.get_by_role("button", name="Lock").last.click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Locked")
        await page.go_back()
        await expect(page.get_by_text("coordinator", exact=True)).to_have_count(0)
        await chromium.close()
    assert (said, foreign) == ([], [])


def _is_a_fault(message: ConsoleMessage) -> bool:
    """What a browser complains about; it looks for an icon where a page names none."""
    return message.type in {"error", "warning"} and not message.location["url"].endswith("/favicon.ico")
