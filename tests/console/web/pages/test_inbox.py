from datetime import timedelta

import pytest

from contracts.hours import AMSTERDAM
from tests.console.web.asking import Asker
from tests.console.web.doubles import NOW, OWNER, REFERENCE, Desk, a_row
from tests.console.web.reading_pages import Parsed


def page(browser: Asker, path: str = "/inbox", status: int = 200) -> Parsed:
    answer = browser.get(path)
    assert answer.status_code == status, answer.text
    return Parsed(answer.text)


def test_rows_stand_by_deadline_in_groups_and_lead_to_their_case(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [
        a_row(1, due=timedelta(days=-2)),
        a_row(2, due=timedelta(days=9)),
        a_row(3, due=None),
        a_row(4, turn="cosm-shelter", due=timedelta(hours=1)),
    ]
    shown = page(browser)
    assert "2 dagen te laat" in shown.words
    assert "over 8 dagen" in shown.words
    assert shown.words.index("Te laat (1)") < shown.words.index("Later (2)") < shown.words.index("Wacht op anderen (1)")
    assert [link for link in shown.links if link.startswith("/cases/")] == [f"/cases/k{n:024d}" for n in (1, 2, 3, 4)]
    assert "zonder termijn" in shown.words


def test_what_is_due_today_stands_under_today(desk: Desk, browser: Asker) -> None:
    midnight = NOW.astimezone(AMSTERDAM).replace(hour=23, minute=59, second=59)
    desk.listed.rows = [a_row(1)._replace(due=midnight)]
    assert "Vandaag (1)" in page(browser).words


def test_an_alarm_is_said_in_words(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(1, alarm=True)]
    assert "Alarm" in page(browser).words.split()
    desk.listed.rows = [a_row(1)]
    assert "Alarm" not in page(browser).words.split()


def test_however_many_rows_there_are_lists_are_asked_as_often(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(n) for n in range(1, 300)]
    page(browser)
    assert desk.listed.asked == {"turn_of": 1, "waiting": 1}
    assert not desk.memory.asked


def test_the_next_page_begins_after_the_last_row(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(n) for n in range(1, 60)]
    after = next(link for link in page(browser).links if "after=" in link)
    rest = page(browser, after)
    assert len([link for link in rest.links if link.startswith("/cases/")]) == 9
    assert "/inbox" in rest.links
    assert not [link for link in rest.links if "after=" in link]


def test_a_place_that_is_none_begins_anew(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(1)]
    assert f"/cases/k{1:024d}" in page(browser, "/inbox?after=imagined").links
    assert f"/cases/k{1:024d}" in page(browser, f"/inbox?after=due:{'9' * 300}").links


@pytest.mark.parametrize(
    "typed", [REFERENCE, f" {REFERENCE.upper()} ", "k0123-4567 89abcdefghjkmnpq", REFERENCE.replace("0", "O")]
)
def test_a_reference_leads_straight_to_its_case(browser: Asker, typed: str) -> None:
    answer = browser.post("/find", {"reference": typed})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{REFERENCE}")


@pytest.mark.parametrize("typed", ["", "De Vries", "k123", "<script>alert(1)</script>", "x" * 5_000])
def test_what_is_no_reference_is_said_at_the_field(browser: Asker, typed: str) -> None:
    answer = browser.post("/find", {"reference": typed})
    assert answer.status_code == 400
    assert "Dit is geen kenmerk" in Parsed(answer.text).words
    assert "<script>alert" not in answer.text


def test_nothing_that_was_typed_to_find_a_case_stands_in_an_address(browser: Asker) -> None:
    assert ("post", "/find") in {(tag["method"], tag["action"]) for kind, tag in page(browser).tags if kind == "form"}
    assert browser.get("/find", params={"reference": REFERENCE}).status_code == 405


def test_a_page_is_told_how_many_files_changed_since(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(1), a_row(2), a_row(3)]
    asks = next(tag["data-watch"] for _, tag in page(browser).tags if "data-watch" in tag)
    assert asks
    assert browser.get(asks).status_code == 204
    desk.listed.rows = [a_row(1), a_row(2, alarm=True), a_row(4)]
    assert browser.get(asks).json() == {"said": "2 dossiers zijn veranderd sinds u keek."}
    desk.listed.rows = [a_row(1), a_row(2), a_row(3), a_row(4)]
    assert browser.get(asks).json() == {"said": "1 dossier is veranderd sinds u keek."}


def test_what_waits_for_others_has_a_page_of_its_own(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(n, turn="cosm-shelter") for n in range(1, 75)]
    assert "/waiting" in page(browser).links
    shown = page(browser, "/waiting")
    assert len([link for link in shown.links if link.startswith("/cases/")]) == 50
    after = next(link for link in shown.links if "after=" in link)
    assert len([link for link in page(browser, after).links if link.startswith("/cases/")]) == 24
    assert len([link for link in page(browser, "/waiting?after=imagined").links if link.startswith("/cases/")]) == 50


def test_another_agency_has_another_list(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(1, turn=OWNER)]
    desk.at = "cosm-shelter"
    assert "In 0 dossiers is uw organisatie aan de beurt" in page(browser).words


def test_where_the_agency_has_its_own_turn_too_it_says_for_whom_it_waits(desk: Desk, browser: Asker) -> None:
    """A shelter must answer in an hour; the coordinator looks at the case in some weeks. It stands in both lists."""
    due, soon = NOW + timedelta(days=20), NOW + timedelta(hours=1, minutes=30)
    both = a_row(1, step="Case.in_care")._replace(due=due, waits_for="cosm-shelter", waits_in="AidReferral.offered")
    desk.listed.rows = [both._replace(deadline=soon)]
    shown = page(browser, "/waiting")
    assert "AidReferral offered" in shown.words
    assert "over 1 uur" in shown.words
    assert desk.directory.get("cosm-shelter").name in shown.words
    assert "Case in_care" not in shown.words
    assert "Case in_care" in page(browser).words.partition("Wacht op anderen (1)")[0]
    desk.listed.rows = [both._replace(deadline=due)]
    unknown = page(browser, "/waiting").words
    assert "over" not in unknown.partition("AidReferral offered")[2].partition("why")[0], "that clock is the own one"
    assert "zonder termijn" not in unknown
