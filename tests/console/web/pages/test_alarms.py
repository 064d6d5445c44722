from datetime import timedelta

from tests.console.web.asking import Asker
from tests.console.web.doubles import CASE, REFERENCE, Desk, a_case, a_row
from tests.console.web.reading_pages import Parsed

HOUR = timedelta(hours=1)


def cases(said: Parsed) -> list[str]:
    return [link for link in said.links if link.startswith("/cases/")]


def test_every_file_with_an_open_alarm_is_shown_also_where_another_must_act(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [
        a_row(1, alarm=True, due=3 * HOUR),
        a_row(2),
        a_row(3, alarm=True, due=-HOUR, turn="cosm-shelter"),
        a_row(4, alarm=True, due=None),
    ]
    said = Parsed(browser.get("/alarms").text)
    assert cases(said) == [f"/cases/k{number:024d}" for number in (3, 1, 4)]
    assert "In 3 dossiers" in said.words
    assert "Voorbeeldopvang COSM" in said.words
    assert not desk.memory.asked, "a list asks no file"


def test_an_alarm_leads_to_its_case_where_it_is_acknowledged(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(alarm=True)]
    desk.memory.views[CASE] = a_case("acknowledge_alarms", alarms=("nobody answers",))
    [link] = cases(Parsed(browser.get("/alarms").text))
    assert link == f"/cases/{REFERENCE}"
    assert f"/files/{CASE}/do/acknowledge_alarms" in Parsed(browser.get(link).text).links


def test_a_long_list_has_pages_and_every_file_stands_once(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(number, alarm=True, due=number * HOUR) for number in range(1, 71)]
    first = Parsed(browser.get("/alarms").text)
    [more] = [link for link in first.links if "after=" in link]
    second = Parsed(browser.get(more).text)
    assert cases(first) + cases(second) == [f"/cases/k{number:024d}" for number in range(1, 71)]
    assert "/alarms" in second.links, "back to the beginning"


def test_what_is_no_place_in_the_list_begins_it_anew(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(1, alarm=True)]
    assert cases(Parsed(browser.get("/alarms", {"after": "nowhere"}).text)) == [f"/cases/k{1:024d}"]


def test_where_there_is_none_that_is_said(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(1)]
    assert "Nergens is een alarm" in Parsed(browser.get("/alarms").text).words


def test_nobody_sees_them_without_the_right(desk: Desk, browser: Asker) -> None:
    desk.rights = frozenset({"operate"})
    assert browser.get("/alarms").status_code == 404
