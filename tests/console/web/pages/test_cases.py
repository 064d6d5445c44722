import re
from datetime import timedelta
from html import escape

import pytest

from console.wanted import NOWHERE, OTHERS, Wanted
from contracts.event import File
from tests.console.web.asking import Asker
from tests.console.web.doubles import OWNER, Desk, a_row
from tests.console.web.reading_pages import Parsed


def page(browser: Asker, path: str = "/cases", status: int = 200) -> Parsed:
    answer = browser.get(path)
    assert answer.status_code == status, answer.text
    return Parsed(answer.text)


def cases_of(shown: Parsed) -> list[str]:
    return [link for link in shown.links if link.startswith("/cases/")]


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("", Wanted()),
        ("region=Almere&kind=case", Wanted(region="Almere", kind="case")),
        (f"region={NOWHERE}&phase=triage", Wanted(region=NOWHERE, phase="triage")),
        ("turn=cosm-shelter", Wanted(turn="cosm-shelter")),
        (f"turn={OTHERS}", Wanted(not_turn=OWNER)),
        ("overdue=yes&alarm=yes&failing=yes&due=week", Wanted(overdue=True, alarm=True, failing=True, week=True)),
        ("region=&phase=&turn=&kind=&overdue=", Wanted()),
    ],
)
def test_what_stands_in_the_address_is_what_is_asked_for(desk: Desk, browser: Asker, address: str, wanted: Wanted) -> None:
    page(browser, f"/cases?{address}")
    assert desk.all_files.wanted == [wanted]


@pytest.mark.parametrize(
    "address",
    [
        "region=Atlantis",
        "phase=imagined",
        "kind=person",
        "turn=nobody",
        "overdue=perhaps",
        "due=month",
        "name=De+Vries",
        "kind=" + "x" * 900,
    ],
)
def test_what_cannot_be_chosen_is_said_and_nothing_is_asked(desk: Desk, browser: Asker, address: str) -> None:
    shown = page(browser, f"/cases?{address}", 400)
    name, _, value = address.partition("=")
    assert not desk.all_files.wanted
    assert "Deze keuze bestaat niet" in shown.words or "een keuze die niet bestaat" in shown.words
    assert value not in shown.words
    assert (name in {"name"}) != any(tag.get("aria-invalid") for _, tag in shown.tags)


def test_script_in_an_address_stays_out_of_the_page(browser: Asker) -> None:
    for address in ("phase=<script>alert(1)</script>", "<script>alert(1)</script>=x"):
        assert "<script>alert" not in browser.get(f"/cases?{address}").text


def test_what_is_chosen_is_chosen_in_the_form_and_stays_on_the_next_page(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(n) for n in range(1, 60)]
    shown = page(browser, "/cases?kind=case&turn=coordinator-almere")
    chosen = {tag["value"] for kind, tag in shown.tags if kind == "option" and "selected" in tag} - {""}
    assert chosen == {"case", OWNER}
    after = next(link for link in shown.links if "after=" in link)
    assert after.startswith("/cases?kind=case&turn=coordinator-almere&after=")
    rest = page(browser, after)
    assert len(cases_of(shown)) == 50
    assert len(cases_of(rest)) == 9
    assert "/cases?kind=case&turn=coordinator-almere" in rest.links


def test_a_place_that_is_none_begins_anew(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(1)]
    assert cases_of(page(browser, "/cases?after=imagined")) == [f"/cases/k{1:024d}"]


def test_how_many_there_are_bears_the_time_of_which_it_is(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(1), a_row(2)]
    assert re.search(r"2 dossiers, geteld om \d\d:\d\d:\d\d\.", page(browser).words)
    desk.listed.rows = [a_row(1)]
    assert "1 dossier, geteld om" in page(browser).words


def test_every_view_that_is_ready_can_be_asked_for(desk: Desk, browser: Asker) -> None:
    views = [link for link in page(browser).links if link.startswith("/cases?")]
    assert len(views) >= 5
    for view in views:
        assert f'href="{escape(view)}" aria-current="page"' in browser.get(view).text
    asked = desk.all_files.wanted[1:]
    assert {Wanted(overdue=True), Wanted(alarm=True), Wanted(week=True), Wanted(not_turn=OWNER), Wanted(kind="case")} <= {*asked}


def test_whoever_operates_sees_rows_and_cannot_open_them(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(1, alarm=True)]
    desk.rights = frozenset({"operate"})
    shown = page(browser)
    assert f"k{1:024d}" in shown.words
    assert not cases_of(shown)
    assert "/find" not in {tag["action"] for kind, tag in shown.tags if kind == "form"}
    desk.rights = frozenset({"handle"})
    handled = page(browser)
    assert cases_of(handled) == [f"/cases/k{1:024d}"]
    assert ("post", "/find") in {(tag["method"], tag["action"]) for kind, tag in handled.tags if kind == "form"}


@pytest.mark.parametrize("rights", [{"audit"}, {"oversee"}, set[str]()])
def test_nobody_else_sees_them(desk: Desk, browser: Asker, rights: set[str]) -> None:
    desk.rights = frozenset(rights)
    assert browser.get("/cases").status_code == 404
    assert not desk.all_files.wanted


def test_however_many_rows_there_are_one_page_is_asked_for(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(n, due=timedelta(hours=n)) for n in range(1, 300)]
    page(browser)
    assert len(desk.all_files.wanted) == 1
    assert not desk.memory.asked


def test_every_kind_and_phase_that_can_be_chosen_is_in_words(desk: Desk, browser: Asker) -> None:
    for kind in File:
        shown = page(browser, f"/cases?kind={kind}")
        codes = [tag["value"] for name, tag in shown.tags if name == "option"]
        assert kind in codes
