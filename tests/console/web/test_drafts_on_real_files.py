"""A half-done form on real servers: back whole in another browser of a console that was started anew, gone when it is sent."""

import pytest

from console.web import drafts_ports
from contracts.events.signals import Signal, SignalReported
from runtime.people.lists import Right
from tests.console.web.reading_pages import Parsed
from tests.console.web.serving import ALMERE, COORDINATOR, URK, Browser, Console, consoled
from tests.console.web.test_pages_on_real_files import LONG, POLICE, in_the_list, logged_in, page
from tests.installed import Keten

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEEDS = f"an example <of>\r\ntwo lines {LONG}"
TYPED = {"needs": NEEDS, "person__birth_year": "long ago", "person__name": "zzmark-draft-zz"}


async def ready(browser: Browser, case: str) -> str:
    """The form of an intake, once the case is so far."""
    steps: list[tuple[str, dict[str, str]]] = [("accept_case", {}), ("record_triage", {"finding": "presumed_victim"})]
    for command, answers in steps:
        path = f"/files/case-{case}/do/{command}"
        sent = await browser.post(f"{path}/send", (await page(browser, path)).sends(**answers))
        assert sent.status_code == 303, sent.text
    return f"/files/case-{case}/do/record_intake"


async def a_case(keten: Keten) -> str:
    signal = Signal(municipality="GM0995", account="an example")
    reference = await keten.here.staff.report(POLICE, SignalReported(signal=signal), "signal-desk")
    await keten.here.staff.sees(ALMERE, reference, "offered", "case")
    return reference


def values(sends: dict[str, str]) -> dict[str, str]:
    """What was typed, as a page says it."""
    return {name: sends[name.replace("__", ".")].replace("\r\n", "\n") for name in TYPED}


async def test_a_form_comes_back_whole_after_logout_a_new_start_and_in_another_browser(keten: Keten) -> None:
    case = await a_case(keten)
    async with consoled(keten.here.installation) as console:
        desk: drafts_ports.Desk = console.answering.desk  # types are checked, too
        assert desk.drafts
        browser = await logged_in(console)
        intake = await ready(browser, case)
        form = (await page(browser, intake)).sends(**TYPED)
        assert (await browser.post(f"{intake}/draft", form)).status_code == 200
        await browser.post("/lock")
        assert (await browser.post(f"{intake}/draft", form)).status_code == 401
    async with consoled(keten.here.installation) as console:
        await others_read_nothing(console, case, intake)
        browser = await logged_in(console)
        assert intake in (await page(browser, "/drafts")).links
        again = await page(browser, intake)
        assert values(again.sends()) == {name: value.replace("\r\n", "\n") for name, value in TYPED.items()}
        home = keten.here.installation.settings.home
        stored = b"".join(path.read_bytes() for path in home.glob("console.db*"))
        assert f"case-{case}".encode() in stored
        assert b"zzmark-draft" not in stored
        assert b"two lines" not in stored
        check = Parsed((await browser.post(intake, again.sends(person__birth_year="1990"))).text)
        sent = await browser.post(f"{intake}/send", check.sends())
        assert sent.status_code == 303, sent.text
        assert intake not in (await page(browser, "/drafts")).links


async def others_read_nothing(console: Console, case: str, intake: str) -> None:
    """A colleague is told that there is one; the same person at another agency is not."""
    colleague = await console.person("c-18", ALMERE, Right.HANDLE)
    told = await page(colleague, f"/cases/{case}")
    assert f"{COORDINATOR.person} heeft een concept bij deze zaak" in told.words
    form = await page(colleague, intake)
    assert "zzmark" not in form.text
    assert form.sends()["person.name"] == ""
    elsewhere = await console.person(COORDINATOR.person, URK, Right.HANDLE)
    for browser in (colleague, elsewhere):
        assert intake not in (await page(browser, "/drafts")).links
        assert (await browser.get(f"{intake}/discard")).status_code == 404
        await browser.post(f"{intake}/discard")
    assert (await elsewhere.get(intake)).status_code == 404
    assert (await elsewhere.post(f"/files/case-{case}/take")).status_code == 404


async def test_a_file_is_taken_in_the_list_and_colleagues_see_it(keten: Keten) -> None:
    case = await a_case(keten)
    async with consoled(keten.here.installation) as console:
        browser, colleague = await logged_in(console), await console.person("c-18", ALMERE, Right.HANDLE)
        await in_the_list(browser, case)
        taken = await browser.post(f"/files/case-{case}/take", {"_back": "/inbox"})
        assert taken.headers["location"] == f"/inbox#case-{case}"
        shown = await in_the_list(colleague, case)
        assert f"{COORDINATOR.person} heeft dit opgepakt" in shown.words
        assert f"{COORDINATOR.person} heeft dit opgepakt" in (await page(colleague, f"/cases/{case}")).words
        accept = f"/files/case-{case}/do/accept_case"
        check = await page(colleague, accept)
        assert f"{COORDINATOR.person} heeft dit opgepakt" in check.words
        assert (await colleague.post(f"{accept}/send", check.sends())).status_code == 303, "it is no lock"
