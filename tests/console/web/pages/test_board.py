from datetime import timedelta

import pytest

from console.web import ways
from console.web.pages import board
from contracts.hours import AMSTERDAM
from tests.console.web.asking import Asker
from tests.console.web.doubles import NOW, Closed, Desk
from tests.console.web.overview_double import Counted, Line, Oldest, Unconfirmed
from tests.console.web.reading_pages import Parsed
from tests.console.web.town import overview


@pytest.fixture(autouse=True)
def operator(desk: Desk) -> None:
    desk.rights = frozenset({"operate"})


def page(browser: Asker) -> Parsed:
    answer = browser.get("/board")
    assert answer.status_code == 200, answer.text
    return Parsed(answer.text)


def test_what_needs_a_hand_stands_oldest_first_with_how_much_where_and_since_when(desk: Desk, browser: Asker) -> None:
    desk.all_files = overview(desk)
    words = page(browser).words
    needs = ("Te laat: 12", "Berichten zonder bevestiging: 5", "Met een alarm: 3")
    assert [*needs] == sorted(needs, key=words.index)
    assert "al 2 dagen" in words
    assert "al 3 uur" in words
    assert "is van zorgregio Almere" in words
    assert "RIEC Midden-Nederland: 4" in words
    assert "Geweigerde berichten: 1" in words
    assert "Ligt stil door een fout: 1" in words
    desk.all_files.counted = desk.all_files.counted._replace(oldest=Oldest("-", NOW - timedelta(hours=1), None))
    words = page(browser).words
    assert words.index("Berichten zonder bevestiging: 5") < words.index("Te laat: 12")
    assert "is van zorgregio" not in words


def test_where_nothing_does_that_is_said(desk: Desk, browser: Asker) -> None:
    words = page(browser).words
    assert "heeft niets aandacht nodig" in words
    assert "Alle onderdelen doen het goed" in words


def test_each_number_leads_to_its_files(desk: Desk, browser: Asker) -> None:
    desk.all_files = overview(desk)
    shown = page(browser)
    leads = [link for link in shown.links if link.startswith("/cases?")]
    for link in (
        "overdue=yes",
        "alarm=yes",
        "failing=yes",
        "region=Zwolle",
        "region=_none",
        "kind=case",
        "kind=case&phase=triage",
    ):
        assert f"/cases?{link}" in leads
    for link in leads:
        assert browser.get(link).status_code == 200


def test_a_drawing_says_what_the_table_beside_it_says(desk: Desk, browser: Asker) -> None:
    desk.all_files = overview(desk)
    shown, html = page(browser), browser.get("/board").text
    assert html.count("<svg ") == html.count("<title id=") == html.count("<desc id=") == 3
    assert html.count("<rect ") == len([1 for kind, _ in shown.tags if kind == "tr"]) - 3
    assert "style=" not in html


def test_counts_bear_the_time_of_which_they_are(desk: Desk, browser: Asker) -> None:
    desk.all_files = overview(desk)
    assert f"131 open dossiers; geteld om {desk.all_files.at.astimezone(AMSTERDAM):%H:%M:%S}" in page(browser).words


def test_health_stands_in_one_line(desk: Desk, browser: Asker) -> None:
    desk.all_files.lines = (Line("office", "office of x", "is away", "start it"), Line("disk", "disk", "is there"))
    shown = page(browser)
    assert "Onderdelen die aandacht nodig hebben: 1" in shown.words
    assert "/health" in shown.links


@pytest.mark.parametrize("away", ["counts", "unconfirmed", "dead", "health"])
def test_what_is_away_is_said_and_the_rest_is_shown(desk: Desk, browser: Asker, away: str) -> None:
    desk.all_files = overview(desk)
    desk.all_files.away = {away}
    words = page(browser).words
    assert "nu niet te" in words
    assert ("Te laat: 12" in words) == (away != "counts")
    assert ("Geweigerde berichten" in words) == (away != "dead")
    desk.all_files.counted, desk.all_files.letters, desk.all_files.dead, desk.all_files.lines = Counted(), (), 0, ()
    assert "heeft niets aandacht nodig" not in page(browser).words, "what cannot be told is not taken for nothing"


def test_what_cannot_be_written_down_is_not_shown(desk: Desk, browser: Asker) -> None:
    desk.all_files.closed = Closed
    with pytest.raises(Closed):
        browser.get("/board")


@pytest.mark.parametrize("rights", [{"handle"}, {"audit"}, {"oversee"}])
def test_it_is_for_whoever_operates(desk: Desk, browser: Asker, rights: set[str]) -> None:
    desk.rights = frozenset(rights)
    assert browser.get("/board").status_code == 404
    assert not desk.all_files.asked


def test_each_question_is_asked_once(desk: Desk, browser: Asker) -> None:
    desk.all_files = overview(desk)
    page(browser)
    assert desk.all_files.asked == {"counts": 1, "unconfirmed": 1, "dead": 1, "health": 1}


def test_a_letter_to_somebody_who_left_the_directory_is_shown_too(desk: Desk, browser: Asker) -> None:
    desk.all_files.letters = (Unconfirmed("long-gone", 2, NOW - timedelta(days=1)),)
    assert "long-gone: 2" in page(browser).words
    assert board.LATEST > NOW


def test_letters_lead_to_their_pages_where_every_page_does(desk: Desk, browser: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.all_files = overview(desk)
    monkeypatch.setattr(ways, "WAYS", [way for way in ways.WAYS if way.path not in {"/dead", "/deliveries"}])
    shown = page(browser)
    assert not {"/dead", "/deliveries"} & {*shown.links}
    assert "keten dead list" in shown.words
    more = (ways.Way("/dead", "board.title", "operate"), ways.Way("/deliveries", "board.title", "operate"))
    monkeypatch.setattr(ways, "WAYS", [*ways.WAYS, *more])
    shown = page(browser)
    assert "keten dead list" not in shown.words
    html = browser.get("/board").text.partition("<main")[2]
    assert 'href="/dead"' in html
    assert 'href="/deliveries"' in html
