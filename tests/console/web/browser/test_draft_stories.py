"""What people begin and do not finish: kept by a script while they type, by buttons without one, and never in the browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from console.web.drafts_ports import TOO_MANY
from tests.console.web.browser.conftest import Opened
from tests.console.web.doubles import CASE, REFERENCE, Desk

INTAKE = f"/files/{CASE}/do/record_intake"
FORM = ("c-17", (CASE, "record_intake"))

STORED = """async () => [
    localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length
]"""


@pytest.fixture
def form(opened: Opened, town: Desk) -> Page:
    """An empty form, with a clock that a test moves."""
    town.drafts.kept.clear()
    page = opened("/help")
    page.clock.install()
    page.goto(INTAKE)
    return page


def typed(page: Page, words: str) -> None:
    page.get_by_label("RecordIntake.needs").fill(words)


def kept(page: Page, desk: Desk, words: str) -> None:
    """Wait until this is what is kept."""
    for _ in range(200):
        if FORM in desk.drafts.kept and dict(desk.drafts.kept[FORM][0].pairs)["needs"] == words:
            return
        page.evaluate("() => new Promise(done => queueMicrotask(done))")
        page.request.get("/look/keten.svg")
    raise AssertionError(f"{words} is not kept")


def test_what_is_typed_is_kept_when_the_hand_rests(form: Page, town: Desk) -> None:
    typed(form, "one")
    form.clock.run_for(2_000)
    assert FORM not in town.drafts.kept, "not at each key"
    form.clock.run_for(1_500)
    expect(form.locator("[data-kept]")).to_contain_text("Concept bewaard op")
    kept(form, town, "one")
    assert form.evaluate(STORED) == [0, 0, 0, 0]


def test_what_is_typed_is_kept_when_the_page_is_left(form: Page, town: Desk) -> None:
    typed(form, "in haste")
    form.get_by_role("link", name="Terug naar de zaak").click()
    expect(form.get_by_role("heading", level=1)).to_contain_text(REFERENCE)
    kept(form, town, "in haste")


def test_what_is_typed_is_kept_before_the_console_is_locked(form: Page, town: Desk) -> None:
    typed(form, "in haste")
    with form.expect_request("**/lock"):
        form.get_by_role("button", name="Vergrendelen").click()
    assert dict(town.drafts.kept[FORM][0].pairs)["needs"] == "in haste", "before, and not while"


def test_that_it_is_not_kept_is_said(form: Page, town: Desk) -> None:
    town.drafts.refuses = TOO_MANY
    typed(form, "one")
    form.clock.run_for(3_500)
    expect(form.get_by_text("u hebt al 100 concepten")).to_be_visible()
    town.drafts.refuses, town.rights = "", frozenset()
    typed(form, "two")
    form.clock.run_for(3_500)
    expect(form.get_by_text("Misschien bent u uitgelogd.")).to_be_visible()
    town.rights = frozenset({"handle"})
    typed(form, "three")
    form.clock.run_for(3_500)
    kept(form, town, "three")
    expect(form.get_by_text("Misschien bent u uitgelogd.")).to_be_hidden()


def test_a_form_that_is_sent_is_sent_once_and_kept_by_that(form: Page, town: Desk) -> None:
    typed(form, "one")
    form.get_by_role("button", name="Verder: nakijken").click()
    form.get_by_role("button", name="Versturen").click()
    expect(form.get_by_role("heading", level=1)).to_contain_text("Vastgelegd")
    assert FORM not in town.drafts.kept
    assert len(town.memory.decided) == 1


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_language_is_changed_and_everything_typed_stays(opened: Opened, script: bool) -> None:
    page = opened(INTAKE, java_script_enabled=script)
    typed(page, "an example\nof two lines")
    page.get_by_label("Person.birth_year").fill("long ago")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith(INTAKE)
    assert page.get_by_label("RecordIntake.needs").input_value() == "an example\nof two lines"
    assert page.get_by_label("Person.birth_year").input_value() == "long ago"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_form_is_gone_on_with_later_and_thrown_away(opened: Opened, town: Desk, script: bool) -> None:
    town.drafts.kept.clear()
    page = opened(INTAKE, width=390, java_script_enabled=script)
    typed(page, "an example")
    page.get_by_role("button", name="Bewaren en later verder").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Concepten")
    page.get_by_role("link", name=re.compile("^Verder ?: Record intake")).click()
    assert page.get_by_label("RecordIntake.needs").input_value() == "an example"
    page.get_by_role("link", name="Weggooien").click()
    page.get_by_role("button", name="Weggooien").click()
    expect(page.get_by_text("U hebt geen concepten.")).to_be_visible()
    assert not town.drafts.kept


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_file_is_taken_and_let_go_in_the_list(opened: Opened, town: Desk, script: bool) -> None:
    page = opened("/inbox", width=390, java_script_enabled=script)
    page.get_by_role("button", name=re.compile(f"^Ik neem dit over ?, {REFERENCE}")).click()
    assert page.url.endswith(f"/inbox#{CASE}")
    page.get_by_role("button", name=re.compile(f"^Ik laat dit los ?, {REFERENCE}")).click()
    expect(page.get_by_role("button", name=re.compile(f"^Ik pak dit op ?, {REFERENCE}"))).to_be_visible()
    assert CASE not in town.taken.by
