"""Half-done forms are kept at every step, come back whole, are one's own alone, and go when they are sent or thrown away."""

import pytest

from console.web.drafts_ports import SENT, TOO_LARGE, TOO_MANY
from tests.console.web.asking import Asker
from tests.console.web.doubles import CASE, REFERENCE, Closed, Desk, a_case
from tests.console.web.reading_pages import Parsed

TRIAGE, ACCEPT, INTAKE = (f"/files/{CASE}/do/{command}" for command in ("record_triage", "accept_case", "record_intake"))
TYPED = "an <example>\r\nof two lines"


@pytest.fixture(autouse=True)
def a_case_to_decide_about(desk: Desk) -> None:
    desk.memory.views[CASE] = a_case("accept_case", "record_triage", "record_intake", phase="triage")


def opened(browser: Asker, path: str) -> Parsed:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return Parsed(answer.text)


def in_form(browser: Asker, path: str = INTAKE) -> dict[str, str]:
    """What stands in a form when it is opened again."""
    return opened(browser, path).sends()


def is_back(browser: Asker) -> None:
    again = in_form(browser)
    assert (again["needs"].replace("\r\n", "\n"), again["person.birth_year"]) == (TYPED.replace("\r\n", "\n"), "long ago")


def typed(browser: Asker, **more: str) -> dict[str, str]:
    return opened(browser, INTAKE).sends(needs=TYPED, person__birth_year="long ago") | more


def test_a_check_keeps_what_was_typed_also_where_it_cannot_be(desk: Desk, browser: Asker) -> None:
    assert browser.post(INTAKE, data=typed(browser)).status_code == 422
    is_back(browser)
    assert "Dit is uw concept" in opened(browser, INTAKE).words


def test_later_keeps_it_and_leads_to_all_drafts(desk: Desk, browser: Asker) -> None:
    answer = browser.post(INTAKE, data=typed(browser, _later="yes"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/drafts")
    shown = opened(browser, "/drafts")
    assert "record_intake" in shown.words.lower().replace(" ", "_")
    assert {INTAKE, f"{INTAKE}/discard", f"/cases/{REFERENCE}"} <= {*shown.links}
    assert "Blijft bewaard tot" in shown.words
    assert "an <example>" not in shown.text
    is_back(browser)


def test_the_other_language_keeps_it_and_comes_back_to_the_form(desk: Desk, browser: Asker) -> None:
    answer = browser.post(INTAKE, data=typed(browser, _language="en"))
    assert answer.headers["location"] == f"/language?to=en&back={INTAKE}"
    browser.get(answer.headers["location"])
    assert "This is your draft" in opened(browser, INTAKE).words
    is_back(browser)


def test_a_form_and_a_check_change_the_language_by_a_button_of_the_form(desk: Desk, browser: Asker) -> None:
    form = browser.get(INTAKE).text
    check = browser.post(INTAKE, data=opened(browser, INTAKE).sends(needs="x")).text
    for page in (form, check):
        buttons = [given for tag, given in Parsed(page).tags if tag == "button" and given.get("name") == "_language"]
        assert [(one["value"], one["form"], one["formaction"]) for one in buttons] == [
            ("nl", "decision", INTAKE),
            ("en", "decision", INTAKE),
        ]
        assert not [link for link in Parsed(page).links if link.startswith("/language")]
    assert [link for link in opened(browser, ACCEPT).links if link.startswith("/language")], "nothing is typed there"


def test_a_script_keeps_it(desk: Desk, browser: Asker) -> None:
    answer = browser.post(f"{INTAKE}/draft", data=typed(browser))
    assert answer.status_code == 200
    assert answer.json()["said"].startswith("Concept bewaard op ")
    is_back(browser)
    assert desk.memory.asked["decide"] == 0


@pytest.mark.parametrize("ticket", ["", "imagined"])
def test_nothing_is_kept_without_a_ticket(desk: Desk, browser: Asker, ticket: str) -> None:
    for path in (INTAKE, f"{INTAKE}/draft"):
        assert browser.post(path, data=typed(browser, _ticket=ticket)).status_code == 403
    assert not desk.drafts.kept


def test_where_the_engine_is_away_it_is_kept_all_the_same(desk: Desk, browser: Asker) -> None:
    form = typed(browser)
    desk.memory.away = True
    answer = browser.post(INTAKE, data=form)
    assert answer.status_code == 503
    assert "ook als concept bewaard" in Parsed(answer.text).words
    assert browser.post(INTAKE, data=form | {"_later": "yes"}).status_code == 303
    desk.memory.away = False
    is_back(browser)


def test_what_was_sent_is_gone(desk: Desk, browser: Asker) -> None:
    check = Parsed(browser.post(INTAKE, data=opened(browser, INTAKE).sends(needs="x")).text)
    assert desk.drafts.kept
    assert browser.post(f"{INTAKE}/send", data=check.sends()).status_code == 303
    assert not desk.drafts.kept


def test_what_was_sent_is_gone_also_where_that_is_known_later(desk: Desk, browser: Asker) -> None:
    check = Parsed(browser.post(INTAKE, data=opened(browser, INTAKE).sends(needs="x")).text)
    desk.memory.loses_answer = True
    assert browser.post(f"{INTAKE}/send", data=check.sends()).status_code == 503
    assert desk.drafts.kept, "nobody knows yet"
    desk.memory.loses_answer = False
    assert browser.post(f"{INTAKE}/send", data=check.sends()).status_code == 303
    assert not desk.drafts.kept


def test_what_cannot_be_removed_is_decided_all_the_same_and_removed_by_the_next_answer(desk: Desk, browser: Asker) -> None:
    check = Parsed(browser.post(INTAKE, data=opened(browser, INTAKE).sends(needs="x")).text)
    desk.drafts.away = True
    assert browser.post(f"{INTAKE}/send", data=check.sends()).status_code == 303
    desk.drafts.away = False
    assert desk.drafts.kept
    assert browser.post(f"{INTAKE}/send", data=check.sends()).status_code == 303
    assert not desk.drafts.kept
    assert len(desk.memory.decided) == 1


def test_an_old_form_that_is_sent_again_takes_no_newer_draft_with_it(desk: Desk, browser: Asker) -> None:
    check = Parsed(browser.post(INTAKE, data=opened(browser, INTAKE).sends(needs="x")).text)
    browser.post(f"{INTAKE}/send", data=check.sends())
    browser.post(f"{INTAKE}/draft", data=typed(browser))
    assert browser.post(f"{INTAKE}/send", data=check.sends()).status_code == 303
    is_back(browser)


def test_what_was_refused_stays(desk: Desk, browser: Asker) -> None:
    check = Parsed(browser.post(INTAKE, data=opened(browser, INTAKE).sends(needs="x")).text)
    desk.memory.refuses = "not now"
    assert browser.post(f"{INTAKE}/send", data=check.sends()).status_code == 409
    assert in_form(browser)["needs"] == "x"
    desk.memory.refuses, desk.memory.away = "", True
    assert browser.post(f"{INTAKE}/send", data=check.sends()).status_code == 503
    desk.memory.away = False
    assert in_form(browser)["needs"] == "x"


def test_nobody_else_reads_it_or_throws_it_away_and_is_told_that_there_is_one(desk: Desk, browser: Asker) -> None:
    browser.post(f"{INTAKE}/draft", data=typed(browser))
    nothing = browser.get(f"{TRIAGE}/discard")
    desk.person = "c-18"
    for path in (INTAKE, "/drafts", f"/cases/{REFERENCE}"):
        shown = browser.get(path).text
        assert "example" not in shown
        assert "long ago" not in shown
    assert browser.get(f"{INTAKE}/discard").status_code == nothing.status_code == 404
    browser.post(f"{INTAKE}/discard")
    for path in (TRIAGE, INTAKE):
        told = opened(browser, path).words
        assert "c-17 heeft een concept bij dit dossier, sinds " in told
        assert "U kunt dit toch doen." in told
    assert "c-17 heeft een concept bij deze zaak, sinds " in opened(browser, f"/cases/{REFERENCE}").words
    assert f"{INTAKE}/discard" not in opened(browser, f"/cases/{REFERENCE}").links
    desk.person = "c-17"
    is_back(browser)


def test_a_case_shows_my_own_to_go_on_with(desk: Desk, browser: Asker) -> None:
    browser.post(f"{INTAKE}/draft", data=typed(browser))
    shown = opened(browser, f"/cases/{REFERENCE}")
    assert "Mijn concepten bij deze zaak" in shown.words
    assert shown.links.count(INTAKE) == 2
    assert desk.drafts.asked["about"] == 2, "one question for the form, one for all files of the case"


def test_it_is_thrown_away_after_a_question_by_a_button(desk: Desk, browser: Asker) -> None:
    browser.post(f"{INTAKE}/draft", data=typed(browser))
    question = opened(browser, f"{INTAKE}/discard")
    assert desk.drafts.kept, "a GET decides nothing"
    assert f"{INTAKE}/discard" in question.actions
    for _ in range(2):
        answer = browser.post(f"{INTAKE}/discard", data=question.sends())
        assert (answer.status_code, answer.headers["location"]) == (303, "/drafts")
    assert not desk.drafts.kept
    assert "U hebt geen concepten" in opened(browser, "/drafts").words
    assert in_form(browser)["needs"] == ""


@pytest.mark.parametrize(
    ("why", "words"), [(TOO_MANY, "u hebt al 100 concepten"), (TOO_LARGE, "het is te veel"), (SENT, "is al verstuurd")]
)
def test_what_is_not_kept_is_said_and_stays_on_the_page(desk: Desk, browser: Asker, why: str, words: str) -> None:
    desk.drafts.refuses = why
    for button in ({"_later": "yes"}, {"_language": "en"}, {}):
        again = Parsed(browser.post(INTAKE, data=typed(browser, **button)).text)
        assert words in again.words
        assert again.sends()["person.birth_year"] == "long ago"
    said = browser.post(f"{INTAKE}/draft", data=typed(browser))
    assert said.status_code == 409
    assert words in said.json()["said"]


def test_a_database_that_is_away_hinders_no_decision(desk: Desk, browser: Asker) -> None:
    form = opened(browser, INTAKE).sends(needs="x")
    desk.drafts.away = True
    check = Parsed(browser.post(INTAKE, data=form).text)
    assert "niet als concept bewaard" in check.words
    assert browser.post(f"{INTAKE}/send", data=check.sends()).status_code == 303


def test_what_cannot_be_written_down_is_not_taken_for_a_database_that_is_away(
    desk: Desk, browser: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def closes(*_: object) -> None:
        raise Closed

    form = typed(browser)
    monkeypatch.setattr(desk.drafts, "keep", closes)
    with pytest.raises(Closed):
        browser.post(INTAKE, data=form)


def test_a_form_says_what_happened_since_it_was_kept(desk: Desk, browser: Asker) -> None:
    browser.post(f"{INTAKE}/draft", data=typed(browser))
    assert "is veranderd" not in opened(browser, INTAKE).words
    desk.memory.happens(CASE, "case_stalled")
    again = opened(browser, INTAKE)
    assert "De zaak is veranderd sinds u dit concept bewaarde" in again.words
    assert "case_stalled" in again.words
    check = Parsed(browser.post(INTAKE, data=again.sends(needs="x", person__birth_year="1990")).text)
    assert "Intussen is de zaak veranderd" not in check.words, "it was said"
    assert "is veranderd" not in opened(browser, INTAKE).words


def test_what_is_not_possible_any_more_shows_what_was_typed(desk: Desk, browser: Asker) -> None:
    browser.post(f"{INTAKE}/draft", data=typed(browser))
    desk.memory.views[CASE] = a_case("accept_case")
    answer = browser.get(INTAKE)
    assert answer.status_code == 409
    shown = Parsed(answer.text)
    assert "an <example>" in shown.words
    assert f"{INTAKE}/discard" in shown.links


def test_a_decision_without_content_has_no_draft(desk: Desk, browser: Asker) -> None:
    check = opened(browser, ACCEPT)
    for path in (ACCEPT, f"{ACCEPT}/draft"):
        assert browser.post(path, data=check.sends()).status_code == 200
    assert not desk.drafts.kept


def test_nobody_sees_drafts_without_the_right(desk: Desk, browser: Asker) -> None:
    desk.rights = frozenset({"operate"})
    assert browser.get("/drafts").status_code == 404
    for path in (f"{INTAKE}/draft", f"{INTAKE}/discard"):
        assert browser.post(path).status_code == 404
