import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.console.cli import Cli, patiently
from tests.installed import Keten

Reported = Callable[[], str]
OWNER = "coordinator-almere"


@pytest.fixture
def case(keten: Keten, cli: Cli, reported: Reported) -> str:
    """A case that its coordinator has accepted."""
    reference = reported()
    asyncio.run(keten.here.staff.sees(OWNER, reference, "offered", "case"))
    assert f"done: case at {OWNER} is now triage" in cli("decide", reference, "accept_case", "--as", OWNER)
    return reference


def listed(cli: Cli, reference: str, *filters: str) -> bool:
    return reference in {row["case"] for row in cli.rows("cases", *filters)}


def test_every_filter_finds_a_case_and_leaves_it_out(cli: Cli, case: str) -> None:
    patiently(lambda: listed(cli, case, "--phase", "triage"))  # what is listed follows a moment later
    assert listed(cli, case)
    assert listed(cli, case, "--region", "Almere", "--owner", OWNER, "--phase", "triage")
    assert not listed(cli, case, "--region", "Zwolle")
    assert not listed(cli, case, "--phase", "aftercare")
    assert not listed(cli, case, "--owner", "flevoland")
    assert not listed(cli, case, "--overdue")
    assert listed(cli, case, "--turn", OWNER, "--phase", "triage")
    assert not listed(cli, case, "--turn", "flevoland")
    assert not listed(cli, case, "--alarm")
    assert listed(cli, case, "--kind", "case", "--phase", "triage")
    assert not listed(cli, case, "--kind", "placement")
    assert not listed(cli, case, "--waits", OWNER, "--kind", "case")
    assert listed(cli, case, "--waits", "flevoland", "--kind", "case")
    assert not listed(cli, case, "--week", "--phase", "aftercare")


def test_a_step_inside_a_case_stands_in_the_list_of_whose_turn_it_is(cli: Cli, case: str) -> None:
    cli("decide", case, "record_triage", "finding=presumed_victim")
    cli("decide", case, "record_intake", "needs=an example")
    cli("decide", case, "record_consent", "help=true")
    cli("decide", case, "offer_help", 'need={"service": "cosm"}', 'organisations=["cosm-shelter"]')
    cli("decide", case, "decline_offer", "reason=full", "--as", "cosm-shelter")

    def of_the_owner() -> list[str]:
        return [row["step"] for row in cli.rows("cases", "--turn", OWNER) if (row["case"], row["kind"]) == (case, "case")]

    patiently(lambda: of_the_owner() == ["AidReferral.not_placed"])


def test_a_closed_case_is_listed_when_asked_for(cli: Cli, case: str) -> None:
    cli("decide", case, "record_triage", "finding=no_victim")
    patiently(lambda: not listed(cli, case))
    assert listed(cli, case, "--closed")
    assert "no files that fit; --closed shows those that have ended" in cli("cases", "--phase", "imagined")


def test_a_case_shows_whose_turn_it_is_and_the_story_over_all_agencies(cli: Cli, case: str) -> None:
    said = cli("case", case)
    assert f"case {case}, responsible: {OWNER}" in said
    assert f"triage {OWNER} (care coordinator), since" in said
    assert "then the coordinator is reminded" in said
    assert "signal-desk ◀ urk: signals.reported" in said
    assert f"{OWNER} ▶ signal-desk: cases.accepted" in said
    assert said.count("signals.routed") == 1, "an event is drawn once, where it was sent"


def test_what_can_be_decided_is_listed_with_its_fields(cli: Cli, case: str) -> None:
    said = cli("decide", case)
    assert f"{OWNER} record_triage" in said
    for word in ("finding", "presumed_victim", "unclear", "other_harm", "no_victim"):  # in a narrow column
        assert word in said
    assert "urk close_report Stop following." in said


def test_decisions_take_fields_or_json(cli: Cli, case: str) -> None:
    assert "is now intake" in cli("decide", case, "record_triage", "finding=presumed_victim")
    content = json.dumps({"needs": "an example", "person": {"birth_year": 1990, "language": "Dutch"}})
    assert "is now consent" in cli("decide", case, "record_intake", "--data", content)
    assert "is now planning" in cli("decide", case, "record_consent", "help=true", "registration=true", "written=true")
    organisations = 'organisations=["cosm-shelter"]'
    assert "is now in_care" in cli("decide", case, "offer_help", 'need={"service": "cosm"}', organisations)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["imagined"], "imagined is not possible now; possible: "),
        (["accept_case"], "record_triage (coordinator-almere)"),
        (["record_triage"], "record_triage: finding is missing"),
        (["record_triage", "finding=perhaps"], "finding must be one of: presumed_victim, unclear, other_harm, no_victim"),
        (["record_triage", "finding=unclear", "by=me"], "by is not a field here; known here: finding"),
        (
            ["record_triage", "--as", "urk"],
            "not possible now; possible: supplement_signal (urk), close_report (urk)",
        ),
        (["record_triage", "--as", "nobody"], "no agency 'nobody' in the directory"),
    ],
)
def test_a_wrong_decision_is_refused_in_words(cli: Cli, case: str, arguments: list[str], words: str) -> None:
    assert words in cli("decide", case, *arguments, code=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["record_triage", "unclear"], "'unclear' is not like field=value"),
        (["record_triage", "--data", "{oops"], "--data is not JSON"),
        (["record_triage", "--data", "[]"], "--data is not a JSON object"),
    ],
)
def test_what_cannot_be_read_is_said_before_anything_is_asked(cli: Cli, arguments: list[str], words: str) -> None:
    assert words in cli("decide", "k0", *arguments, code=2)


def test_the_rules_of_the_process_are_said_in_words(cli: Cli, case: str) -> None:
    cli("decide", case, "record_triage", "finding=presumed_victim")
    cli("decide", case, "record_intake", "needs=an example", "under_16=true")
    assert "parent or guardian" in cli("decide", case, "record_consent", "help=true", code=1)
    assert "written consent" in cli("decide", case, "record_consent", "help=true", "registration=true", code=1)


def test_cases_and_decisions_for_programs(cli: Cli, case: str) -> None:
    patiently(lambda: listed(cli, case, "--phase", "triage"))
    [row] = [row for row in cli.rows("cases") if (row["case"], row["kind"], row["agency"]) == (case, "case", OWNER)]
    assert (row["agency"], row["owner"], row["phase"], row["status"]) == (OWNER, OWNER, "triage", "running")
    assert datetime.fromisoformat(row["until"]) > datetime.now(UTC)
    whole = json.loads(cli.raw("case", case, "--json"))
    assert whole["case"] == case
    assert {"signal", "case", "report"} <= {file["kind"] for file in whole["files"]}
    choices = json.loads(cli.raw("decide", case, "--json"))
    [triage] = [choice for choice in choices if choice["command"] == "record_triage"]
    assert triage["agency"] == OWNER
    assert "finding" in triage["fields"]["properties"]
    done = json.loads(cli.raw("decide", case, "record_triage", "finding=unclear", "--json"))
    assert done["agency"] == OWNER
    assert done["phase"]


def pages_fit(cli: Cli, *filters: str) -> bool:
    """Whether pages of a list say how many files there are, begin where the one before ended, and make up the whole."""
    said = cli(*filters, "--limit", "2")
    counted = re.search(r"2 of (\d+) files; the next ones: the same with --after (\S+)", said)
    assert counted
    number, second = int(counted[1]), counted[2]
    whole, paged = ([row["place"] for row in cli.rows(*filters, "--limit", most)] for most in ("300", "3"))
    ended = f"these are the last of {number} files" in cli.pages(*filters, "--limit", "300", "--after", second)
    return ended and paged == whole and (len(whole), whole[1]) == (number, second)


def test_a_list_is_read_page_by_page(cli: Cli, case: str) -> None:
    """Files that have ended: those that are open move while somebody reads."""
    filters = ("cases", "--phase", "closed", "--closed")
    cli("decide", case, "record_triage", "finding=no_victim")
    patiently(lambda: {"case", "signal", "report"} <= {row["kind"] for row in cli.rows(*filters) if row["case"] == case})
    patiently(lambda: pages_fit(cli, *filters))  # another file may end between two pages
    assert "12 is no place in this list" in cli("cases", "--after", "12", code=1)


def test_a_file_bears_from_its_start_what_a_list_shows(keten: Keten, case: str) -> None:
    """So it is listed before its first task has run, and also where that fails."""

    async def at_the_start() -> dict[str, str]:
        client = await keten.here.installation.client(keten.here.installation.directory.get(OWNER))
        history = await client.get_workflow_handle(f"case-{case}").fetch_history()
        fields = history.events[0].workflow_execution_started_event_attributes.search_attributes.indexed_fields
        return {name: fields[name].data.decode() for name in fields}

    shown = asyncio.run(at_the_start())
    assert (shown["KetenCase"], shown["KetenPhase"], shown["KetenOwner"]) == (f'"{case}"', '"opening"', f'"{OWNER}"')


def test_where_several_agencies_can_decide_one_must_be_named(cli: Cli, case: str) -> None:
    cli("decide", case, "record_triage", "finding=presumed_victim")
    cli("decide", case, "record_intake", "needs=an example")
    cli("decide", case, "record_consent", "help=true")
    for organisation in ("cosm-shelter", "womens-shelter"):
        cli("decide", case, "offer_help", 'need={"service": "cosm"}', f'organisations=["{organisation}"]')
    patiently(lambda: cli("decide", case).count("accept_offer") == 2)
    said = cli("decide", case, "accept_offer", code=1)
    assert "several agencies can: name one with --as: " in said
    assert "cosm-shelter" in said
    assert "womens-shelter" in said
    assert "placement at cosm-shelter is now accepted" in cli("decide", case, "accept_offer", "--as", "cosm-shelter")


@pytest.mark.parametrize("reference", ["k0", "[/red]", "k" + "1" * 24, "é"])
@pytest.mark.parametrize("command", ["case", "decide"])
def test_a_case_that_is_not_there_is_said(cli: Cli, command: str, reference: str) -> None:
    assert f"no case {reference} at the agencies of this installation" in cli(command, reference, code=1)


def test_an_agency_whose_office_never_ran_has_no_case(cli: Cli, tmp_path: Path) -> None:
    """There is no table of keys there yet, and none is needed to know that nothing is held."""
    new = cli.with_(KETEN_CASE_KEYS_URL=f"sqlite:///{tmp_path}/{{agency}}.db")
    assert f"no case k{'1' * 24} at the agencies" in new("case", "k" + "1" * 24, code=1)


@pytest.mark.parametrize("arguments", [["case", "k'0"], ["cases", "--region", "'s-Gravenhage"], ["decide", "k\\0"]])
def test_a_quote_is_refused_in_words(cli: Cli, arguments: list[str]) -> None:
    assert "a quote or backslash is in no name here" in cli(*arguments, code=2)
