"""The pages as people use them, on real servers: from the inbox to a decision, and on to the next one."""

import asyncio
from collections.abc import AsyncGenerator
from http import HTTPStatus

import pytest
import pytest_asyncio

from console.door.dev_login import Offered
from console.web import overview_ports
from contracts.events.signals import Signal, SignalReported
from contracts.reference import new_reference
from tests.console.web.reading_pages import Parsed
from tests.console.web.serving import ALMERE, Browser, Console, consoled
from tests.installed import PATIENCE, Keten

pytestmark = pytest.mark.asyncio(loop_scope="session")

POLICE = "police-midden-nederland"
LONG = "\U0001f33b" * 7_900
"""Nearly as long as a text may be, of letters that take twelve bytes each as forms are sent."""

ACCOUNT = "an example that stands on one page only"
SILENT = "software van uw organisatie reageert"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def console(keten: Keten) -> AsyncGenerator[Console]:
    """The console of the installation that runs."""
    async with consoled(keten.here.installation) as console:
        yield console


@pytest_asyncio.fixture(loop_scope="session")
async def case(keten: Keten) -> str:
    """A case that its coordinator may accept."""
    here = keten.here
    signal = Signal(municipality="GM0995", account=ACCOUNT)
    reference = await here.staff.report(POLICE, SignalReported(signal=signal), "signal-desk")
    await here.staff.sees(ALMERE, reference, "offered", "case")
    return reference


async def logged_in(console: Console, who: Offered = Offered("coordinator", ALMERE)) -> Browser:  # noqa: B008 - never changed
    browser = console.browser()
    assert (await browser.log_in(who)).status_code == 303
    return browser


async def page(browser: Browser, path: str) -> Parsed:
    """A page that says all; where an office does not answer at once, as on a machine that is full, it is opened again."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await browser.get(path)
            if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE and SILENT not in answer.text:
                assert answer.status_code == 200, answer.text
                return Parsed(answer.text)
            await asyncio.sleep(0.5)


async def in_the_list(browser: Browser, reference: str, path: str = "/inbox") -> Parsed:
    """Lists follow a moment later, and have pages."""
    begins = path
    async with asyncio.timeout(PATIENCE):
        while True:
            shown = await page(browser, path)
            if f"/cases/{reference}" in shown.links:
                return shown
            path = next((link for link in shown.links if "after=" in link), begins)
            await asyncio.sleep(0.2)


async def test_the_desk_is_what_pages_ask_for(console: Console) -> None:
    desk: overview_ports.Desk = console.answering.desk  # types are checked, too
    assert desk.directory.get(ALMERE).slug == ALMERE


async def test_a_case_waits_in_the_inbox_and_is_decided(console: Console, case: str) -> None:
    browser = await logged_in(console)
    assert ACCOUNT not in (await in_the_list(browser, case)).text
    shown = await page(browser, f"/cases/{case}")
    accept = f"/files/case-{case}/do/accept_case"
    assert accept in shown.links
    assert ACCOUNT not in shown.text
    assert ACCOUNT in (await page(browser, f"/cases/{case}/content")).text
    check = await page(browser, accept)
    sent = await browser.post(f"{accept}/send", check.sends())
    assert sent.status_code == 303, sent.text
    done = await page(browser, sent.headers["location"])
    assert f"/cases/{case}" in done.links
    again = await browser.post(f"{accept}/send", check.sends())
    assert again.headers["location"] == sent.headers["location"]


async def test_a_case_is_found_by_filters_and_counted_where_it_is(console: Console, case: str) -> None:
    browser = await logged_in(console)
    filtered = "/cases?kind=case&phase=offered&turn=coordinator-almere"
    await in_the_list(browser, case, filtered)
    for other in ("phase=aftercare", "turn=_others&kind=case", "kind=placement"):
        assert f"/cases/{case}" not in (await page(browser, f"/cases?{other}")).links
    board = await page(browser, "/board")
    assert "/cases?kind=case&phase=offered" in board.links
    assert "nu niet te" not in board.words
    health = await page(browser, "/health")
    assert "kon niet worden bekeken" not in health.words
    assert ACCOUNT not in board.text


async def test_a_form_is_filled_in_checked_and_sent_once(keten: Keten, console: Console, case: str) -> None:
    browser = await logged_in(console)
    accept, triage = (f"/files/case-{case}/do/{name}" for name in ("accept_case", "record_triage"))
    await browser.post(f"{accept}/send", (await page(browser, accept)).sends())
    form = await page(browser, triage)
    wrong = await browser.post(triage, form.sends())
    assert wrong.status_code == 422
    assert "#f-finding" in Parsed(wrong.text).links
    check = Parsed((await browser.post(triage, form.sends(finding="presumed_victim"))).text)
    answers = await asyncio.gather(*(browser.post(f"{triage}/send", check.sends()) for _ in range(10)))
    assert {answer.headers["location"] for answer in answers} == {f"/files/case-{case}/did/record_triage?state=intake"}
    [file] = await keten.here.at(ALMERE, case)
    assert [line.what for line in file.view.story].count("record_triage") == 1


async def test_what_is_not_possible_any_more_says_so_and_keeps_what_was_typed(console: Console, case: str) -> None:
    browser = await logged_in(console)
    decline, accept = (f"/files/case-{case}/do/{name}" for name in ("decline_case", "accept_case"))
    check = Parsed((await browser.post(decline, (await page(browser, decline)).sends(reason="no_capacity"))).text)
    await browser.post(f"{accept}/send", (await page(browser, accept)).sends())
    refused = await browser.post(f"{decline}/send", check.sends())
    assert refused.status_code == 409
    assert "Geen capaciteit" in Parsed(refused.text).words
    assert (await browser.get(decline)).status_code == 409


async def test_who_reported_finds_the_own_file_and_nothing_of_the_case(console: Console, case: str) -> None:
    browser = await logged_in(console, Offered("reporter", POLICE))
    shown = await page(browser, f"/cases/{case}")
    assert f"/files/case-{case}/do/accept_case" not in shown.links
    assert f"/files/report-{case}/do/close_report" in shown.links
    anothers = await browser.get(f"/files/case-{case}/do/accept_case")
    nowhere = await browser.get(f"/cases/{new_reference()}")
    assert (anothers.status_code, nowhere.status_code) == (404, 404)


async def test_a_whole_way_by_forms_alone(console: Console, case: str) -> None:
    browser = await logged_in(console)
    steps: list[tuple[str, dict[str, str]]] = [
        ("accept_case", {}),
        ("record_triage", {"finding": "presumed_victim"}),
        ("record_intake", {"needs": f"an example\r\nof two lines {LONG}", "person__birth_year": "1990"}),
        ("record_consent", {"help": "yes"}),
        ("offer_help", {"need__service": "cosm", "organisations__0": "cosm-shelter"}),
    ]
    for command, answers in steps:
        path = f"/files/case-{case}/do/{command}"
        check = await page(browser, path)
        if answers:
            checked = await browser.post(path, check.sends(**answers))
            assert checked.status_code == 200, checked.text
            check = Parsed(checked.text)
        sent = await browser.post(f"{path}/send", check.sends())
        if sent.status_code == 409:  # another agency answered meanwhile: that was shown, and it is sent all the same
            sent = await browser.post(f"{path}/send", Parsed(sent.text).sends())
        assert sent.status_code == 303, sent.text
        assert (await browser.get(sent.headers["location"])).status_code == 200
    story = (await page(browser, f"/cases/{case}")).words
    assert "Voorbeeldopvang COSM" in story
    content = (await page(browser, f"/cases/{case}/content")).text
    assert "of two lines" in content
    assert "1990" in content


async def test_letters_consents_and_who_knew_what_are_shown_of_a_real_case(keten: Keten, console: Console, case: str) -> None:
    staff, need = keten.here.staff, {"service": "cosm"}
    await staff.decide(ALMERE, case, "accept_case")
    await staff.decide(ALMERE, case, "record_triage", finding="presumed_victim")
    await staff.decide(ALMERE, case, "record_intake", needs="an example")
    await staff.decide(ALMERE, case, "record_consent", help=True)
    await staff.decide(ALMERE, case, "offer_help", need=need, organisations=["cosm-shelter"])
    browser = await logged_in(console)
    await _says(browser, f"/cases/{case}/consent", "Hulp: toestemming geldt")
    await _says(browser, f"/cases/{case}/consent", "Aanmelding Voorbeeldopvang COSM")
    await _says(browser, f"/cases/{case}/deliveries", "Voorbeeldopvang COSM heeft het bericht, maar niemand")
    await _says(browser, f"/cases/{case}/knew", "hier besloten")
    assert ACCOUNT not in (await page(browser, f"/cases/{case}/knew")).text
    await page(browser, "/alarms")
    await page(browser, "/deliveries")
    reporter = await logged_in(console, Offered("reporter", POLICE))
    assert "Aanmelding" not in (await page(reporter, f"/cases/{case}/knew")).text, "of another agency nothing"


async def _says(browser: Browser, path: str, words: str) -> None:
    """Wait until a page says something: letters leave, and are confirmed, a moment later."""
    async with asyncio.timeout(PATIENCE):
        while words not in (await page(browser, path)).words:
            await asyncio.sleep(0.2)
