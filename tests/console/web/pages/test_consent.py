from datetime import timedelta

import pytest

from contracts.events.referrals import ReferralRecalled
from contracts.views import ConsentView, StoryLine
from tests.console.lives.lines import AT, OTHER, sent_line
from tests.console.web.asking import Asker
from tests.console.web.doubles import CASE, OWNER, REFERENCE, Desk, a_case
from tests.console.web.reading_pages import Parsed

MINUTE = timedelta(minutes=1)
PATH = f"/cases/{REFERENCE}/consent"
SHELTER = "Voorbeeldopvang COSM"


def page(browser: Asker) -> str:
    answer = browser.get(PATH)
    assert answer.status_code == 200, answer.text
    return Parsed(answer.text).words


def consented(desk: Desk, *consents: ConsentView, story: tuple[StoryLine, ...] = ()) -> None:
    desk.memory.views[CASE] = a_case(consents=consents, story=story)


HELP = ConsentView(purpose="help", given=AT, withdrawn=None, by="person")


def test_a_consent_says_when_by_whom_until_when_and_what_was_shared_on_it(desk: Desk, browser: Asker) -> None:
    consented(desk, HELP)
    desk.wrote.lines = [sent_line(1, after=MINUTE)]
    said = page(browser)
    assert "ConsentTo:help: toestemming geldt" in said
    assert "ma 2 mrt 10:00, door de persoon zelf" in said
    assert "Geldt tot de persoon de toestemming intrekt" in said
    assert f"Part referral_offered {SHELTER} ma 2 mrt 10:01" in said
    assert "die hier niet staat" not in said


def test_one_that_was_taken_back_says_what_followed(desk: Desk, browser: Asker) -> None:
    withheld = StoryLine(at=AT + 3 * MINUTE, what="withheld", who=OWNER, facts={"to": OTHER, "what": "referral_offered"})
    consented(desk, HELP.model_copy(update={"withdrawn": AT + 2 * MINUTE, "by": "guardian"}), story=(withheld,))
    desk.wrote.lines = [sent_line(1, after=MINUTE), sent_line(2, ReferralRecalled, after=3 * MINUTE)]
    said = page(browser)
    assert "ConsentTo:help: toestemming is ingetrokken" in said
    assert "door een ouder of voogd" in said
    assert "Geldt tot ma 2 mrt 10:02" in said
    assert f"part referral_recalled aan {SHELTER} ma 2 mrt 10:03" in said
    assert f"Niet meer verstuurd: part referral_offered aan {SHELTER}" in said


def test_one_that_was_not_given_says_so_and_nothing_more(desk: Desk, browser: Asker) -> None:
    consented(desk, ConsentView(purpose="riec", given=None, withdrawn=None, by="person"))
    said = page(browser)
    assert "ConsentTo:riec: geen toestemming" in said
    assert "niets gedeeld" not in said


def test_what_was_shared_on_a_consent_that_stands_elsewhere_is_not_hidden(desk: Desk, browser: Asker) -> None:
    consented(desk)
    desk.wrote.lines = [sent_line(1)]
    said = page(browser)
    assert "In dit dossier is geen toestemming vastgelegd." in said
    assert f"Part referral_offered {SHELTER} ma 2 mrt 10:00" in said
    assert desk.wrote.asked == [("consents", REFERENCE)]


@pytest.mark.parametrize("rights", [{"operate"}, {"audit"}, set[str]()], ids=str)
def test_nobody_sees_it_without_the_right(desk: Desk, browser: Asker, rights: set[str]) -> None:
    consented(desk, HELP)
    desk.rights = frozenset(rights)
    assert browser.get(PATH).status_code == 404
    assert desk.wrote.asked == []
