"""Every page leads to the pages that somebody may open, and to no other."""

import pytest

from console.web.ways import WAYS, menu, ways_for
from runtime.people.lists import Right
from tests.console.web.asking import Asker
from tests.console.web.doubles import CASE, Desk, a_case
from tests.console.web.reading_pages import Parsed


def test_a_way_is_for_a_right_that_there_is() -> None:
    assert {way.right for way in WAYS} <= {"", *Right}
    assert [way.path for way in ways_for([])] == [way.path for way in WAYS if not way.right]
    assert ways_for(list(Right)) == list(WAYS)


def test_the_page_where_somebody_is_stands_out(desk: Desk, browser: Asker) -> None:
    said = browser.get("/help").text
    assert '<a href="/help" aria-current="page">' in said
    assert '<a href="/inbox">' in said


def test_a_way_that_needs_a_right_is_shown_to_nobody_else(desk: Desk, browser: Asker) -> None:
    desk.rights = frozenset({"audit"})
    said = browser.get("/help").text
    assert '<a href="/inbox">' not in said.partition("<nav")[2].partition("</nav>")[0]


@pytest.mark.parametrize(("number", "shown"), [(0, ""), (3, "(3)")])
def test_the_menu_says_how_many_drafts_are_ones_own(desk: Desk, browser: Asker, number: int, shown: str) -> None:
    desk.begun = number
    menu_words = browser.get("/help").text.partition('href="/drafts"')[2].partition("</a>")[0]
    assert menu_words.partition(">")[2].removeprefix("Concepten").strip() == shown


def test_what_answers_a_form_says_no_number_that_it_may_have_changed(desk: Desk, browser: Asker) -> None:
    desk.begun = 3
    desk.memory.views[CASE] = a_case("record_triage", phase="triage")
    path = f"/files/{CASE}/do/record_triage"
    answer = browser.post(path, data=Parsed(browser.get(path).text).sends())
    assert "(3)" not in answer.text
    assert "(3)" in browser.get(path).text


def test_what_belongs_together_is_shown_there_and_nowhere_else() -> None:
    under = {way.path for way in WAYS if way.under}
    assert {way.under for way in WAYS if way.under} <= {way.path for way in WAYS if not way.under}
    for path in ("/inbox", "/help", "/session", "/cases/k0123456789abcdefghjkmnpq"):
        shown = menu(list(Right), path)
        assert not shown.under, path
        assert not under & {step.path for step in shown.steps}
    shown = menu(list(Right), "/dead/418")
    assert {step.path for step in shown.under} == {"/board", *under}
    assert [step.path for step in shown.steps if step.current] == ["/board"]
    assert [(step.path, step.current) for step in shown.under if step.current] == [("/dead", "true")]
    assert [step.path for step in menu(list(Right), "/dead").under if step.current == "page"] == ["/dead"]
    assert not menu([Right.HANDLE], "/dead").under, "who may not open it sees nothing of it"
