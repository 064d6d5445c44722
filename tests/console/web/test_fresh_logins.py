"""What weighs most asks for a login that is minutes old; what was typed waits meanwhile, for its person alone."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy import update

from console.door.dev_login import Offered
from console.installation import Installation
from console.web.app import page_routes
from console.web.aside import KEPT, MOST, Aside
from console.web.asked import asked, form_of
from console.web.desk import Desk
from console.web.fresh import done_with, log_in_again, taken_up
from runtime.database import open_database
from runtime.sessions.tables import SESSION
from tests.console.web.reading_pages import Parsed
from tests.console.web.serving import ALMERE, COORDINATOR, URK, Browser, Console, consoled, title

PATH = "/weighs"


def with_a_weighty_form(desk: Desk) -> list[APIRouter]:
    """A page that does something only for whoever has just logged in."""
    router = APIRouter()

    @router.get(f"{PATH}/form")
    async def form(request: Request) -> Response:
        who = await asked(desk, request)
        return PlainTextResponse(await desk.ticket(who.visit, "case-1", "weighs"))

    @router.post(PATH)
    async def send(request: Request) -> Response:
        who, posted = await asked(desk, request), await form_of(request)
        await desk.spend(who.visit, posted.control["_ticket"], "case-1", "weighs")
        if not desk.is_fresh(who.visit):
            return log_in_again(desk, request, who, f"{PATH}/again", form=posted)
        done_with(desk, who, f"{PATH}/again")
        return PlainTextResponse(f"done: {posted.answers}")

    @router.get(f"{PATH}/again")
    async def again(request: Request) -> Response:
        return PlainTextResponse(str(taken_up(desk, await asked(desk, request), f"{PATH}/again")))

    return [*page_routes(desk), router]


@pytest_asyncio.fixture
async def weighty(installation: Installation) -> AsyncGenerator[Console]:
    async with consoled(installation, with_a_weighty_form) as console:
        yield console


async def logged_in(console: Console, minutes: float | None, who: Offered = COORDINATOR) -> tuple[Browser, dict[str, str]]:
    """Somebody who proved who they are so many minutes ago, or of whom nobody knows; and what their form sends."""
    browser = console.browser()
    await browser.log_in(who)
    sends = {"_ticket": (await browser.get(f"{PATH}/form")).text, "words": "typed once"}
    moment = None if minutes is None else datetime.now(UTC) - timedelta(minutes=minutes)
    with open_database(console.installation.settings.console).begin() as connection:
        connection.execute(update(SESSION).values(proved_at=moment))
    return browser, sends


async def test_who_has_just_logged_in_is_asked_nothing(weighty: Console) -> None:
    browser, sends = await logged_in(weighty, 9)
    assert (await browser.post(PATH, sends)).text == "done: [('words', 'typed once')]"


@pytest.mark.parametrize("minutes", [11, None])
async def test_who_has_not_logs_in_once_more_and_nothing_typed_is_lost(weighty: Console, minutes: float | None) -> None:
    browser, sends = await logged_in(weighty, minutes)
    sent = await browser.post(PATH, sends)
    assert (sent.status_code, title(sent)) == (403, "Log hiervoor nog een keer in")
    link = next(link for link in Parsed(sent.text).links if link.startswith("/login"))
    assert link == f"/login?fresh=yes&back={PATH}/again"
    before = browser.secret
    back = await browser.log_in(path=link)
    assert back.headers["location"] == f"{PATH}/again"
    assert browser.secret != before
    assert "typed once" in (await browser.get(f"{PATH}/again")).text
    assert (await browser.post(PATH, sends)).text == "done: [('words', 'typed once')]", "with the same ticket"
    assert (await browser.get(f"{PATH}/again")).text == "None", "and then it is kept no longer"


async def test_what_was_typed_waits_for_its_person_alone(weighty: Console) -> None:
    browser, sends = await logged_in(weighty, 11)
    await browser.post(PATH, sends)
    weighty.installation.people.add("c-17", ALMERE)
    await browser.log_in(Offered("c-17", ALMERE), path=f"/login?fresh=yes&back={PATH}/again")
    assert (await browser.get(f"{PATH}/again")).text == "None"
    assert (await browser.post(PATH, sends)).status_code == 403, "nor is the ticket theirs"


async def test_a_fresh_login_is_for_the_same_agency(weighty: Console) -> None:
    weighty.installation.people.add("c-17", URK)
    weighty.installation.people.add("c-17", ALMERE)
    browser, _ = await logged_in(weighty, 11, Offered("c-17", URK))
    refused = await browser.log_in(Offered("c-17", ALMERE), path="/login?fresh=yes&back=/session")
    assert refused.status_code == 403
    back = await browser.log_in(Offered("c-17", URK), path="/login?fresh=yes&back=/session")
    assert back.headers["location"] == "/session"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TestAside:
    """Forms that were set aside."""

    @staticmethod
    def key(number: int) -> tuple[str, str, str]:
        return "c-17", ALMERE, f"/files/{number}"

    def test_it_is_there_until_it_is_old(self) -> None:
        clock = Clock()
        aside = Aside(clock)
        aside.keep(self.key(1), [("a", "b")])
        clock.now = KEPT - 1
        assert aside.find(self.key(1)) == (("a", "b"),)
        assert aside.find(self.key(1)), "a page may be loaded again"
        clock.now = KEPT
        assert aside.find(self.key(1)) is None

    def test_the_newest_takes_the_place_of_the_one_before(self) -> None:
        aside = Aside()
        aside.keep(self.key(1), [("a", "b")])
        aside.keep(self.key(1), [("a", "c")])
        assert aside.find(self.key(1)) == (("a", "c"),)

    def test_there_are_not_more_than_a_number(self) -> None:
        aside = Aside()
        for number in range(MOST + 1):
            aside.keep(self.key(number), [])
        assert aside.find(self.key(0)) is None
        assert aside.find(self.key(1)) is not None
