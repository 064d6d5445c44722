"""Refused events: the list, one of them, and what can be done with it."""

import json
import re

import pytest

from tests.console.web.asking import Asker
from tests.console.web.doubles import Desk
from tests.console.web.letters import a_letter
from tests.console.web.town import REFUSED

HIDING = json.dumps({"data": {"account": "<script>alert(1)</script> \u202egone\x1b[2J"}}, ensure_ascii=False).encode()


@pytest.fixture(autouse=True)
def operator(desk: Desk) -> None:
    desk.rights = frozenset({"operate"})


def ticket(page: str, action: str) -> dict[str, str]:
    """That of a form."""
    found = re.search(rf'action="{action}".*?name="_ticket" value="([^"]+)"', page, re.S)
    assert found, page
    return {"_ticket": found[1]}


def test_they_are_listed_the_newest_first_and_a_page_at_a_time(desk: Desk, browser: Asker) -> None:
    desk.refused.kept = {number: a_letter(number) for number in range(1, 121)}
    first = browser.get("/dead").text
    numbers = [int(number) for number in re.findall(r'href="/dead/(\d+)"', first)]
    assert numbers == [*range(120, 70, -1)]
    assert "Gemeente Almere" in first or "almere" in first.lower()
    assert "/dead?before=71" in first
    last = browser.get("/dead", {"before": "21"}).text
    assert [int(number) for number in re.findall(r'href="/dead/(\d+)"', last)] == [*range(20, 0, -1)]
    assert "/dead?before=" not in last
    assert desk.refused.asked == {"newest": 2}, "never a question per row"


@pytest.mark.parametrize("path", ["/dead", "/dead/1", "/dead/1/did/replay_letter"])
def test_they_are_for_who_may_operate(desk: Desk, browser: Asker, path: str) -> None:
    desk.refused.kept = {1: a_letter(1)}
    desk.rights = frozenset({"handle", "audit", "oversee"})
    assert browser.get(path).status_code == 404
    for what in ("replay", "dismiss"):
        assert browser.post(f"/dead/1/{what}").status_code == 404
    assert not desk.refused.asked


@pytest.mark.parametrize("number", ["0", "x", "1" * 30, "-1", "²", "99999999999999999999"])
def test_a_number_that_cannot_be_is_not_asked_for(desk: Desk, browser: Asker, number: str) -> None:
    assert browser.get(f"/dead/{number}").status_code == 404
    assert not desk.refused.asked


def test_the_place_of_a_fault_is_said_in_words(desk: Desk, browser: Asker) -> None:
    desk.refused.kept, desk.refused.texts = {1: a_letter(1)}, {1: REFUSED}
    said = browser.get("/dead/1").text
    assert "data.signal.municipality" in said
    assert "data.signal.urgency" in said
    assert "Must be otherwise (missing)" in said


def test_a_municipality_that_nobody_knows_is_found_in_the_message(desk: Desk, browser: Asker) -> None:
    text = json.dumps({"data": {"signal": {"municipality": "GM9999"}}}).encode()
    desk.refused.kept, desk.refused.texts = {1: a_letter(1, "municipality_unknown", reason="none has it")}, {1: text}
    said = browser.get("/dead/1").text
    assert "data.signal.municipality" in said
    assert "Said: none has it" in said


def test_of_a_fault_in_the_content_the_list_says_the_place(desk: Desk, browser: Asker) -> None:
    reason = "data.signal.municipality: Field required; data.signal.urgency: Input should be 'high'"
    desk.refused.kept = {1: a_letter(1, reason=reason), 2: a_letter(2, "not_sealed", reason="content must be: sealed; so: it is")}
    said = browser.get("/dead").text
    assert "data.signal.municipality, data.signal.urgency<" in said
    assert "Said: content must be: sealed" in said


def test_of_which_only_a_hash_was_kept_cannot_be_chosen(desk: Desk, browser: Asker) -> None:
    desk.refused.kept = {1: a_letter(1), 2: a_letter(2, hash="0" * 64, body=b"")}
    said = browser.get("/dead").text
    assert 'value="1"' in said
    assert 'name="item" value="2"' not in said


def test_what_is_shown_commands_and_hides_nothing(desk: Desk, browser: Asker) -> None:
    desk.refused.kept, desk.refused.texts = {1: a_letter(1, "not_handled")}, {1: HIDING}
    said = browser.get("/dead/1").text
    assert "<script>alert" not in said
    assert "&lt;script&gt;alert" in said
    assert "\u202e" not in said
    assert "\x1b" not in said
    assert r"\u202e" in said


@pytest.mark.parametrize("body", [b"\xff\x00 no text", b"[" * 100_000, b"", b"\x1b[2J"])
def test_what_is_no_event_is_shown_as_it_came(desk: Desk, browser: Asker, body: bytes) -> None:
    desk.refused.kept = {1: a_letter(1, "malformed_json", body=body)}
    said = browser.get("/dead/1")
    assert said.status_code == 200
    assert "\x1b" not in said.text
    assert "\x00" not in said.text


def test_of_what_was_erased_nothing_can_be_replayed(desk: Desk, browser: Asker) -> None:
    desk.refused.kept = {1: a_letter(1, "case_erased", body=b"", hash="0" * 64)}
    said = browser.get("/dead/1").text
    assert "/dead/1/replay" not in said
    assert "<pre" not in said
    assert "/dead/1/dismiss" in said


def test_a_replay_that_is_sent_ten_times_arrives_once(desk: Desk, browser: Asker) -> None:
    desk.refused.kept = {1: a_letter(1)}
    form = ticket(browser.get("/dead/1").text, "/dead/1/replay")
    answers = [browser.post("/dead/1/replay", form) for _ in range(10)]
    assert {answer.headers["location"] for answer in answers} == {"/dead/1/did/replay_letter"}
    assert desk.refused.asked["replay"] == 1
    assert len(desk.refused.inbox) == 1
    assert browser.get("/dead/1/did/replay_letter").status_code == 200


def test_a_replay_whose_answer_was_lost_is_sent_again_under_the_same_id(desk: Desk, browser: Asker) -> None:
    desk.refused.kept, desk.refused.loses_answer = {1: a_letter(1)}, True
    form = ticket(browser.get("/dead/1").text, "/dead/1/replay")
    with pytest.raises(Exception):  # noqa: B017, PT011 - the frame of the real application says it in words
        browser.post("/dead/1/replay", form)
    desk.refused.loses_answer = False
    assert browser.post("/dead/1/replay", form).status_code == 303
    assert desk.refused.asked["replay"] == 2
    assert len(desk.refused.inbox) == 1


def test_without_its_ticket_nothing_is_done(desk: Desk, browser: Asker) -> None:
    desk.refused.kept = {1: a_letter(1), 2: a_letter(2)}
    page = browser.get("/dead/2").text
    for other in ({}, ticket(page, "/dead/2/replay"), ticket(page, "/dead/2/dismiss")):
        assert browser.post("/dead/1/replay", other).status_code == 403
        assert browser.post("/dead/1/dismiss", other | {"why": "sent_anew"}).status_code == 403
    assert set(desk.refused.kept) == {1, 2}


def test_what_nobody_did_is_not_said_to_be_done(desk: Desk, browser: Asker) -> None:
    for what in ("replay_letter", "dismiss_letter", "x"):
        assert browser.get(f"/dead/1/did/{what}").status_code == 404


def test_it_is_removed_for_a_reason_only(desk: Desk, browser: Asker) -> None:
    desk.refused.kept = {1: a_letter(1)}
    form = ticket(browser.get("/dead/1").text, "/dead/1/dismiss")
    for wrong in ({}, {"why": "because"}):
        again = browser.post("/dead/1/dismiss", form | wrong)
        assert again.status_code == 422
        assert 'id="why-fault"' in again.text
    assert not desk.refused.dismissed
    assert browser.post("/dead/1/dismiss", form | {"why": "sent_anew"}).status_code == 303
    assert desk.refused.dismissed == [(1, "sent_anew")]
    assert browser.get("/dead/1/did/dismiss_letter").status_code == 200


def test_what_is_gone_says_so_whoever_took_it(desk: Desk, browser: Asker) -> None:
    desk.refused.kept = {1: a_letter(1)}
    form = ticket(browser.get("/dead/1").text, "/dead/1/replay")
    desk.refused.kept.clear()
    assert browser.post("/dead/1/replay", form).status_code == 404
    assert browser.get("/dead/1").status_code == 404
