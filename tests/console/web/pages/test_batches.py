"""One decision over a selection: choosing, trying, going on, and never saying that all was done where it was not."""

import re
from collections.abc import Sequence

import pytest

from console.batches.commands import WHERE
from console.batches.runner import BY_HAND, NO_ANSWER, NO_LOG, NO_RIGHT
from console.web.pages import batches as page
from runtime.sessions.batches import MOST_ITEMS, Done, State
from tests.console.web.asking import Asker
from tests.console.web.doubles import Desk, a_row
from tests.console.web.held_batches import a_batch, an_item
from tests.console.web.letters import a_letter

COMPLETE, NOT_COMPLETE = "Klaar: alles is gedaan", "Afgelopen, maar niet alles is gedaan"


@pytest.fixture(autouse=True)
def operator(desk: Desk) -> None:
    desk.rights = frozenset({"operate"})


def ticket(said: str) -> str:
    found = re.search(r'name="_ticket" value="([^"]+)"', said)
    assert found, said
    return found[1]


def sent(names: Sequence[str], ticket: str, command: str, *more: str) -> bytes:
    pairs = [f"_ticket={ticket}", f"_command={command}", *(f"item={name}" for name in names), *more]
    return "&".join(pairs).encode()


def choose(
    desk: Desk, browser: Asker, names: Sequence[str], command: str = "acknowledge_gap", *more: str, times: int = 1
) -> list[int]:
    key = ticket(browser.get("/batches/new", {"command": command}).text)
    return [browser.post("/batches", content=sent(names, key, command, *more)).status_code for _ in range(times)]


@pytest.mark.parametrize("path", ["/batches", "/batches/new?command=acknowledge_gap", f"/batches/{1:032x}"])
def test_they_are_for_who_may_operate(desk: Desk, browser: Asker, path: str) -> None:
    desk.held.keep(a_batch(1), an_item(1))
    desk.held.rows = [a_row(1)]
    assert browser.get(path).status_code == 200
    desk.rights = frozenset({"handle", "audit", "oversee"})
    assert browser.get(path).status_code == 404
    assert browser.post("/batches").status_code == 404
    assert browser.post(f"/batches/{1:032x}/go_on").status_code == 404


@pytest.mark.parametrize("command", ["accept_case", "conclude_case", "ask_erasure", "x", ""])
def test_nothing_else_is_decided_over_a_selection(desk: Desk, browser: Asker, command: str) -> None:
    assert browser.get("/batches/new", {"command": command}).status_code == 404
    assert browser.post("/batches", content=sent(["case-1"], "x" * 43, command)).status_code == 404
    assert not desk.held.made


@pytest.mark.parametrize("command", WHERE)
def test_what_may_be_decided_so_has_a_page_with_boxes(desk: Desk, browser: Asker, command: str) -> None:
    desk.held.rows = [a_row(number) for number in (1, 2)]
    said = browser.get("/batches/new", {"command": command}).text
    assert said.count('type="checkbox" name="item"') == 2
    assert 'name="numbers' not in said, "in each file it is about other ones"


def test_a_selection_that_is_sent_ten_times_is_one_batch(desk: Desk, browser: Asker) -> None:
    desk.held.rows = [a_row(1)]
    assert set(choose(desk, browser, ["coverage-k1", "coverage-k2", "coverage-k1"], times=10)) == {303}
    assert [*desk.held.made.values()] == [("acknowledge_gap", {}, ["coverage-k1", "coverage-k2"])]


def test_what_else_is_asked_goes_with_it(desk: Desk, browser: Asker) -> None:
    desk.held.rows = [a_row(1)]
    assert choose(desk, browser, ["case-k1"], "acknowledge_alarms", "reason=solved") == [303]
    assert [*desk.held.made.values()] == [("acknowledge_alarms", {"reason": "solved"}, ["case-k1"])]


@pytest.mark.parametrize("more", ["reason=because", "numbers.0=1&x=y", "x=y"])
def test_what_cannot_be_is_said_and_what_was_chosen_stays(desk: Desk, browser: Asker, more: str) -> None:
    desk.held.rows = [a_row(1), a_row(2)]
    key = ticket(browser.get("/batches/new", {"command": "acknowledge_alarms"}).text)
    again = browser.post("/batches", content=sent([a_row(2).name], key, "acknowledge_alarms", more))
    assert again.status_code == 422
    assert 'role="alert"' in again.text
    assert re.findall(r'name="item" value="([^"]+)" id="file-\d" checked', again.text) == [a_row(2).name]
    assert not desk.held.made


def test_five_hundred_are_a_batch_and_one_more_is_not(desk: Desk, browser: Asker) -> None:
    desk.held.rows = [a_row(1)]
    names = [f"coverage-k{number:024d}" for number in range(MOST_ITEMS + 1)]
    assert choose(desk, browser, names[:MOST_ITEMS]) == [303]
    assert choose(desk, browser, names) == [422]
    assert choose(desk, browser, []) == [422]
    assert [len(targets) for _, _, targets in desk.held.made.values()] == [MOST_ITEMS]


def test_too_many_under_way_is_said_in_words(desk: Desk, browser: Asker) -> None:
    desk.held.rows, desk.held.full = [a_row(1)], True
    key = ticket(browser.get("/batches/new", {"command": "keep_longer"}).text)
    refused = browser.post("/batches", content=sent(["retention-k1"], key, "keep_longer"))
    assert refused.status_code == 422
    assert "Te veel reeksen zijn hier nog niet klaar" in refused.text


def test_without_a_ticket_or_with_that_of_another_command_there_is_none(desk: Desk, browser: Asker) -> None:
    desk.held.rows = [a_row(1)]
    key = ticket(browser.get("/batches/new", {"command": "keep_longer"}).text)
    for other in ("", "x" * 43, key):
        assert browser.post("/batches", content=sent(["coverage-k1"], other, "acknowledge_gap")).status_code == 403
    assert not desk.held.made


@pytest.mark.parametrize("name", ["../etc", "UPPER", "x" * 200, "case k1", "%3Cb%3E"])
def test_a_name_that_no_file_has_is_not_taken(desk: Desk, browser: Asker, name: str) -> None:
    desk.held.rows = [a_row(1)]
    assert choose(desk, browser, [name]) == [404]
    assert not desk.held.made


def test_refused_events_are_chosen_in_their_list(desk: Desk, browser: Asker) -> None:
    desk.refused.kept = {number: a_letter(number) for number in (1, 2)}
    key = ticket(browser.get("/dead").text)
    assert browser.post("/batches", content=sent(["1", "2"], key, "replay_letter")).status_code == 303
    assert [*desk.held.made.values()] == [("replay_letter", {}, ["1", "2"])]
    for wrong in ("0", "x", "case-k1"):
        key = ticket(browser.get("/dead").text)
        assert browser.post("/batches", content=sent([wrong], key, "replay_letter")).status_code == 404
    key = ticket(browser.get("/dead").text)
    assert browser.post("/batches", content=sent([], key, "replay_letter")).status_code == 422


@pytest.mark.parametrize("state", [Done.REFUSED, Done.UNKNOWN, Done.WAITING])
def test_a_batch_of_which_something_is_not_done_is_never_called_complete(desk: Desk, browser: Asker, state: Done) -> None:
    name = desk.held.keep(a_batch(1, State.ENDED), an_item(1, Done.DONE, "closed"), an_item(2, state, "no"))
    for path in ("/batches", f"/batches/{name}"):
        said = browser.get(path).text
        assert NOT_COMPLETE in said
        assert COMPLETE not in said


def test_one_of_which_all_is_done_is(desk: Desk, browser: Asker) -> None:
    name = desk.held.keep(a_batch(1, State.ENDED), an_item(1, Done.DONE, "closed"), an_item(2, Done.DONE, "closed"))
    said = browser.get(f"/batches/{name}").text
    assert COMPLETE in said
    assert "/go_on" not in said
    assert "/stop" not in said


def test_before_one_was_done_the_rest_cannot_be_started(desk: Desk, browser: Asker) -> None:
    refused = desk.held.keep(a_batch(1), an_item(1, Done.REFUSED, "not now"), an_item(2))
    done = desk.held.keep(a_batch(2), an_item(1, Done.DONE, "closed"), an_item(2))
    said = browser.get(f"/batches/{refused}").text
    assert "Met een volgende proberen" in said
    assert "De rest doen" not in said
    assert "Said: not now" in said, "the refusal in words"
    assert "De rest doen (1)" in browser.get(f"/batches/{done}").text


@pytest.mark.parametrize(("state", "can"), [(State.TRYING, {"stop"}), (State.WORKING, {"stop"}), (State.STOPPED, {"go_on"})])
def test_what_can_be_pressed(desk: Desk, browser: Asker, state: State, can: set[str]) -> None:
    name = desk.held.keep(a_batch(1, state, why=BY_HAND if state is State.STOPPED else ""), an_item(1, Done.DONE), an_item(2))
    said = browser.get(f"/batches/{name}").text
    assert set(re.findall(rf'action="/batches/{name}/(\w+)"', said)) == can


@pytest.mark.parametrize("what", ["go_on", "stop"])
def test_two_clicks_are_one_press(desk: Desk, browser: Asker, what: str) -> None:
    name = desk.held.keep(a_batch(1), an_item(1, Done.DONE), an_item(2))
    key = {"_ticket": ticket(browser.get(f"/batches/{name}").text)}
    assert {browser.post(f"/batches/{name}/{what}", key).status_code for _ in range(3)} == {303}
    assert desk.held.pressed == [(name, what)]
    assert browser.post(f"/batches/{name}/{what}").status_code == 403


def test_a_page_of_before_it_went_on_stops_it(desk: Desk, browser: Asker) -> None:
    name = desk.held.keep(a_batch(1), an_item(1, Done.DONE), an_item(2))
    key = {"_ticket": ticket(browser.get(f"/batches/{name}").text)}
    for what in ("go_on", "stop", "go_on"):
        assert browser.post(f"/batches/{name}/{what}", key).status_code == 303
    assert desk.held.pressed == [(name, "go_on"), (name, "stop")]


@pytest.mark.parametrize("name", ["x", "new2", "0" * 31, "0" * 32, "G" * 32])
def test_what_is_not_there_is_not_here(desk: Desk, browser: Asker, name: str) -> None:
    assert browser.get(f"/batches/{name}").status_code == 404
    assert browser.post(f"/batches/{name}/erase").status_code == 404


def test_everything_that_can_be_has_words() -> None:
    assert page.STATES.keys() == {*State} - {State.ENDED}
    assert page.ITEMS.keys() == {*Done}
    assert page.WHY.keys() == {NO_RIGHT, NO_LOG, NO_ANSWER, BY_HAND}
