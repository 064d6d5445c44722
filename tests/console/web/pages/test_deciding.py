from typing import Any, ClassVar

import pytest

from console.forms.reading import LARGEST
from console.web.pages import send
from contracts.views import AlarmView, Barred, Choice, Content, ContentPart
from tests.console.web.asking import Asker
from tests.console.web.doubles import CASE, OWNER, REFERENCE, Closed, Desk, a_case
from tests.console.web.reading_pages import Parsed
from tests.console.web.spoken import Spoken

TRIAGE, ACCEPT, INTAKE = (f"/files/{CASE}/do/{command}" for command in ("record_triage", "accept_case", "record_intake"))


@pytest.fixture(autouse=True)
def a_case_to_decide_about(desk: Desk) -> None:
    desk.memory.views[CASE] = a_case("accept_case", "record_triage", "record_intake", "withdraw_consent", phase="triage")


def opened(browser: Asker, path: str) -> Parsed:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return Parsed(answer.text)


def checked(browser: Asker, path: str, **answers: str) -> Parsed:
    answer = browser.post(path, data=opened(browser, path).sends(**answers))
    assert answer.status_code == 200, answer.text
    return Parsed(answer.text)


def test_a_decision_is_filled_in_checked_sent_and_shown(desk: Desk, browser: Asker) -> None:
    check = checked(browser, TRIAGE, finding="unclear")
    assert "RecordTriage.finding Finding:unclear" in check.words
    assert "what record_triage does" in check.words
    assert desk.memory.decided == [], "nothing is decided before it is sent"
    sent = browser.post(f"{TRIAGE}/send", data=check.sends())
    assert (sent.status_code, sent.headers["location"]) == (303, f"/files/{CASE}/did/record_triage?state=intake")
    assert desk.memory.decided == [(CASE, "record_triage", {"finding": "unclear"})]
    done = opened(browser, sent.headers["location"])
    assert "Vastgelegd: Record triage" in done.words
    assert "Case intake" in done.words
    assert f"/cases/{REFERENCE}" in done.links


def test_a_decision_without_content_is_checked_at_once(desk: Desk, browser: Asker) -> None:
    check = opened(browser, ACCEPT)
    assert "Er is nog niets verstuurd" in check.words
    assert browser.post(f"{ACCEPT}/send", data=check.sends()).status_code == 303
    assert desk.memory.decided == [(CASE, "accept_case", {})]


def test_the_same_ticket_has_one_effect_and_the_same_answer(desk: Desk, browser: Asker) -> None:
    check = opened(browser, ACCEPT)
    answers = [browser.post(f"{ACCEPT}/send", data=check.sends()) for _ in range(3)]
    assert {answer.headers["location"] for answer in answers} == {f"/files/{CASE}/did/accept_case?state=triage"}
    assert len(desk.memory.decided) == 1
    again = browser.post(f"{ACCEPT}/send", data=opened(browser, ACCEPT).sends())
    assert again.status_code == 303
    assert len(desk.memory.decided) == 2, "another ticket is another decision"


@pytest.mark.parametrize("ticket", ["", "imagined", "0" * 5_000])
def test_nothing_is_sent_or_checked_without_its_ticket(desk: Desk, browser: Asker, ticket: str) -> None:
    sends = opened(browser, ACCEPT).sends() | {"_ticket": ticket}
    assert browser.post(f"{ACCEPT}/send", data=sends).status_code == 403
    assert browser.post(TRIAGE, data={"finding": "unclear", "_ticket": ticket}).status_code == 403
    assert browser.post(f"{TRIAGE}/send", data=opened(browser, ACCEPT).sends()).status_code == 403
    assert desk.memory.decided == []


def test_what_is_wrong_is_said_at_its_field_with_everything_kept(desk: Desk, browser: Asker) -> None:
    form = opened(browser, INTAKE)
    answer = browser.post(INTAKE, data=form.sends(person__birth_year="long ago", person__name="Example"))
    assert answer.status_code == 422
    again = Parsed(answer.text)
    assert {"#f-needs", "#f-person-birth_year"} <= {*again.links}
    assert again.sends()["person.birth_year"] == "long ago"
    assert again.sends()["person.name"] == "Example"
    assert "Person.birth_year: must be otherwise (int_parsing)" in again.words
    assert "RecordIntake.person, Person.birth_year" in again.words
    assert answer.text.count("must be otherwise (missing)") == 1
    assert answer.text.count("Must be otherwise (missing)") == 1
    assert "<title>Fout:" in answer.text


def test_answers_can_be_changed_before_they_are_sent(browser: Asker) -> None:
    check = checked(browser, INTAKE, needs="first\nsecond", person__name="Example")
    form = browser.post(INTAKE, data=check.sends() | {"_change": "yes"})
    assert form.status_code == 200
    sends = Parsed(form.text).sends()
    assert (sends["needs"].replace("\r\n", "\n"), sends["person.name"]) == ("first\nsecond", "Example")


def test_what_happened_meanwhile_is_said_before_it_is_sent(desk: Desk, browser: Asker) -> None:
    form = opened(browser, TRIAGE)
    desk.memory.happens(CASE, "case_stalled")
    check = Parsed(browser.post(TRIAGE, data=form.sends(finding="unclear")).text)
    assert "Intussen is de zaak veranderd" in check.words
    assert "case_stalled" in check.words
    assert "Intussen" not in checked(browser, TRIAGE, finding="unclear").words


def test_what_happened_after_the_check_is_said_before_anything_is_decided(desk: Desk, browser: Asker) -> None:
    check = checked(browser, TRIAGE, finding="unclear")
    desk.memory.happens(CASE, "case_stalled")
    answer = browser.post(f"{TRIAGE}/send", data=check.sends())
    assert answer.status_code == 409
    again = Parsed(answer.text)
    assert "Intussen is de zaak veranderd" in again.words
    assert "case_stalled" in again.words
    assert not desk.memory.decided
    assert browser.post(f"{TRIAGE}/send", data=again.sends()).status_code == 303
    assert len(desk.memory.decided) == 1


def test_of_two_forms_for_the_same_the_second_is_told_of_the_first(desk: Desk, browser: Asker) -> None:
    first, second = checked(browser, INTAKE, needs="one"), checked(browser, INTAKE, needs="two")
    assert browser.post(f"{INTAKE}/send", data=first.sends()).status_code == 303
    answer = browser.post(f"{INTAKE}/send", data=second.sends())
    assert answer.status_code == 409
    assert "record_intake" in Parsed(answer.text).words
    assert len(desk.memory.decided) == 1


def test_what_was_decided_by_this_very_form_is_answered_although_the_file_changed_by_it(desk: Desk, browser: Asker) -> None:
    check = checked(browser, TRIAGE, finding="unclear")
    desk.memory.loses_answer = True
    assert browser.post(f"{TRIAGE}/send", data=check.sends()).status_code == 503
    desk.memory.loses_answer = False
    assert browser.post(f"{TRIAGE}/send", data=check.sends()).status_code == 303
    assert len(desk.memory.decided) == 1


@pytest.mark.parametrize("seen", ["", "imagined", "3~yesterday", "3~2026-01-01", "~" * 500])
def test_a_form_that_says_nothing_sensible_of_what_it_saw_warns(browser: Asker, seen: str) -> None:
    sends = opened(browser, TRIAGE).sends(finding="unclear") | {"_seen": seen}
    answer = browser.post(TRIAGE, data=sends)
    assert answer.status_code == 200
    assert "Intussen is de zaak veranderd" in Parsed(answer.text).words


def test_a_refusal_stands_on_the_same_form_with_everything_kept_and_a_new_ticket(desk: Desk, browser: Asker) -> None:
    check = checked(browser, INTAKE, needs="an example")
    desk.memory.refuses = "not now"
    answer = browser.post(f"{INTAKE}/send", data=check.sends())
    assert answer.status_code == 409
    again = Parsed(answer.text)
    assert "Said: not now" in again.words
    assert again.sends()["needs"] == "an example"
    assert again.sends()["_ticket"] != check.sends()["_ticket"]
    desk.memory.refuses = ""
    assert browser.post(f"{INTAKE}/send", data=again.sends()).status_code == 303


def test_a_refusal_of_a_decision_without_content_can_be_sent_again(desk: Desk, browser: Asker) -> None:
    check = opened(browser, ACCEPT)
    desk.memory.refuses = "not now"
    again = Parsed(browser.post(f"{ACCEPT}/send", data=check.sends()).text)
    assert "Said: not now" in again.words
    desk.memory.refuses = ""
    checked_again = Parsed(browser.post(ACCEPT, data=again.sends()).text)
    assert browser.post(f"{ACCEPT}/send", data=checked_again.sends()).status_code == 303


def test_what_is_wrong_when_it_is_sent_is_said_too(desk: Desk, browser: Asker) -> None:
    check = checked(browser, INTAKE, needs="an example")
    answer = browser.post(f"{INTAKE}/send", data=check.sends(needs=""))
    assert answer.status_code == 409
    assert "must be otherwise (missing)" in answer.text
    assert desk.memory.decided == []


def test_where_nothing_answers_all_is_kept_and_the_same_ticket_is_sent_again(desk: Desk, browser: Asker) -> None:
    check = checked(browser, INTAKE, needs="an <example>\nof two lines")
    desk.memory.away = True
    answer = browser.post(f"{INTAKE}/send", data=check.sends())
    assert answer.status_code == 503
    kept = Parsed(answer.text)
    assert "an <example>" in kept.words
    assert kept.sends() == check.sends()
    assert kept.actions == ["/lock", f"{INTAKE}/send"]
    desk.memory.away = False
    assert browser.post(f"{INTAKE}/send", data=kept.sends()).status_code == 303
    assert len(desk.memory.decided) == 1


def test_a_decision_whose_answer_was_lost_is_not_decided_again(desk: Desk, browser: Asker) -> None:
    check = opened(browser, ACCEPT)
    desk.memory.loses_answer = True
    kept = browser.post(f"{ACCEPT}/send", data=check.sends())
    assert kept.status_code == 503
    desk.memory.loses_answer = False
    assert browser.post(f"{ACCEPT}/send", data=Parsed(kept.text).sends()).status_code == 303
    assert len(desk.memory.decided) == 1


def test_where_nothing_answers_a_check_keeps_all_too(desk: Desk, browser: Asker) -> None:
    form = opened(browser, INTAKE)
    desk.memory.away = True
    answer = browser.post(INTAKE, data=form.sends(needs="an example"))
    assert answer.status_code == 503
    kept = Parsed(answer.text)
    assert kept.actions == ["/lock", INTAKE]
    desk.memory.away = False
    assert "an example" in Parsed(browser.post(INTAKE, data=kept.sends()).text).words


def test_a_file_that_does_not_answer_opens_no_form(desk: Desk, browser: Asker) -> None:
    desk.memory.silent = {CASE}
    answer = browser.get(TRIAGE)
    assert answer.status_code == 503
    assert "De software van uw organisatie reageert niet" in Parsed(answer.text).words


def test_after_it_was_decided_a_silent_file_does_not_hide_that(desk: Desk, browser: Asker) -> None:
    sent = browser.post(f"{ACCEPT}/send", data=opened(browser, ACCEPT).sends())
    desk.memory.silent = {CASE}
    assert "De stand is nu: case triage" in opened(browser, sent.headers["location"]).words
    for state in ("%3Cscript%3E", "closed", ""):
        answer = browser.get(f"/files/{CASE}/did/accept_case?state={state}")
        assert (answer.status_code, "De stand" in answer.text) == (503, False), "nobody got that answer"
    assert browser.get(f"/files/{CASE}/did/record_triage?state=triage").status_code == 503


def test_no_page_says_that_something_was_decided_that_nobody_did(browser: Asker) -> None:
    assert browser.get(f"/files/{CASE}/did/accept_case?state=triage").status_code == 404
    assert browser.get(f"/files/{CASE}/did/imagined").status_code == 404


def test_a_decision_whose_answer_cannot_be_kept_is_still_decided(
    desk: Desk, browser: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = opened(browser, ACCEPT)
    spend = desk.spend

    async def then_away(*given: Any) -> Any:
        spent = await spend(*given)
        desk.database_away = True
        return spent

    monkeypatch.setattr(desk, "spend", then_away)
    sent = browser.post(f"{ACCEPT}/send", data=check.sends())
    assert (sent.status_code, sent.headers["location"]) == (303, f"/files/{CASE}/did/accept_case?state=triage")


def test_a_refusal_for_which_there_is_no_new_ticket_keeps_all(
    desk: Desk, browser: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = checked(browser, INTAKE, needs="an example")

    async def refuses(*_: Any, **__: Any) -> str:
        desk.database_away = True
        raise ValueError("not now")

    monkeypatch.setattr(desk.memory, "decide", refuses)
    answer = browser.post(f"{INTAKE}/send", data=check.sends())
    assert (answer.status_code, Parsed(answer.text).sends()) == (503, check.sends())


def test_where_a_ticket_cannot_be_looked_up_all_stays_kept(desk: Desk, browser: Asker) -> None:
    check = checked(browser, INTAKE, needs="an example")
    desk.memory.loses_answer = True
    kept = Parsed(browser.post(f"{INTAKE}/send", data=check.sends()).text)
    desk.database_away = True
    again = browser.post(f"{INTAKE}/send", data=kept.sends())
    assert again.status_code == 503
    assert Parsed(again.text).sends() == check.sends()
    checks = browser.post(INTAKE, data=check.sends())
    assert (checks.status_code, Parsed(checks.text).sends()) == (503, check.sends())


def test_nobody_waits_for_ever_for_an_answer_and_the_same_ticket_asks_again(
    desk: Desk, browser: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "TO_DECIDE", 0.1)
    check = checked(browser, INTAKE, needs="an example")
    desk.memory.never_decides = True
    answer = browser.post(f"{INTAKE}/send", data=check.sends())
    assert answer.status_code == 503
    kept = Parsed(answer.text)
    assert "gebeurt het maar één keer" in kept.words
    assert kept.sends() == check.sends()
    assert kept.actions == ["/lock", f"{INTAKE}/send"]
    desk.memory.never_decides = False
    assert browser.post(f"{INTAKE}/send", data=kept.sends()).status_code == 303


@pytest.mark.parametrize("path", [INTAKE, f"{INTAKE}/send"])
def test_what_cannot_be_written_down_is_not_taken_for_silence(desk: Desk, browser: Asker, path: str) -> None:
    check = checked(browser, INTAKE, needs="an example")
    desk.memory.closed = {CASE}
    with pytest.raises(Closed):
        browser.post(path, data=check.sends())


def test_the_officer_reads_that_nothing_chosen_brings_everything(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case("bring_to_riec")
    path = f"/files/{CASE}/do/bring_to_riec"
    asked = {"observation": {"phenomenon": "an <example>", "municipality": "GM0995"}}
    other = ContentPart(what="privacy_check_decided", who=OWNER, at=None, data={"reference": "not this"})
    part = ContentPart(what="privacy_check_requested", who="almere", at=None, data=asked)
    desk.memory.contents[CASE] = Content(parts=(part, other))
    form = opened(browser, path)
    assert "Dit is gevraagd" in form.words
    assert "Observation.phenomenon an <example> Observation.municipality Lelystad" in form.words
    assert "not this" not in form.words
    assert "Ja, ik bepaal wat meegaat Nee, alles gaat mee zoals gevraagd" in form.words
    assert "blijft weg" not in form.words
    check = Parsed(browser.post(path, data=form.sends()).text)
    assert "BringToRiec.observation Nee, alles gaat mee zoals gevraagd" in check.words
    assert "Observation.phenomenon an <example>" in check.words
    assert desk.memory.asked["content"] == 2
    browser.get(TRIAGE)
    assert desk.memory.asked["content"] == 2, "what a decision does not need is not read"


def test_a_form_begins_with_what_was_reported_and_it_is_written_down(desk: Desk, browser: Asker) -> None:
    begun = Choice(command="record_intake", words="record_intake", fields={}, begun=True)
    desk.memory.views[CASE] = a_case(phase="intake", choices=(begun,))
    reported = {"person": {"name": "An <example> name", "birth_year": 1990}}
    desk.memory.contents[CASE] = Content(beginnings={"record_intake": reported, "record_triage": {"finding": "unclear"}})
    form = opened(browser, INTAKE)
    assert "Wat al is gemeld, staat hieronder ingevuld" in form.words
    answers = form.sends()
    assert (answers["person.name"], answers["person.birth_year"], answers["needs"]) == ("An <example> name", "1990", "")
    assert desk.memory.asked["content"] == 1
    check = Parsed(browser.post(INTAKE, data=form.sends(needs="an example", person__birth_year="1991")).text)
    assert desk.memory.asked["content"] == 1, "what was typed counts from then on"
    assert browser.post(f"{INTAKE}/send", data=check.sends()).status_code == 303
    [(_, _, decided)] = desk.memory.decided
    assert (decided["person"]["name"], decided["person"]["birth_year"]) == ("An <example> name", 1991)


def test_a_form_of_which_nothing_is_known_reads_no_content(desk: Desk, browser: Asker) -> None:
    desk.memory.contents[CASE] = Content(beginnings={"record_intake": {"person": {"name": "An example name"}}})
    form = opened(browser, INTAKE)
    assert "Wat al is gemeld" not in form.words
    assert form.sends()["person.name"] == ""
    assert desk.memory.asked["content"] == 0


def test_what_cannot_be_now_is_said_with_its_reason(desk: Desk, browser: Asker) -> None:
    words = "the privacy officer was asked already"
    desk.memory.views[CASE] = a_case("accept_case", barred=(Barred(command="ask_privacy_check", words=words),))
    answer = browser.get(f"/files/{CASE}/do/ask_privacy_check")
    assert answer.status_code == 409
    assert "Said: the privacy officer was asked already." in Parsed(answer.text).words
    assert "een collega" not in answer.text
    case = opened(browser, f"/cases/{REFERENCE}")
    assert "Kan nu niet, en waarom Ask privacy check Said: the privacy officer was asked already." in case.words


def test_help_for_nobody_is_said_at_the_field_before_it_is_sent(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case("offer_help", phase="planning")
    path = f"/files/{CASE}/do/offer_help"
    answers = {"need__service": "cosm", "need__adults": "0", "need__children": "0", "organisations__0": "cosm-shelter"}
    answer = browser.post(path, data=opened(browser, path).sends(**answers))
    assert answer.status_code == 422
    assert "this asks help for nobody" in answer.text.lower() or "voor niemand hulp" in answer.text.lower()
    assert 'href="#f-need-adults"' in answer.text


ALARMS = f"/files/{CASE}/do/acknowledge_alarms"


def alarmed(desk: Desk, *numbers: int) -> None:
    alarms = tuple(AlarmView(number=number, words=f"alarm {number}", times=1) for number in numbers)
    desk.memory.views[CASE] = a_case("acknowledge_alarms", open_alarms=alarms)


def test_only_the_alarms_that_were_ticked_are_acknowledged(desk: Desk, browser: Asker) -> None:
    alarmed(desk, 3, 7)
    sends = opened(browser, ALARMS).sends()
    assert (sends["numbers.0"], sends["numbers.1"]) == ("3", "7")
    del sends["numbers.0"]
    check = Parsed(browser.post(ALARMS, data=sends).text)
    assert "said: alarm 7" in check.words
    assert "alarm 3" not in check.words
    assert browser.post(f"{ALARMS}/send", data=check.sends()).status_code == 303
    assert desk.memory.decided == [(CASE, "acknowledge_alarms", {"numbers": [7], "reason": None})]


def test_no_alarm_that_was_ticked_is_not_all_of_them(desk: Desk, browser: Asker) -> None:
    alarmed(desk, 3, 7)
    sends = {name: value for name, value in opened(browser, ALARMS).sends().items() if not name.startswith("numbers.")}
    refused = browser.post(ALARMS, data=sends)
    assert refused.status_code == 422
    assert "Kruis minstens één aan." in Parsed(refused.text).words
    assert browser.post(f"{ALARMS}/send", data=sends).status_code == 409
    assert desk.memory.decided == []


def test_an_alarm_that_closed_meanwhile_stays_named_and_sent(desk: Desk, browser: Asker) -> None:
    alarmed(desk, 3, 7)
    sends = opened(browser, ALARMS).sends()
    alarmed(desk, 3)
    check = Parsed(browser.post(ALARMS, data=sends).text)
    assert "said: alarm 3 Nummer 7 (staat niet meer open)" in check.words
    browser.post(f"{ALARMS}/send", data=check.sends())
    assert desk.memory.decided == [(CASE, "acknowledge_alarms", {"numbers": [3, 7], "reason": None})]


def test_more_alarms_than_a_form_may_send_are_acknowledged_in_turns(desk: Desk, browser: Asker) -> None:
    alarmed(desk, *range(1, 131))
    form = opened(browser, ALARMS)
    assert "Dit zijn de eerste 100 van 130." in form.words
    check = browser.post(ALARMS, data=form.sends())
    assert check.status_code == 200
    assert browser.post(f"{ALARMS}/send", data=Parsed(check.text).sends()).status_code == 303
    assert len(desk.memory.decided[0][2]["numbers"]) == 100


def test_a_check_of_what_is_not_possible_any_more_says_so(desk: Desk, browser: Asker) -> None:
    form = opened(browser, TRIAGE)
    desk.memory.views[CASE] = a_case("accept_case")
    check = Parsed(browser.post(TRIAGE, data=form.sends(finding="unclear")).text)
    assert "Dit kan nu niet meer" in check.words
    assert "Wat er dan gebeurt" not in check.words
    assert f"{TRIAGE}/send" not in check.actions


def test_a_page_that_answers_a_form_has_no_link_that_would_lose_it(desk: Desk, browser: Asker) -> None:
    form = opened(browser, TRIAGE)
    assert [link for link in opened(browser, ACCEPT).links if link.startswith("/language")], "control"
    check = browser.post(TRIAGE, data=form.sends(finding="unclear"))
    again = browser.post(TRIAGE, data=form.sends())
    desk.memory.away = True
    kept = browser.post(f"{TRIAGE}/send", data=form.sends(finding="unclear"))
    for answer in (check, again, kept):
        assert not [link for link in Parsed(answer.text).links if link.startswith("/language")]


def test_what_is_not_possible_now_shows_where_the_file_is_instead(desk: Desk, browser: Asker) -> None:
    answer = browser.get(f"/files/{CASE}/do/offer_help")
    assert answer.status_code == 409
    assert "Dit kan nu niet" in Parsed(answer.text).words
    assert not desk.answers, "no ticket for it"


@pytest.mark.parametrize(("name", "command"), [(CASE, "imagined"), *((name, "accept_case") for name in ("x", "CASE", "x" * 200))])
def test_what_is_not_there_has_no_form(browser: Asker, name: str, command: str) -> None:
    path = f"/files/{name}/do/{command}"
    assert browser.get(path).status_code == 404
    assert browser.post(path, data={"_ticket": "x"}).status_code in {403, 404}
    assert browser.post(f"{path}/send", data={"_ticket": "x"}).status_code in {403, 404}


@pytest.mark.parametrize("path", [TRIAGE, f"{TRIAGE}/send", f"/files/{CASE}/did/accept_case"])
def test_no_decision_without_the_right(desk: Desk, browser: Asker, path: str) -> None:
    sends = opened(browser, TRIAGE).sends(finding="unclear")
    desk.rights = frozenset({"audit"})
    assert browser.get(path).status_code in {404, 405}
    assert browser.post(path, data=sends).status_code in {404, 405}
    assert desk.memory.decided == []


def test_a_file_of_another_agency_is_not_there(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case("accept_case", agency="comensha")
    assert browser.get(ACCEPT).status_code == 404


def test_what_is_no_form_or_too_large_is_refused(desk: Desk, browser: Asker) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.post(f"{ACCEPT}/send", content=b"\xff\xfe", headers=headers).status_code == 400
    assert browser.post(f"{ACCEPT}/send", content=b"_ticket=" + b"x" * LARGEST, headers=headers).status_code == 413
    assert desk.memory.decided == []


def test_an_answer_to_what_was_not_asked_is_said_and_nothing_is_decided(desk: Desk, browser: Asker) -> None:
    sends = opened(browser, TRIAGE).sends(finding="unclear") | {"imagined": "x"}
    answer = browser.post(TRIAGE, data=sends)
    assert answer.status_code == 422
    assert "not asked" in answer.text


def test_a_get_decides_nothing(desk: Desk, browser: Asker) -> None:
    sends = opened(browser, ACCEPT).sends()
    for path in (ACCEPT, f"{ACCEPT}/send", f"/files/{CASE}/did/accept_case"):
        browser.get(path, params=sends)
    assert desk.memory.decided == []


def test_organisations_are_those_that_work_in_the_region(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case("offer_help", "assign_owner", "ask_privacy_check", phase="planning")
    form = browser.get(f"/files/{CASE}/do/offer_help").text
    assert 'name="organisations.0"' in form
    assert ">Organisatie 1</label>" in form
    assert desk.directory.get("cosm-shelter").name in form
    assert desk.directory.get(desk.at).name in browser.get(f"/files/{CASE}/do/assign_owner").text
    assert ">Lelystad</option>" in browser.get(f"/files/{CASE}/do/ask_privacy_check").text


SCRIPT = '"><script>alert(1)</script>'


def test_what_a_person_types_is_text_on_every_page(desk: Desk, browser: Asker) -> None:
    check = checked(browser, INTAKE, needs=SCRIPT, person__name=SCRIPT)
    again = browser.post(INTAKE, data=check.sends() | {"_change": "yes"})
    desk.memory.away = True
    kept = browser.post(f"{INTAKE}/send", data=check.sends())
    assert "<script>alert" not in again.text + kept.text
    assert Parsed(again.text).sends()["needs"] == SCRIPT


class TestOrders:
    """What a person signs weighs most: it asks for a fresh login, where the form opens and where it is sent."""

    ASK = f"/files/{CASE}/do/ask_erasure"
    ANSWERS: ClassVar = {"reason": "request", "order": "aa.bb.cc"}

    @pytest.fixture(autouse=True)
    def can_be_asked(self, desk: Desk) -> None:
        desk.memory.views[CASE] = a_case("accept_case", "ask_erasure")

    def test_its_form_opens_for_who_has_just_logged_in(self, desk: Desk, browser: Asker) -> None:
        desk.fresh = False
        asks = browser.get(self.ASK)
        assert asks.status_code == 403
        assert f"/login?fresh=yes&back={self.ASK}" in Parsed(asks.text).links
        assert browser.get(ACCEPT).status_code == 200, "control: no other decision asks for it"
        desk.fresh = True
        assert browser.get(self.ASK).status_code == 200

    def test_it_is_not_sent_by_who_has_not_and_goes_on_afterwards(self, desk: Desk, browser: Asker) -> None:
        sends = checked(browser, self.ASK, **self.ANSWERS).sends()
        desk.fresh = False
        asks = browser.post(f"{self.ASK}/send", data=sends)
        assert (asks.status_code, desk.memory.decided) == (403, [])
        assert f"/login?fresh=yes&back={self.ASK}/again" in Parsed(asks.text).links
        assert "aa.bb.cc" not in asks.text
        desk.fresh = True
        again = opened(browser, f"{self.ASK}/again")
        assert {name: again.sends()[name] for name in ("reason", "order", "_ticket")} == {
            **self.ANSWERS,
            "_ticket": sends["_ticket"],
        }
        assert browser.post(f"{self.ASK}/send", data=again.sends()).status_code == 303
        assert desk.memory.decided == [(CASE, "ask_erasure", self.ANSWERS)]
        assert browser.get(f"{self.ASK}/again").headers["location"] == self.ASK, "nothing is kept of it"

    def test_afterwards_it_says_what_happened_meanwhile(self, desk: Desk, browser: Asker) -> None:
        sends = checked(browser, self.ASK, **self.ANSWERS).sends()
        desk.fresh = False
        browser.post(f"{self.ASK}/send", data=sends)
        desk.fresh = True
        desk.memory.happens(CASE, "case_registered")
        assert "Intussen is de zaak veranderd" in opened(browser, f"{self.ASK}/again").words

    def test_where_its_file_does_not_answer_all_stays(self, desk: Desk, browser: Asker) -> None:
        sends = checked(browser, self.ASK, **self.ANSWERS).sends()
        desk.fresh = False
        browser.post(f"{self.ASK}/send", data=sends)
        desk.fresh, desk.memory.away = True, True
        answer = browser.get(f"{self.ASK}/again")
        assert (answer.status_code, Parsed(answer.text).sends()["_ticket"]) == (503, sends["_ticket"])


@pytest.mark.parametrize("number", [8_001, 20_001])
def test_a_text_that_is_too_long_is_said_at_its_field_and_stays_whole(desk: Desk, browser: Asker, number: int) -> None:
    long = "x" * (number - 3) + "END"
    answer = browser.post(INTAKE, data=opened(browser, INTAKE).sends(needs=long))
    assert answer.status_code == 422
    assert "#f-needs" in Parsed(answer.text).links
    assert Parsed(answer.text).sends()["needs"] == long


def test_no_field_is_cut_by_the_browser(browser: Asker) -> None:
    for path in (INTAKE, f"/files/{CASE}/do/ask_erasure"):
        assert not [given for tag, given in Parsed(browser.get(path).text).tags if tag != "p" and "maxlength" in given]


def test_what_helps_to_tick_a_box_stands_below_it(desk: Desk, browser: Asker) -> None:
    class Helping(Spoken):
        def hint(self, model: str, name: str) -> str:
            return f"how {name} is meant"

    desk.speak = Helping
    page = browser.get(f"/files/{CASE}/do/withdraw_consent").text
    assert page.index('for="f-riec"') < page.index("how riec is meant")
    assert 'aria-describedby="f-riec-hint"' in page
