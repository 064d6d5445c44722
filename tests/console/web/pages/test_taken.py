"""Somebody says that they take a file: colleagues see it in the list, at the case and before they decide, and still can."""

import pytest

from tests.console.web.asking import Asker
from tests.console.web.doubles import CASE, NOW, REFERENCE, Desk, Taken, a_case, a_row
from tests.console.web.reading_pages import Parsed

TAKE, LET_GO = f"/files/{CASE}/take", f"/files/{CASE}/let-go"
TRIAGE, CASE_PAGE = f"/files/{CASE}/do/record_triage", f"/cases/{REFERENCE}"


@pytest.fixture(autouse=True)
def a_case_of_ours(desk: Desk) -> None:
    desk.memory.views[CASE] = a_case("accept_case", "record_triage", phase="triage")
    desk.listed.rows = [a_row(), *(a_row(number) for number in range(2, 40))]


def shown(browser: Asker, path: str) -> Parsed:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return Parsed(answer.text)


@pytest.mark.parametrize("page", ["/inbox", CASE_PAGE])
def test_it_is_taken_seen_by_others_and_let_go(desk: Desk, browser: Asker, page: str) -> None:
    assert TAKE in shown(browser, page).actions
    taken = browser.post(TAKE, data={"_back": page})
    assert (taken.status_code, taken.headers["location"]) == (303, f"{page}#{CASE}")
    mine = shown(browser, page)
    assert "U hebt dit opgepakt op " in mine.words
    assert LET_GO in mine.actions
    desk.person = "c-18"
    for path in ("/inbox", CASE_PAGE, TRIAGE):
        assert "c-17 heeft dit opgepakt op " in shown(browser, path).words
    browser.post(LET_GO, data={"_back": page})
    assert desk.taken.by, "only whoever has it lets go"
    desk.person = "c-17"
    assert browser.post(LET_GO, data={"_back": page}).headers["location"] == f"{page}#{CASE}"
    assert TAKE in shown(browser, page).actions


def test_a_list_asks_once_for_all_its_rows(desk: Desk, browser: Asker) -> None:
    browser.get("/inbox")
    assert desk.taken.asked["of"] == 1


def test_it_is_no_lock_and_others_are_told_at_check(desk: Desk, browser: Asker) -> None:
    desk.taken.by[CASE] = Taken("c-18", NOW)
    check = Parsed(browser.post(TRIAGE, data=shown(browser, TRIAGE).sends(finding="unclear")).text)
    assert "c-18 heeft dit opgepakt" in check.words
    assert "U kunt dit toch doen." in check.words
    assert "c-18 heeft dit opgepakt" in shown(browser, f"/files/{CASE}/do/accept_case").words
    assert browser.post(f"{TRIAGE}/send", data=check.sends()).status_code == 303
    assert desk.memory.decided


def test_only_whom_one_knows_to_have_it_is_relieved(desk: Desk, browser: Asker) -> None:
    desk.taken.by[CASE] = Taken("c-18", NOW)
    browser.post(TAKE, data={"_back": "/inbox"})
    assert desk.taken.by[CASE].person == "c-18", "the page did not say that she has it"
    assert shown(browser, CASE_PAGE).sends()["_instead"] == "c-18"
    browser.post(TAKE, data={"_back": "/inbox", "_instead": "c-18"})
    assert desk.taken.by[CASE].person == "c-17"


def test_where_the_turn_has_ended_nobody_takes_it(desk: Desk, browser: Asker) -> None:
    desk.taken.by[CASE] = Taken("c-18", NOW)
    view = a_case("record_triage")
    theirs = view.track.model_copy(update={"turn": "cosm-shelter"})
    desk.memory.views[CASE] = view.model_copy(update={"track": theirs})
    assert "opgepakt" not in shown(browser, TRIAGE).words
    case = shown(browser, CASE_PAGE)
    assert "opgepakt" not in case.words
    assert TAKE not in case.actions
    assert not desk.taken.by, "it does not come back with the next turn"
    browser.post(TAKE, data={"_back": CASE_PAGE})
    assert not desk.taken.by


def test_a_turn_within_the_file_is_ours_too(desk: Desk, browser: Asker) -> None:
    view = a_case("record_triage")
    theirs = view.track.model_copy(update={"turn": "cosm-shelter"})
    desk.memory.views[CASE] = view.model_copy(update={"track": theirs, "tracks": (view.track,)})
    browser.post(TAKE, data={"_back": CASE_PAGE})
    assert desk.taken.by[CASE].person == "c-17"


def test_it_ends_with_the_decision_that_ends_the_turn(desk: Desk, browser: Asker) -> None:
    desk.taken.by[CASE] = Taken("c-17", NOW)
    accept = f"/files/{CASE}/do/accept_case"
    sent = browser.post(f"{accept}/send", data=shown(browser, accept).sends())
    browser.get(sent.headers["location"])
    assert desk.taken.by, "it is still our turn"
    view = desk.memory.views[CASE]
    theirs = view.track.model_copy(update={"turn": "cosm-shelter"})
    desk.memory.views[CASE] = view.model_copy(update={"track": theirs})
    browser.get(sent.headers["location"])
    assert not desk.taken.by


def test_what_waits_for_others_is_taken_by_nobody(desk: Desk, browser: Asker) -> None:
    desk.listed.rows = [a_row(turn="cosm-shelter")]
    desk.taken.by[CASE] = Taken("c-18", NOW)
    for path in ("/inbox", "/waiting"):
        page = shown(browser, path)
        assert "opgepakt" not in page.words
        assert TAKE not in page.actions


def test_that_somebody_takes_a_file_is_a_change_of_the_list(desk: Desk, browser: Asker) -> None:
    watch = next(str(given["data-watch"]) for _, given in shown(browser, "/inbox").tags if "data-watch" in given)
    assert browser.get(watch).status_code == 204
    desk.taken.by[CASE] = Taken("c-18", NOW)
    assert browser.get(watch).json()["said"].startswith("1 dossier is veranderd")


@pytest.mark.parametrize("back", ["", "https://evil.example.org", "//evil.example.org", "/lock", "/inbox/../lock", "/inboxes"])
def test_it_leads_nowhere_else(desk: Desk, browser: Asker, back: str) -> None:
    for path in (TAKE, LET_GO):
        assert browser.post(path, data={"_back": back}).headers["location"] == f"/inbox#{CASE}"


def test_a_later_page_of_the_list_comes_back(browser: Asker) -> None:
    back = "/inbox?after=due%3A50%2Fcoordinator-almere"
    assert browser.post(TAKE, data={"_back": back}).headers["location"] == f"{back}#{CASE}"


def test_only_files_of_ours_are_taken_by_whoever_may(desk: Desk, browser: Asker) -> None:
    other = f"case-k{2:024d}"
    for path in (f"/files/{other}/take", "/files/X/take", "/files/X/let-go"):
        assert browser.post(path).status_code == 404
    desk.memory.away = True
    assert browser.post(TAKE).status_code == 503
    desk.memory.away, desk.rights = False, frozenset({"operate"})
    for path in (TAKE, LET_GO):
        assert browser.post(path).status_code == 404
    assert not desk.taken.by
