"""What people do in a browser: by keyboard, by touch, with script and without."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.console.web.browser.conftest import Opened
from tests.console.web.browser.test_every_page import broken
from tests.console.web.doubles import CASE, REFERENCE, Desk, a_row

INTAKE = f"/files/{CASE}/do/record_intake"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_case_is_found_opened_and_decided(opened: Opened, town: Desk, script: bool) -> None:
    page = opened("/inbox", width=390, java_script_enabled=script)
    page.get_by_label("Zoek een zaak").fill(REFERENCE.upper())
    page.get_by_role("button", name="Open de zaak").click()
    page.get_by_role("link", name="Record triage").click()
    page.get_by_role("button", name="Verder: nakijken").click()
    expect(page.get_by_role("alert")).to_contain_text("Er klopt iets niet")
    page.get_by_label("Finding:unclear").check()
    page.get_by_role("button", name="Verder: nakijken").click()
    expect(page.get_by_text("Er is nog niets verstuurd.")).to_be_visible()
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vastgelegd: Record triage")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vastgelegd: Record triage")
    assert [(name, command) for name, command, _ in town.memory.decided] == [(CASE, "record_triage")]


def test_a_decision_is_made_by_keyboard_alone(opened: Opened, town: Desk) -> None:
    page = opened(f"/files/{CASE}/do/record_triage")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Naar de inhoud")
    page.keyboard.press("Enter")
    _tab_to(page, "input[type=radio]")
    page.keyboard.press("Space")
    _tab_to(page, "main button.button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Er is nog niets verstuurd")
    _tab_to(page, "main button.button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vastgelegd")
    assert len(town.memory.decided) == 1


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", selector):
            outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", "where one is can be seen"
            return
    raise AssertionError(f"{selector} is not reached by keyboard")


def test_after_a_mistake_the_summary_has_the_focus_and_leads_to_the_field(opened: Opened) -> None:
    page = opened(INTAKE)
    page.get_by_label("Person.birth_year").fill("long ago")
    page.get_by_role("button", name="Verder: nakijken").click()
    expect(page.locator(".summary")).to_be_focused()
    page.get_by_role("link", name="Person.birth_year").click()
    expect(page.get_by_label("Person.birth_year")).to_be_focused()
    assert page.get_by_label("Person.birth_year").input_value() == "long ago"


def test_a_double_click_decides_once(opened: Opened, town: Desk) -> None:
    page = opened(f"/files/{CASE}/do/accept_case")
    page.get_by_role("button", name="Versturen").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vastgelegd")
    assert len(town.memory.decided) == 1


def test_going_back_and_sending_again_decides_once(opened: Opened, town: Desk) -> None:
    page = opened(f"/files/{CASE}/do/record_triage")
    page.get_by_label("Finding:unclear").check()
    page.get_by_role("button", name="Verder: nakijken").click()
    sends = page.locator("main form").evaluate("form => new URLSearchParams(new FormData(form)).toString()")
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vastgelegd")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    again = page.request.post(f"/files/{CASE}/do/record_triage/send", data=sends, headers=headers)
    assert "Vastgelegd" in again.text()
    assert len(town.memory.decided) == 1


def test_a_text_comes_back_as_it_was_typed(opened: Opened) -> None:
    typed = '\n\nfirst <b>line</b>\n\tsecond & "third"\n'
    page = opened(INTAKE)
    page.get_by_label("RecordIntake.needs").fill(typed)
    page.get_by_role("button", name="Verder: nakijken").click()
    page.get_by_role("button", name="Antwoorden wijzigen").click()
    assert page.get_by_label("RecordIntake.needs").input_value() == typed


def test_when_nothing_answers_the_answers_stay_and_are_sent_again(opened: Opened, town: Desk) -> None:
    page = opened(INTAKE)
    page.get_by_label("RecordIntake.needs").fill("an example")
    page.get_by_role("button", name="Verder: nakijken").click()
    town.memory.away = True
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("alert")).to_contain_text("Er is nog niets bevestigd")
    expect(page.get_by_text("an example")).to_be_visible()
    town.memory.away = False
    page.get_by_role("button", name="Probeer opnieuw").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vastgelegd")


def test_a_list_that_changed_says_so_and_moves_nothing(opened: Opened, town: Desk) -> None:
    page = opened("/inbox")
    page.clock.install()
    page.goto("/inbox")
    before = page.locator(".rows").first.inner_text()
    town.listed.rows = [*town.listed.rows, a_row(99)]
    page.clock.run_for(11_000)
    expect(page.get_by_text("1 dossier is veranderd sinds u keek.")).to_be_visible()
    assert page.locator(".rows").first.inner_text() == before
    page.get_by_role("link", name="Toon").click()
    expect(page.locator(f"a[href='/cases/k{99:024d}']")).to_be_visible()


def test_before_the_session_ends_a_person_is_warned(opened: Opened, town: Desk) -> None:
    page = opened("/help")
    page.clock.install()
    page.goto("/help")
    warning = page.get_by_role("button", name="Ingelogd blijven")
    page.clock.run_for(27 * 60_000)
    expect(warning).to_be_hidden()
    town.seen = datetime.now(UTC) - timedelta(minutes=28, seconds=30)
    page.clock.run_for(2 * 60_000)
    expect(warning).to_be_visible()
    with page.expect_response("**/session"):
        warning.click()
    expect(warning).to_be_hidden()
    assert datetime.now(UTC) - town.seen < timedelta(minutes=10), "it lasts anew"


def test_nobody_is_warned_whose_session_another_window_made_last(opened: Opened) -> None:
    page = opened("/help")
    page.clock.install()
    page.goto("/help")
    with page.expect_response("**/session") as asked:
        page.clock.run_for(29 * 60_000)
    asked.value.finished()
    page.evaluate("() => new Promise(done => queueMicrotask(done))")
    expect(page.get_by_role("button", name="Ingelogd blijven")).to_be_hidden()


def test_before_the_longest_session_ends_nobody_is_offered_to_stay(opened: Opened, town: Desk) -> None:
    town.began = datetime.now(UTC) - timedelta(hours=7, minutes=50)
    page = opened("/help")
    page.clock.install()
    page.goto("/help")
    said = page.get_by_text("Over twee minuten eindigt uw sessie, wat u ook doet")
    page.clock.run_for(7 * 60_000)
    expect(said).to_be_hidden()
    town.began -= timedelta(minutes=8, seconds=30)
    page.clock.run_for(2 * 60_000)
    expect(said).to_be_visible()
    expect(page.get_by_role("button", name="Ingelogd blijven")).to_be_hidden()


def test_a_reference_that_is_none_is_said_on_a_page_without_faults(opened: Opened) -> None:
    page = opened("/inbox", width=320)
    page.get_by_label("Zoek een zaak").fill("De Vries")
    page.get_by_role("button", name="Open de zaak").click()
    expect(page.get_by_role("alert")).to_contain_text("Dit is geen kenmerk")
    assert page.url.endswith("/find")
    assert broken(page) == []


def test_content_is_hidden_when_nobody_moves(opened: Opened) -> None:
    page = opened("/help")
    page.clock.install()
    page.goto(f"/cases/{REFERENCE}/content")
    told = page.get_by_text("An example of a text").first
    expect(told).to_be_visible()
    page.clock.run_for(5 * 60_000 + 1_000)
    expect(told).to_be_hidden()
    page.get_by_role("button", name="Toon de inhoud").click()
    expect(told).to_be_visible()


def test_the_language_is_changed_on_the_same_page(opened: Opened) -> None:
    page = opened(f"/cases/{REFERENCE}")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith(f"/cases/{REFERENCE}")
