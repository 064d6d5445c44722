"""A correction: written by one, released by another, and refused in words where it is wrong."""

import re

import pytest

from console.dead_letters import Fault
from tests.console.web.asking import Asker
from tests.console.web.doubles import Desk
from tests.console.web.letters import a_letter

BEFORE, AFTER = '{\n  "municipality": "GM9999"\n}', '{\n  "municipality": "GM0995"\n}'


@pytest.fixture(autouse=True)
def letter(desk: Desk) -> None:
    desk.rights = frozenset({"operate"})
    desk.refused.kept = {1: a_letter(1)}
    desk.correcting.texts = {1: BEFORE}


def form(said: str, what: str) -> dict[str, str]:
    found = re.search(rf'action="/dead/1/correction/{what}".*?</form>', said, re.S)
    assert found, said
    return dict(re.findall(r'name="(_\w+)" value="([^"]*)"', found[0]))


def test_it_is_kept_for_another_person_and_nothing_moves(desk: Desk, browser: Asker) -> None:
    sent = form(browser.get("/dead/1/correct").text, "correct") | {"data": AFTER}
    assert {browser.post("/dead/1/correction/correct", sent).status_code for _ in range(3)} == {303}
    said = browser.get("/dead/1/correct").text
    assert "- " in said
    assert "<del>-   &#34;municipality&#34;: &#34;GM9999&#34;</del>" in said
    assert "<ins>+   &#34;municipality&#34;: &#34;GM0995&#34;</ins>" in said
    assert "/correction/release" not in said, "she wrote it herself"
    assert not desk.correcting.released


def test_who_wrote_it_cannot_release_it_with_a_copied_request(desk: Desk, browser: Asker) -> None:
    desk.correcting.wait(1, "c-18", AFTER)
    sent = form(browser.get("/dead/1/correct").text, "release")
    desk.correcting.wait(1, "c-17", AFTER)
    assert browser.post("/dead/1/correction/release", sent).status_code == 404
    assert not desk.correcting.released


def test_another_releases_it_once(desk: Desk, browser: Asker) -> None:
    desk.correcting.wait(1, "c-18", AFTER)
    sent = form(browser.get("/dead/1/correct").text, "release")
    ends = [browser.post("/dead/1/correction/release", sent) for _ in range(5)]
    assert {end.headers["location"] for end in ends} == {"/dead/1/did/release_letter"}
    assert desk.correcting.released == [(1, AFTER)]
    assert browser.get("/dead/1/did/release_letter").status_code == 200


def test_what_was_not_looked_at_is_not_released(desk: Desk, browser: Asker) -> None:
    desk.correcting.wait(1, "c-18", AFTER)
    sent = form(browser.get("/dead/1/correct").text, "release")
    desk.correcting.wait(1, "c-18", '{"other": 1}')
    again = browser.post("/dead/1/correction/release", sent)
    assert again.status_code == 409
    assert "Er is intussen een andere correctie geschreven" in again.text
    assert not desk.correcting.released


def test_a_wrong_one_is_refused_at_its_place_and_nothing_typed_is_lost(desk: Desk, browser: Asker) -> None:
    desk.correcting.wrong = (Fault("signal.municipality", "string_pattern_mismatch"), Fault("", said="is not a field here"))
    sent = form(browser.get("/dead/1/correct").text, "correct") | {"data": "{ what I <b>typed"}
    again = browser.post("/dead/1/correction/correct", sent)
    assert again.status_code == 422
    assert "signal.municipality: Must be otherwise (string_pattern_mismatch)" in again.text
    assert "Said: is not a field here" in again.text
    assert "{ what I &lt;b&gt;typed" in again.text
    assert not desk.correcting.waits


def test_without_a_young_login_nothing_is_written_or_released(desk: Desk, browser: Asker) -> None:
    desk.correcting.wait(1, "c-18", AFTER)
    page = browser.get("/dead/1/correct").text
    desk.fresh = False
    for what in ("correct", "release"):
        again = browser.post(f"/dead/1/correction/{what}", form(page, what) | {"data": "what I typed"})
        assert again.status_code == 409
        assert "minder dan tien minuten" in again.text
    assert "what I typed" in browser.post("/dead/1/correction/correct", form(page, "correct") | {"data": "what I typed"}).text
    assert "/correction/release" not in browser.get("/dead/1/correct").text
    assert not desk.correcting.released
    assert [waits.person for waits, _ in desk.correcting.waits.values()] == ["c-18"]


def test_it_can_be_thrown_away(desk: Desk, browser: Asker) -> None:
    desk.correcting.wait(1, "c-17", AFTER)
    sent = form(browser.get("/dead/1/correct").text, "withdraw")
    assert browser.post("/dead/1/correction/withdraw", sent).status_code == 303
    assert not desk.correcting.waits


@pytest.mark.parametrize("what", ["correct", "release", "withdraw"])
def test_without_its_ticket_nothing_is_done(desk: Desk, browser: Asker, what: str) -> None:
    desk.correcting.wait(1, "c-18", AFTER)
    other = form(browser.get("/dead/1/correct").text, "withdraw" if what != "withdraw" else "correct")
    for sent in ({}, {"_ticket": other["_ticket"]}):
        assert browser.post(f"/dead/1/correction/{what}", sent | {"data": AFTER}).status_code == 403
    assert len(desk.correcting.waits) == 1


def test_what_only_its_sender_can_mend_has_no_such_page(desk: Desk, browser: Asker) -> None:
    desk.correcting.never = True
    assert browser.get("/dead/1/correct").status_code == 404


def test_it_is_for_who_may_operate(desk: Desk, browser: Asker) -> None:
    desk.rights = frozenset({"handle"})
    assert browser.get("/dead/1/correct").status_code == 404
    assert browser.post("/dead/1/correction/correct").status_code == 404


def test_what_is_gone_says_so(desk: Desk, browser: Asker) -> None:
    desk.correcting.wait(1, "c-18", AFTER)
    sent = form(browser.get("/dead/1/correct").text, "release")
    desk.correcting.waits.clear()
    assert browser.post("/dead/1/correction/release", sent).status_code == 404
