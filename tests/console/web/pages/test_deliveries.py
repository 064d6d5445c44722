from datetime import timedelta

import pytest

from console.rungs import Mark, Rung, Why
from console.web.laddered import REASONS, RUNGS, SIGNS
from contracts.events.referrals import ReferralOffered, ReferralSeen
from contracts.standing import Hanging, Outcome, Standing
from contracts.views import LetterView
from tests.console.lives.lines import AT, OTHER, sent_line, taken_line
from tests.console.web.asking import Asker
from tests.console.web.doubles import CASE, REFERENCE, Closed, Desk, a_case, a_row
from tests.console.web.reading_pages import Parsed

MINUTE = timedelta(minutes=1)
PATH, EVERY = f"/cases/{REFERENCE}/deliveries", "/deliveries"
SHELTER = "Voorbeeldopvang COSM"


def standing(number: int = 1, other: str = OTHER, **more: object) -> Standing:
    return Standing(f"{number:032x}", other, **{"left_at": AT, **more})  # type: ignore[arg-type]


def page(browser: Asker, path: str = PATH) -> Parsed:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return Parsed(answer.text)


@pytest.fixture(autouse=True)
def a_case_here(desk: Desk) -> None:
    desk.memory.views[CASE] = a_case()
    desk.wrote.lines = [sent_line(1)]


class TestOfACase:
    def test_every_rung_stands_with_its_moment_or_since_when_it_waits(self, desk: Desk, browser: Asker) -> None:
        desk.wrote.lines.append(taken_line(2, ReferralSeen, after=2 * MINUTE))
        desk.wrote.standings = [standing(outcome=Outcome(AT + MINUTE, arrived=True))]
        said = page(browser).words
        assert "Verstuurd: ma 2 mrt 10:00" in said
        assert "In het postvak: ma 2 mrt 10:00" in said
        assert "Bezorgd: ma 2 mrt 10:01" in said
        assert "Gelezen: ma 2 mrt 10:02" in said
        assert "Beantwoord: nog niet, sinds ma 2 mrt 10:01" in said
        assert f"{SHELTER} heeft nog niet geantwoord." in said
        assert "Wat onderweg is of op een ander wacht (1)" in said

    def test_what_hangs_stands_first_and_says_why(self, desk: Desk, browser: Asker) -> None:
        desk.wrote.lines.append(sent_line(2, ReferralOffered, after=MINUTE, to="womens-shelter"))
        refused = Outcome(AT + MINUTE, arrived=True, code="no_ground")
        desk.wrote.standings = [standing(outcome=refused), standing(2, "womens-shelter")]
        said = page(browser).words
        assert f"{SHELTER} heeft het bericht geweigerd: RefusalCode:no_ground." in said
        assert said.index("Wat niet verder komt (1)") < said.index("Wat onderweg is of op een ander wacht (1)")

    def test_what_has_come_as_far_as_it_can_stands_in_the_table_alone(self, desk: Desk, browser: Asker) -> None:
        desk.wrote.lines.append(taken_line(2, after=3 * MINUTE))
        desk.wrote.standings = [standing(outcome=Outcome(AT + MINUTE, arrived=True))]
        shown = page(browser)
        assert "zo ver als het kan komen" in shown.words
        assert "ladder" not in [given.get("class") for _, given in shown.tags]
        assert "ma 2 mrt 10:03 (part referral_accepted)" in shown.words

    def test_a_letter_that_its_file_still_holds_is_there(self, desk: Desk, browser: Asker) -> None:
        letter = LetterView(to="womens-shelter", event="referral_offered", since=AT)
        desk.memory.views[CASE] = a_case(letters=(letter,))
        assert "Verstuurd: nog niet, sinds ma 2 mrt 10:00" in page(browser).words

    def test_a_file_that_does_not_answer_is_told_of(self, desk: Desk, browser: Asker) -> None:
        desk.memory.silent = {CASE}
        desk.listed.rows = [a_row()]
        assert "Misschien staan hier niet alle berichten" in page(browser).words

    def test_more_letters_than_a_page_holds_are_counted(self, desk: Desk, browser: Asker) -> None:
        desk.wrote.lines = [sent_line(number, after=number * MINUTE) for number in range(1, 251)]
        desk.wrote.standings = [standing(number) for number in range(1, 251)]
        shown = page(browser)
        assert "Nog 50 oudere berichten" in shown.words
        assert "op een ander wacht (250)" in shown.words
        assert len([tag for tag, _ in shown.tags if tag == "article"]) == 40
        assert len([tag for tag, _ in shown.tags if tag == "tr"]) == 201

    def test_where_nothing_was_sent_that_is_said(self, desk: Desk, browser: Asker) -> None:
        desk.wrote.lines = []
        assert "niets aan anderen gestuurd" in page(browser).words

    def test_the_case_leads_to_it_and_it_leads_back(self, desk: Desk, browser: Asker) -> None:
        paths = {f"/cases/{REFERENCE}{end}" for end in ("", "/content", "/consent", "/deliveries", "/knew")}
        assert paths <= {*page(browser, f"/cases/{REFERENCE}").links}
        assert paths <= {*page(browser).links}

    def test_that_somebody_looks_is_written_down_first(self, desk: Desk, browser: Asker) -> None:
        page(browser)
        assert desk.wrote.asked == [("deliveries", REFERENCE)]
        desk.wrote.closed = True
        with pytest.raises(Closed):
            browser.get(PATH)

    def test_every_rung_mark_and_reason_has_its_words(self) -> None:
        assert ({*RUNGS}, {*SIGNS}, {*REASONS}) == ({*Rung}, {*Mark}, {*Why})
        assert not any(sign.isalnum() for sign in SIGNS.values())


class TestOfAnAgency:
    @pytest.fixture(autouse=True)
    def rights(self, desk: Desk) -> None:
        desk.rights = frozenset({"operate"})

    @staticmethod
    def hang(desk: Desk, number: int, other: str = OTHER, **more: object) -> None:
        desk.wrote.letters.append(Hanging(REFERENCE, ReferralOffered.rule.type, standing(number, other, **more)))
        desk.wrote.counts[other] += 1

    def test_what_hangs_stands_by_recipient_with_how_much_it_is(self, desk: Desk, browser: Asker) -> None:
        self.hang(desk, 1, "lelystad", asked_at=AT)
        self.hang(desk, 2)
        self.hang(desk, 3, "lelystad")
        said = page(browser, EVERY).words
        assert said.index("Aan Gemeente Lelystad (2)") < said.index(f"Aan {SHELTER} (1)")
        assert "3 berichten komen niet verder." in said
        assert "meer dan 15 minuten geleden" in said
        assert "Sinds ma 2 mrt 10:00" in said
        assert "de software daar antwoordt niet" in said
        assert "er is nog niet naar gevraagd" in said
        assert "waarschijnlijk werkt de berichtenbus niet" not in said

    def test_where_letters_to_several_cannot_leave_the_bus_is_named(self, desk: Desk, browser: Asker) -> None:
        self.hang(desk, 1, left_at=None, held_at=AT)
        assert "de berichtenbus niet" not in page(browser, EVERY).words
        self.hang(desk, 2, "lelystad", left_at=None, held_at=AT)
        assert "waarschijnlijk werkt de berichtenbus niet" in page(browser, EVERY).words

    def test_no_more_than_some_are_shown_of_one_recipient_and_the_others_counted(self, desk: Desk, browser: Asker) -> None:
        for number in range(1, 31):
            self.hang(desk, number)
        desk.wrote.counts["comensha"] = 7
        shown = page(browser, EVERY)
        assert "En nog 5 andere." in shown.words
        assert "CoMensha (7)" in shown.words
        assert "En nog 7 andere." in shown.words
        assert shown.words.count("Sinds ") == 25

    def test_only_who_works_on_cases_is_led_to_them(self, desk: Desk, browser: Asker) -> None:
        self.hang(desk, 1)
        assert PATH not in page(browser, EVERY).links
        desk.rights = frozenset({"operate", "handle"})
        assert PATH in page(browser, EVERY).links

    def test_where_nothing_hangs_that_is_said(self, browser: Asker) -> None:
        assert "Alles wat is verstuurd, is aangekomen." in page(browser, EVERY).words


@pytest.mark.parametrize(
    ("path", "rights"),
    [(PATH, {"operate"}), (PATH, {"audit"}), (EVERY, {"handle"}), (EVERY, {"audit"}), (PATH, set[str]())],
    ids=str,
)
def test_nobody_sees_them_without_the_right(desk: Desk, browser: Asker, path: str, rights: set[str]) -> None:
    desk.rights = frozenset(rights)
    assert browser.get(path).status_code == 404
    assert desk.wrote.asked == []


@pytest.mark.parametrize("reference", ["imagined", "k" * 25, "k9123456789abcdefghjkmnpq"])
def test_what_is_not_there_is_not_found(browser: Asker, reference: str) -> None:
    for page_of in ("deliveries", "consent", "knew"):
        assert browser.get(f"/cases/{reference}/{page_of}").status_code == 404
