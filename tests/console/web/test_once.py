"""A story says nothing twice, and in the order in which it happened."""

from datetime import timedelta

from console.web.moments import Clock
from console.web.once import TOLD, told_once
from console.web.shown import Showing
from contracts.agencies import read_directory
from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS
from contracts.views import StoryLine
from tests.console.web.doubles import NOW, OWNER
from tests.console.web.spoken import spoken


def line(what: str, seconds: float = 0, who: str = OWNER, **facts: str) -> StoryLine:
    return StoryLine(at=NOW + timedelta(seconds=seconds), what=what, who=who, facts=facts)


def whats(*lines: StoryLine) -> list[str]:
    return [one.what for one in told_once(lines)]


def test_decisions_and_events_are_those_that_there_are() -> None:
    assert {*TOLD} <= {*COMMANDS}
    names = {"".join(f"_{c.lower()}" if c.isupper() else c for c in event.__name__)[1:] for event in CATALOGUE.values()}
    assert {*TOLD.values()} <= names


def test_a_decision_and_the_event_that_tells_of_it_are_one_line_with_the_facts_of_both() -> None:
    found = told_once([line("decline_case", reason="conflict"), line("case_declined", 1, to="signal-desk")])
    assert [(one.what, one.facts) for one in found] == [("case_declined", {"reason": "conflict", "to": "signal-desk"})]


def test_what_another_says_or_what_follows_later_is_told_for_itself() -> None:
    assert whats(line("accept_case"), line("case_accepted", 1, "comensha")) == ["accept_case", "case_accepted"]
    assert whats(line("accept_case"), line("case_accepted", 61)) == ["accept_case", "case_accepted"]
    assert whats(line("case_accepted"), line("accept_case", 5)) == ["case_accepted", "accept_case"], "that was before"
    assert whats(line("record_triage"), line("case_progressed", 1)) == ["record_triage", "case_progressed"]


def test_each_decision_has_its_own_event() -> None:
    asked = line("offer_help"), line("referral_offered", 1, to="cosm-shelter"), line("referral_offered", 2, to="womens-shelter")
    assert whats(*asked) == ["referral_offered", "referral_offered"]


def test_the_newest_stands_first_also_among_what_happened_at_one_moment() -> None:
    clock = Clock(spoken("nl"), "nl", NOW)
    showing = Showing(spoken("nl"), clock, read_directory(), OWNER)
    shown = showing.story([line("record_triage"), line("record_intake"), line("record_consent"), line("signal_routed", -60)])
    assert [one.words.split()[-1] for one in shown] == ["record_consent", "record_intake", "record_triage", "signal_routed"]
