"""Five people in five browsers lead a case from its report to its closure, in Dutch, by pages alone."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from console.door.dev_login import Offered
from contracts.events.signals import Signal, SignalReported
from tests.console.web.serving import ALMERE, Console, consoled
from tests.installed import PATIENCE, Keten

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt install chromium"),
]

POLICE, LELYSTAD, RIEC, FULL, SHELTER = (
    "police-midden-nederland",
    "lelystad",
    "riec-midden-nederland",
    "cosm-shelter",
    "womens-shelter",
)
COORDINATOR = Offered("coordinator", ALMERE)
BUSY, WORKER = Offered("shelter-worker", FULL), Offered("shelter-worker", SHELTER)
OFFICER, ANALYST = Offered("privacy-officer", LELYSTAD), Offered("information-officer", RIEC)

Step = tuple[Offered, str, dict[str, str]]
WAY: list[Step] = [
    (COORDINATOR, "accept_case", {}),
    (COORDINATOR, "record_triage", {"finding": "presumed_victim"}),
    (COORDINATOR, "record_intake", {"needs": "verzonnen behoefte", "person.language": "Pools"}),
    (COORDINATOR, "record_consent", {"help": "yes", "riec": "yes"}),
    (COORDINATOR, "offer_help", {"need.service": "cosm", "organisations.0": FULL, "organisations.1": SHELTER}),
    (
        COORDINATOR,
        "ask_privacy_check",
        {
            "observation.municipality": "GM0995",
            "observation.phenomenon": "verzonnen waarneming",
            "observation.sector": "labour",
        },
    ),
    (BUSY, "decline_offer", {"reason": "full"}),
    (WORKER, "accept_offer", {}),
    (WORKER, "report_first_contact", {}),
    (OFFICER, "bring_to_riec", {}),
    (ANALYST, "record_enrichment", {"findings": "verzonnen bevinding"}),
    (ANALYST, "record_weighing", {"weighing": "rejected"}),
    (WORKER, "complete_help", {"outcome": "safe_housing"}),
    (COORDINATOR, "start_aftercare", {}),
    (COORDINATOR, "conclude_case", {"outcome": "helped"}),
]


@asynccontextmanager
async def logged_in(chromium: Browser, console: Console, who: Offered) -> AsyncGenerator[Page]:
    """A browser of one's own, on the inbox of a person."""
    context = await chromium.new_context(locale="nl-NL", viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await page.goto(f"{console.answering.address}/inbox")
    chosen = page.locator(f'form:has([name="person"][value="{who.person}"]):has([name="agency"][value="{who.agency}"]) button')
    await chosen.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Mijn werk")
    yield page
    await context.close()


async def fill_in(page: Page, name: str, value: str) -> None:
    field = page.locator(f'main [name="{name}"]')
    kind = await field.first.evaluate("field => field.tagName === 'SELECT' ? 'select' : field.type")
    if kind in {"radio", "checkbox"}:
        await page.locator(f'main [name="{name}"][value="{value}"]').check()
    elif kind == "select":
        await field.select_option(value)
    else:
        await field.fill(value)


async def decide(page: Page, console: Console, case: str, command: str, answers: dict[str, str]) -> None:
    """Open the case, wait until this can be decided, fill in, check, send."""
    act = page.locator(f'main a[href$="/do/{command}"]')
    async with asyncio.timeout(PATIENCE):
        while True:
            await page.goto(f"{console.answering.address}/cases/{case}")
            if await act.count():
                break
            await asyncio.sleep(0.5)
    await act.first.click()
    for name, value in answers.items():
        await fill_in(page, name, value)
    if await page.get_by_role("button", name="Verder: nakijken").count():
        await page.get_by_role("button", name="Verder: nakijken").click()
    await page.get_by_role("button", name="Versturen").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Vastgelegd")


@pytest.mark.timeout(600)
async def test_five_people_lead_a_case_from_report_to_closure(keten: Keten) -> None:
    staff = keten.here.staff
    signal = SignalReported(signal=Signal(municipality="GM0995", account="verzonnen"))
    case = await staff.report(POLICE, signal, "signal-desk")
    async with consoled(keten.here.installation) as console, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        pages: dict[Offered, Page] = {}
        async with _all(chromium, console, pages):
            for who, command, answers in WAY:
                apart = who in {OFFICER, ANALYST}
                about = await staff.observation(COORDINATOR.agency, case) if apart else case
                await decide(pages[who], console, about, command, answers)
            await staff.sees(POLICE, case, "closed", "report")
            page = pages[COORDINATOR]
            await page.goto(f"{console.answering.address}/cases/{case}")
            await expect(page.locator("main")).to_contain_text("gesloten")
            assert await page.locator('main a[href*="/do/"]').count() == 0, "nothing is left to decide"
        await chromium.close()
    observed = await staff.observation(COORDINATOR.agency, case)
    files = [*await staff.files(case), *await staff.files(observed)]
    stories = [line.what for file in files for line in file.view.story if line.what in _commands()]
    assert sorted(stories) == sorted(command for _, command, _ in WAY)


def _commands() -> set[str]:
    return {command for _, command, _ in WAY}


@asynccontextmanager
async def _all(chromium: Browser, console: Console, pages: dict[Offered, Page]) -> AsyncGenerator[None]:
    people = dict.fromkeys(who for who, _, _ in WAY)
    assert len(people) == 5
    async with AsyncExitStack() as stack:
        for who in people:
            pages[who] = await stack.enter_async_context(logged_in(chromium, console, who))
        yield
