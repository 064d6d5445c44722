"""A person's request for access, asked at whoever answers for the case, over everybody who was told something."""

from tests.console.cli import Cli, patiently
from tests.console.conftest import Reported

OWNER, DESK = "coordinator-almere", "signal-desk"


def test_one_request_is_answered_over_all_agencies_each_for_itself(cli: Cli, reported: Reported) -> None:
    case = reported()
    patiently(lambda: "accept_case" in cli("decide", case))
    assert "several agencies may ask: name one with --as" in cli("access-report", case, "--ask", code=1)
    asked = cli("access-report", case, "--ask", "--as", OWNER)
    assert f"asked: {DESK}" in asked
    assert "has asked already" in cli("access-report", case, "--ask", "--as", OWNER, code=1)

    assert "Not answered yet" in cli("access-report", case, "--as", OWNER)

    patiently(lambda: "disclose" in cli("decide", case, "--as", DESK))
    cli("decide", case, "disclose", "--as", DESK)
    patiently(lambda: "Not answered yet" not in cli("access-report", case, "--as", OWNER))
    report = cli("access-report", case, "--as", OWNER)
    assert "signal with_coordinator" in report, "what the desk holds"
    assert "from Gemeente Urk" in report, "from whom the desk has it"


def test_a_refusal_stands_in_the_report(cli: Cli, reported: Reported) -> None:
    case = reported()
    patiently(lambda: "accept_case" in cli("decide", case))
    cli("access-report", case, "--ask", "--as", OWNER)
    patiently(lambda: "refuse_disclosure" in cli("decide", case, "--as", DESK))
    cli("decide", case, "refuse_disclosure", "reason=identity_unproven", "--as", DESK)
    patiently(lambda: "does not say what it holds: identity unproven" in cli("access-report", case, "--as", OWNER))


def test_a_reporter_cannot_ask_who_else_was_told(cli: Cli, reported: Reported) -> None:
    words = cli("access-report", reported(), "--ask", "--as", "urk", code=1)
    assert "no agency here that may ask" in words
