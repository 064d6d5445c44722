from datetime import timedelta

import pytest

from contracts.events.referrals import ReferralSeen
from contracts.events.signals import SignalRouted
from contracts.logged import decided
from contracts.standing import Outcome, Standing
from tests.console.lives.lines import AT, DIRECTORY, OTHER, sent_line, taken_line
from tests.console.web.asking import Asker
from tests.console.web.doubles import CASE, OWNER, REFERENCE, Desk, a_case
from tests.console.web.reading_pages import Parsed

MINUTE = timedelta(minutes=1)
PATH = f"/cases/{REFERENCE}/knew"
SHELTER = "Voorbeeldopvang COSM"


@pytest.fixture(autouse=True)
def a_case_here(desk: Desk) -> None:
    desk.memory.views[CASE] = a_case()
    desk.wrote.lines = [
        taken_line(1, SignalRouted, after=-MINUTE, by="signal-desk", system="signal"),
        decided("accept_case", REFERENCE, DIRECTORY.get(OWNER), AT - MINUTE / 2),
        sent_line(2),
        taken_line(3, ReferralSeen, after=5 * MINUTE),
    ]
    desk.wrote.standings = [Standing(f"{2:032x}", OTHER, left_at=AT, outcome=Outcome(AT + 2 * MINUTE, arrived=True))]


def page(browser: Asker, at: str = "") -> Parsed:
    answer = browser.get(PATH, {"at": at} if at else None)
    assert answer.status_code == 200, answer.text
    return Parsed(answer.text)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-03-02 09:58", "Uw organisatie had toen nog niets."),
        ("2026-03-02 09:59", "Part signal_routed ontvangen van Voorbeeldmeldpunt"),
        ("2026-03-02 09:59", "Accept case hier besloten ma 2 mrt 09:59"),
        ("2026-03-02 09:59", "Uw organisatie had toen nog niemand iets verteld."),
        ("2026-03-02 10:01", "Part referral_offered ma 2 mrt 10:00 toen nog niet bevestigd toen niet gezegd"),
        ("02-03-2026 10:02", "Part referral_offered ma 2 mrt 10:00 ma 2 mrt 10:02 toen niet gezegd"),
        ("2026-03-02T10:05", "Part referral_offered ma 2 mrt 10:00 ma 2 mrt 10:02 ma 2 mrt 10:05"),
    ],
)
def test_it_says_who_could_know_what_then(desk: Desk, browser: Asker, at: str, said: str) -> None:
    desk.wrote.lines[0] = desk.wrote.lines[0].model_copy()
    shown = page(browser, at)
    assert said.replace("Voorbeeldmeldpunt", DIRECTORY.get("signal-desk").name) in shown.words
    assert "Wat men wist op ma 2 mrt" in shown.words
    assert shown.sends()["at"] == at, "what was asked stays in the field"


def test_without_a_moment_it_is_now(browser: Asker) -> None:
    shown = page(browser)
    assert SHELTER in shown.words
    assert "ma 2 mrt 10:05" in shown.words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("yesterday", "Dit is geen datum met een tijd."),
        ("2026-03-02", "Dit is geen datum met een tijd."),
        ("<script>", "Dit is geen datum met een tijd."),
        ("9" * 5000, "Dit is geen datum met een tijd."),
        ("2026-02-30 10:00", "Dit is geen datum met een tijd."),
        ("2026-03-29 02:30", "Die tijd bestond niet"),
        ("2199-01-01 10:00", "Dat moment moet nog komen."),
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_moment_is_said_in_words_at_the_field(browser: Asker, at: str, words: str) -> None:
    answer = browser.get(PATH, {"at": at})
    assert answer.status_code == 400
    shown = Parsed(answer.text)
    assert shown.words.count(words) == 2, "in the summary, and at the field"
    assert "#at" in shown.links
    [field] = [given for tag, given in shown.tags if tag == "input" and given.get("name") == "at"]
    assert field["aria-invalid"] == "true"
    assert "at-fault" in (field["aria-describedby"] or "")
    assert "<script>" not in answer.text
    assert "Wat men wist" not in shown.words


def test_that_somebody_looks_is_written_down_first(desk: Desk, browser: Asker) -> None:
    page(browser)
    assert desk.wrote.asked == [("knew", REFERENCE)]


def test_who_audits_may_look_and_is_led_to_nothing_else(desk: Desk, browser: Asker) -> None:
    desk.rights = frozenset({"audit"})
    assert [link for link in page(browser).links if link.startswith("/cases/")] == [PATH]


@pytest.mark.parametrize("rights", [{"operate"}, {"oversee"}, set[str]()], ids=str)
def test_nobody_else_sees_it(desk: Desk, browser: Asker, rights: set[str]) -> None:
    desk.rights = frozenset(rights)
    assert browser.get(PATH).status_code == 404
    assert desk.wrote.asked == []
