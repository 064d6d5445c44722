"""Who did what, as an auditor sees it: the newest first, in pages, in words, and only for whoever may."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest

from console.log_checks import Check
from runtime.audit.proof import Proof
from runtime.audit.store import SignedHead
from runtime.audit.tampering import Flaw, Kind
from tests.console.web.asking import Asker
from tests.console.web.doubles import NOW, REFERENCE, Books, Desk, Entry

NUMBER = re.compile(r'data-head="Nr\.">(\d+)<')


@pytest.fixture(autouse=True)
def auditor(desk: Desk) -> None:
    desk.rights = frozenset({"audit"})


def entry(seq: int, what: str = "case", action: str = "read", **more: str) -> Entry:
    return Entry(seq, NOW - timedelta(minutes=1000 - seq), "c-17", action, REFERENCE, what)._replace(**more)


def numbers(said: str) -> list[int]:
    return [int(number) for number in NUMBER.findall(said)]


@pytest.mark.parametrize("rights", [{"handle"}, {"operate"}, {"oversee"}, {"handle", "operate", "oversee"}, set[str]()])
def test_without_the_right_there_is_no_such_page(desk: Desk, browser: Asker, rights: set[str]) -> None:
    desk.rights = frozenset(rights)
    assert browser.get("/audit").status_code == 404
    assert browser.post("/audit").status_code == 404
    assert (desk.kept.sought, desk.kept.checks) == ([], 0)
    assert "/audit" not in browser.get("/help").text if rights else True


def test_the_newest_stand_first_and_each_entry_stands_on_one_page(desk: Desk, browser: Asker) -> None:
    desk.kept.written = [entry(seq) for seq in range(1, 121)]
    seen: list[int] = []
    address = "/audit"
    while address:
        said = browser.get(address).text
        seen += numbers(said)
        older = re.search(r'href="(/audit\?[^"]*before=[^"]*)"', said)
        address = html.unescape(older[1]) if older else ""
    assert seen == list(range(120, 0, -1))


def test_a_page_that_is_full_to_the_last_entry_leads_to_no_empty_one(desk: Desk, browser: Asker) -> None:
    desk.kept.written = [entry(seq) for seq in range(1, 51)]
    assert "before=" not in browser.get("/audit").text


def test_an_entry_is_said_in_words(desk: Desk, browser: Asker) -> None:
    desk.kept.written = [entry(1, "dead_letter:418:corrected", "replay", outcome="refused"), entry(2, "audit_log", "read_audit")]
    said = browser.get("/audit").text
    assert "Opnieuw aangeboden: bericht 418 dat niet aangenomen kon worden, verbeterd" in said
    assert "geweigerd" in said
    assert "Bekeken wie wat deed: auditlog" in said
    assert "read_audit" not in re.sub(r"<select.*?</select>", "", said, flags=re.DOTALL)


def test_a_case_is_a_link_for_whoever_may_open_it(desk: Desk, browser: Asker) -> None:
    desk.kept.written = [entry(1)]
    link = f'<a href="/cases/{REFERENCE}">'
    assert link not in browser.get("/audit").text
    desk.rights = frozenset({"audit", "handle"})
    assert link in browser.get("/audit").text


def test_what_is_sought_is_asked_and_stays_in_the_next_page(desk: Desk, browser: Asker) -> None:
    desk.kept.written = [entry(seq) for seq in range(1, 60)]
    sought = {"person": "c-17", "case": REFERENCE, "act": "read", "since": "2026-03-28", "until": "2026-03-29"}
    said = browser.get("/audit", sought).text
    assert desk.kept.sought == [
        {
            "person": "c-17",
            "case": REFERENCE,
            "action": "read",
            "since": datetime(2026, 3, 27, 23, tzinfo=UTC),  # midnight in Amsterdam, in winter
            "until": datetime(2026, 3, 29, 22, tzinfo=UTC),  # and in summer, which began that night
        }
    ]
    older = re.search(r'href="(/audit\?[^"]*before=10)"', html.unescape(said))
    assert older
    browser.get(older[1])
    assert desk.kept.sought[1] == desk.kept.sought[0]
    assert 'value="c-17"' in said
    assert '<option value="read" selected>' in said


@pytest.mark.parametrize(
    ("sought", "words"),
    [
        ({"person": "Jan Jansen"}, "Een medewerker heeft een schuilnaam"),
        ({"case": "12345"}, "Een zaak heeft een kenmerk"),
        ({"act": "dance"}, "Zo&#39;n soort handeling is er niet"),
        ({"since": "gisteren"}, "Schrijf een dag zo"),
        ({"until": "9999-12-31"}, "Schrijf een dag zo"),
        ({"since": "0001-01-01"}, "Schrijf een dag zo"),
    ],
)
def test_what_can_be_nothing_of_ours_is_said_and_not_asked(
    desk: Desk, browser: Asker, sought: dict[str, str], words: str
) -> None:
    desk.kept.written = [entry(1)]
    said = browser.get("/audit", sought).text
    assert words in said
    assert desk.kept.sought == []
    assert numbers(said) == []


def test_a_place_that_is_none_is_the_beginning(desk: Desk, browser: Asker) -> None:
    desk.kept.written = [entry(1)]
    for before in ("x", "-1", "9" * 30, "1; drop table"):
        assert numbers(browser.get("/audit", {"before": before}).text) == [1]


def test_what_cannot_be_written_down_is_not_shown(desk: Desk, browser: Asker) -> None:
    desk.kept.closed = True
    desk.kept.written = [entry(1)]
    for ask in (browser.get, browser.post):
        with pytest.raises(desk.closing):
            ask("/audit")


def test_a_check_is_begun_by_a_button_and_by_no_page(desk: Desk, browser: Asker) -> None:
    browser.get("/audit")
    assert desk.kept.checks == 0
    answer = browser.post("/audit")
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit")
    assert desk.kept.checks == 1


SIGNED = SignedHead("2026-03-02", 5, "")


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (None, "nog niet nagerekend"),
        (Check(total=9000, done=4000), "tot nu toe kloppen 4000 van de 9000 regels"),
        (Check(ended=NOW), "Het log kon niet worden gelezen"),
        (Check(ended=NOW, proof=Proof(8, None, ())), "tot en met regel 8: elke regel is zoals hij is geschreven"),
        (Check(ended=NOW, proof=Proof(8, None, ())), "Er is nog niets van ondertekend"),
        (Check(ended=NOW, proof=Proof(8, SIGNED, ())), "Ondertekend tot en met regel 5, op 2 maart 2026"),
        (Check(ended=NOW, proof=Proof(3, SIGNED, (Flaw(Kind.ALTERED, 4, "x"),))), "Vanaf regel 4 is er iets veranderd"),
        (Check(ended=NOW, proof=Proof(3, SIGNED, (Flaw(Kind.ALTERED, 4, "x"),))), "De eerste 3 regels kloppen"),
    ],
)
def test_what_a_check_found_is_said(desk: Desk, browser: Asker, check: Check | None, words: str) -> None:
    desk.kept = Books(check_found=check)
    said = browser.get("/audit").text
    assert words in said
    assert ("zoals het is geschreven" in said) == bool(check and check.proof and check.proof.flaws)
