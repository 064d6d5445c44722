from datetime import timedelta

import pytest

from console.file_names import names_at
from contracts.views import AlarmView, ConsentView, Content, ContentPart, LetterView, StoryLine, TrackView
from tests.console.web.asking import Asker
from tests.console.web.doubles import CASE, NOW, OWNER, REFERENCE, Desk, Trouble, a_case, a_row
from tests.console.web.reading_pages import Parsed

PATH = f"/cases/{REFERENCE}"


def page(browser: Asker, path: str = PATH) -> Parsed:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return Parsed(answer.text)


def test_a_case_says_whose_turn_it_is_why_it_waits_and_what_then(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case("accept_case", "decline_case")
    said = page(browser).words
    assert "Uw organisatie is aan de beurt, sinds" in said
    assert "over 2 uur" in said
    assert "Waarop het wacht: why offered" in said
    assert "Als de tijd om is: Then after offered" in said


def test_every_decision_that_is_possible_has_a_button_and_says_what_it_does(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case("accept_case", "decline_case")
    shown = page(browser)
    assert {f"/files/{CASE}/do/accept_case", f"/files/{CASE}/do/decline_case"} <= {*shown.links}
    assert "what accept_case does" in shown.words


def test_the_story_stands_with_the_newest_first_and_names_agencies(desk: Desk, browser: Asker) -> None:
    story = (
        StoryLine(at=NOW - timedelta(hours=5), what="signal_routed", who="signal-desk"),
        StoryLine(at=NOW - timedelta(hours=4), what="referral_offered", who=OWNER, facts={"to": "cosm-shelter", "referral": "1"}),
    )
    desk.memory.views[CASE] = a_case(story=story, left_out=3)
    said = page(browser).words
    names = {slug: desk.directory.get(slug).name for slug in ("signal-desk", "cosm-shelter", OWNER)}
    offered = f"{names[OWNER]} referral_offered to={names['cosm-shelter']} referral=1"
    assert said.index(offered) < said.index(f"{names['signal-desk']} signal_routed")
    assert "Nog 3 oudere regels" in said


def test_tracks_alarms_letters_consents_and_troubles_are_shown(desk: Desk, browser: Asker) -> None:
    track = TrackView(
        title="help 1",
        name="AidReferral",
        phase="offered",
        turn="cosm-shelter",
        who="the aid organisation",
        since=NOW,
        until=NOW + timedelta(days=3),
        then=None,
        reminders=2,
    )
    desk.memory.views[CASE] = a_case(
        "acknowledge_alarms",
        tracks=(track,),
        alarms=("nobody answers",),
        open_alarms=(AlarmView(number=4, words="nobody answers", times=3),),
        letters=(LetterView(to="cosm-shelter", event="referral_offered", since=NOW),),
        consents=(ConsentView(purpose="help", given=NOW, withdrawn=None, by="person"),),
    )
    desk.memory.troubles[CASE] = [Trouble("its letters do not leave")]
    shown = page(browser)
    shelter = desk.directory.get("cosm-shelter").name
    assert f"{shelter} is aan de beurt" in shown.words
    assert "Er is 2 keer aan herinnerd." in shown.words
    assert "said: nobody answers (3 keer)" in shown.words
    assert shown.links.count(f"/files/{CASE}/do/acknowledge_alarms") == 1
    assert f"{shelter} Part referral_offered" in shown.words
    assert "ConsentTo:help" in shown.words
    assert "Dit staat stil: said: its letters do not leave" in shown.words


def test_a_request_for_help_is_shown_by_its_number_and_for_what(desk: Desk, browser: Asker) -> None:
    track = TrackView(
        title="cosm help", name="AidReferral", phase="not_placed", turn=OWNER, who=None, since=NOW, until=NOW, then=None, number=2
    )
    desk.memory.views[CASE] = a_case(tracks=(track,))
    assert "AidReferral 2, said: cosm help: AidReferral not_placed" in page(browser).words


def test_a_consent_whose_moment_is_not_known_is_shown_as_given(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case(
        consents=(
            ConsentView(purpose="help", given=None, withdrawn=None, by="person", holds=True),
            ConsentView(purpose="registration", given=None, withdrawn=None, by="person"),
            ConsentView(purpose="riec", given=None, withdrawn=NOW, by="person"),
        )
    )
    said = page(browser).words
    assert said.count("gegeven, moment niet bekend") == 2
    assert "ConsentTo:registration niet gegeven niet ingetrokken" in said


def test_a_file_of_before_that_has_alarms_without_numbers_shows_them(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case(alarms=("nobody answers",))
    assert "said: nobody answers" in page(browser).words


def test_a_turn_of_nobody_begins_with_a_capital(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case(track=a_case().track.model_copy(update={"turn": None}))
    assert "Niemand is aan de beurt, sinds" in page(browser).words


def test_a_case_that_has_ended_says_when(desk: Desk, browser: Asker) -> None:
    ended = TrackView(title="case", name="Case", phase="closed", turn=None, who=None, since=NOW, until=None, then=None)
    desk.memory.views[CASE] = a_case(track=ended)
    assert "Afgelopen op" in page(browser).words


def test_a_file_that_does_not_answer_hides_no_other_and_its_row_is_shown(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case("accept_case")
    silent = f"placement-1-{REFERENCE}"
    desk.memory.silent = {silent}
    desk.listed.rows = [a_row(), a_row(name=silent, kind="placement", step="Placement.offered", turn="cosm-shelter")]
    shown = page(browser)
    assert "Placement: de software van uw organisatie reageert niet" in shown.words
    assert f"Volgens de lijst: Placement offered; aan de beurt is {desk.directory.get('cosm-shelter').name}" in shown.words
    assert f"/files/{CASE}/do/accept_case" in shown.links


def test_a_case_of_which_nothing_answers_is_shown_from_the_list(desk: Desk, browser: Asker) -> None:
    desk.memory.silent = {CASE}
    desk.listed.rows = [a_row()]
    assert "Case: de software van uw organisatie reageert niet" in page(browser).words


@pytest.mark.parametrize("reference", [REFERENCE, "imagined", "k" * 25, "..%2f..%2fetc"])
def test_what_is_not_there_is_the_same_page_as_what_is_anothers(desk: Desk, browser: Asker, reference: str) -> None:
    nowhere = browser.get(f"/cases/{reference}")
    desk.memory.views[CASE] = a_case(agency="comensha")
    anothers = browser.get(f"/cases/{REFERENCE}")
    desk.rights = frozenset()
    without_right = browser.get(f"/cases/{REFERENCE}")
    assert {answer.status_code for answer in (nowhere, anothers, without_right)} == {404}
    assert nowhere.text == anothers.text == without_right.text


@pytest.mark.parametrize("path", [PATH, f"{PATH}/content", "/inbox", "/waiting", "/inbox/changed"])
def test_no_page_is_shown_without_the_right(desk: Desk, browser: Asker, path: str) -> None:
    desk.memory.views[CASE] = a_case()
    desk.rights = frozenset({"audit"})
    assert browser.get(path).status_code == 404
    assert browser.post("/find", {"reference": REFERENCE}).status_code == 404


@pytest.mark.parametrize("path", ["/help", "/accessibility"])
def test_help_is_for_everybody_who_has_any_right(desk: Desk, browser: Asker, path: str) -> None:
    desk.rights = frozenset({"audit"})
    assert browser.get(path).status_code == 200
    desk.rights = frozenset()
    assert browser.get(path).status_code == 404


PART = ContentPart(
    what="record_intake",
    who=OWNER,
    at=NOW,
    data={"needs": "a <b>safe</b> place", "person": {"birth_year": 1990, "name": None}, "under_16": False},
)


def test_content_is_read_only_on_its_own_page(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case()
    desk.memory.contents[CASE] = Content(parts=(PART,))
    assert "safe" not in page(browser).text
    assert not desk.memory.asked["content"]
    shown = page(browser, f"{PATH}/content")
    assert desk.memory.asked["content"] == 1
    assert "RecordIntake.needs a <b>safe</b> place" in shown.words
    assert "Person.birth_year 1990" in shown.words
    assert "Person.name niet ingevuld" in shown.words
    assert "RecordIntake.under_16 Nee" in shown.words


def test_content_calls_places_and_agencies_by_name(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case()
    routed = {"signal": {"municipality": "GM0995", "urgency": "crisis"}}
    parts = (
        ContentPart(what="signal_routed", who="signal-desk", at=None, data=routed),
        ContentPart(what="offer_help", who=OWNER, at=None, data={"organisations": ["cosm-shelter", "unknown-shelter"]}),
        ContentPart(what="from_a_later_version", who=OWNER, at=None, data={"some_field": {"odd": [1, None]}, "empty": {}}),
    )
    desk.memory.contents[CASE] = Content(parts=parts)
    said = page(browser, f"{PATH}/content").words
    assert "Signal.municipality Lelystad" in said
    assert "Signal.urgency Urgency:crisis" in said
    assert f"{desk.directory.get('cosm-shelter').name} unknown-shelter" in said
    assert "some field odd 1 niet ingevuld" in said


def test_content_of_a_silent_file_says_that_something_is_missing(desk: Desk, browser: Asker) -> None:
    desk.memory.silent = {CASE}
    desk.listed.rows = [a_row()]
    assert "niet alles staat hier" in page(browser, f"{PATH}/content").words


def test_a_silent_file_that_the_list_does_not_know_yet_is_told_of(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case()
    desk.memory.silent = {next(name for name in names_at(desk.directory.get(OWNER), REFERENCE) if name != CASE)}
    assert "Misschien is er meer over deze zaak" in page(browser).words
    assert "niet alles staat hier" in page(browser, f"{PATH}/content").words


def test_titles_and_addresses_hold_a_reference_and_nothing_else_of_a_person(desk: Desk, browser: Asker) -> None:
    desk.memory.views[CASE] = a_case()
    desk.memory.contents[CASE] = Content(parts=(PART,))
    answer = browser.get(f"{PATH}/content").text
    title = answer.split("<title>")[1].split("</title>")[0]
    assert title == f"Inhoud van zaak {REFERENCE} - Keten"
