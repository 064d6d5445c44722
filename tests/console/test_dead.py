import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.events.signals import SignalReported
from tests.console.cli import Cli, patiently
from tests.installed import Keten, Sent

SENDER, DESK = "almere", "signal-desk"
WRONG = {"signal": {"municipality": "GM9999", "account": "a [bold]marked[/bold] example"}}


@pytest.fixture
def event(keten: Keten) -> dict[str, Any]:
    return keten.here.event(SENDER, SignalReported, WRONG)


@pytest.fixture
def dead(keten: Keten, event: dict[str, Any]) -> Sent:
    """A dead letter at the desk."""
    return asyncio.run(keten.here.refused(SENDER, DESK, SignalReported, event))


def test_dead_letters_are_listed_and_shown_as_they_came(cli: Cli, dead: Sent, event: dict[str, Any]) -> None:
    assert "municipality_unknown" in cli("dead", "list")
    said = cli("dead", "show", DESK, str(dead.letter.seq))
    assert f"from {SENDER}, signals.reported, " in said
    assert "municipality_unknown: no municipality has this CBS code" in said
    assert "a [bold]marked[/bold] example" in said
    assert event["id"] in said


def test_what_is_shown_as_json_can_be_corrected_and_replayed(cli: Cli, dead: Sent, event: dict[str, Any], tmp_path: Path) -> None:
    number, path = str(dead.letter.seq), tmp_path / "event.json"
    text = cli.raw("dead", "show", DESK, number, "--json")
    assert json.loads(text)["data"] == WRONG
    path.write_text(text.replace("GM9999", "GM0995"))
    assert "replayed: signal-desk takes it again" in cli("dead", "replay", DESK, number, "--corrected", str(path))
    patiently(lambda: event["caseref"] in cli("cases", "--owner", "coordinator-almere"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"data": {"signal": {"municipality": "GM0995", "acount": "x"}}}, "data.signal.acount is not a field here: did you mean"),
        ({"data": {"signal": {"municipality": "Almere", "account": "x"}}}, "data.signal.municipality must look like GM0995"),
    ],
)
def test_a_correction_that_is_none_is_said_in_words(
    cli: Cli, dead: Sent, event: dict[str, Any], tmp_path: Path, wrong: dict[str, Any], words: str
) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event | wrong))
    number = str(dead.letter.seq)
    assert words in cli("dead", "replay", DESK, number, "--corrected", str(path), code=1)
    assert "municipality_unknown" in cli("dead", "show", DESK, number), "it is there still"


def test_a_letter_is_never_broken_into_lines_of_a_terminal(keten: Keten, cli: Cli) -> None:
    long = keten.here.event(SENDER, SignalReported, {"signal": {**WRONG["signal"], "account": "many words " * 60}})
    sent = asyncio.run(keten.here.refused(SENDER, DESK, SignalReported, long))
    last = cli.raw("dead", "show", DESK, str(sent.letter.seq)).strip().splitlines()[-1]
    assert json.loads(last)["data"] == long["data"]


def test_dead_letters_for_programs(cli: Cli, dead: Sent) -> None:
    letters = json.loads(cli.raw("dead", "list", "--json"))
    [letter] = [letter for letter in letters if letter["agency"] == DESK and letter["number"] == dead.letter.seq]
    assert letter["code"] == "municipality_unknown"
    assert letter["event"] == "signals.reported"
    assert letter["from"] == SENDER
    assert datetime.fromisoformat(letter["at"]).tzinfo


def test_a_corrected_letter_is_replayed_and_gone(cli: Cli, dead: Sent, event: dict[str, Any], tmp_path: Path) -> None:
    corrected = tmp_path / "corrected.json"
    corrected.write_text(json.dumps(event | {"data": {"signal": {**WRONG["signal"], "municipality": "GM0995"}}}))
    number = str(dead.letter.seq)
    assert "replayed: signal-desk takes it again" in cli("dead", "replay", DESK, number, "--corrected", str(corrected))
    assert f"no dead letter {number}" in cli("dead", "show", DESK, number, code=1)
    assert f"no dead letter {number}" in cli("dead", "replay", DESK, number, code=1)
    patiently(lambda: event["caseref"] in cli("cases", "--owner", "coordinator-almere"))


def test_one_corrects_the_content_and_another_releases_it(
    cli: Cli, dead: Sent, event: dict[str, Any], written: Callable[[Any], str]
) -> None:
    number = str(dead.letter.seq)
    cli("people", "add", "c-41", "--at", DESK)
    other = cli.with_(KETEN_PERSON="c-41")
    assert "no correction of dead letter" in other("dead", "release", DESK, number, code=1)
    wrong = written({"signal": {"municipality": "Almere", "account": "x"}})
    assert "not kept, it would be refused: signal.municipality" in cli("dead", "correct", DESK, number, wrong, code=1)
    right = written({"signal": {"municipality": "GM0995", "account": "an example"}})
    assert "kept: somebody else of signal-desk" in cli("dead", "correct", DESK, number, right)
    said = other("dead", "release", DESK, number)
    assert '- "municipality": "GM9999"' in said
    assert '+ "municipality": "GM0995"' in said
    word = said.rpartition("`")[0].split()[-1]
    assert "who wrote a correction does not release it" in cli("dead", "release", DESK, number, word, code=1)
    assert "another correction waits" in other("dead", "release", DESK, number, "x", code=1)
    assert "released: signal-desk takes it" in other("dead", "release", DESK, number, word)
    patiently(lambda: event["caseref"] in cli("cases", "--owner", "coordinator-almere"))


def test_letters_that_nobody_needs_are_removed_and_that_is_written_down(keten: Keten, cli: Cli, dead: Sent) -> None:
    number = str(dead.letter.seq)
    assert "say which" in cli("dead", "remove", DESK, code=1)
    assert "removed: 1" in cli("dead", "remove", DESK, number, "--why", "sent_anew")
    assert f"no dead letter {number}" in cli("dead", "remove", DESK, number, code=1)
    for _ in range(2):
        asyncio.run(keten.here.refused(SENDER, DESK, SignalReported, keten.here.event(SENDER, SignalReported, WRONG)))
    assert "removed: " in cli("dead", "remove", DESK, "--of", SENDER)
    left = json.loads(cli.raw("dead", "list", "--json"))
    assert not [letter for letter in left if (letter["agency"], letter["from"]) == (DESK, SENDER)]
    said = cli("audit", "show", "--at", DESK)
    assert "remove_letter" in said
    assert f"dead_letter:{number}:sent_anew" in said
    assert f"dead_letters:{SENDER}" in said


def test_an_agency_without_dead_letters_and_an_unknown_one(cli: Cli) -> None:
    assert "no dead letter 1" in cli("dead", "show", "flevoland", "1", code=1)
    assert "no agency 'nobody'" in cli("dead", "show", "nobody", "1", code=1)
    assert "no agency 'nobody'" in cli("dead", "replay", "nobody", "1", code=1)


def test_a_reason_is_shown_whatever_is_in_it(keten: Keten, cli: Cli, event: dict[str, Any]) -> None:
    body = event | {"source": "[/bold]"}
    sent = asyncio.run(keten.here.refused(SENDER, DESK, SignalReported, body))
    said = cli("dead", "show", DESK, str(sent.letter.seq))
    assert "envelope_invalid: source: String should match pattern '^urn:nld:oin:" in said


@pytest.mark.parametrize("number", ["0", "99999999999999999999999", "one"])
def test_a_number_that_cannot_be_is_refused(cli: Cli, number: str) -> None:
    assert "Invalid value for 'number'" in cli("dead", "show", DESK, number, code=2)


def test_a_correction_that_is_not_there_is_said(cli: Cli, dead: Sent, tmp_path: Path) -> None:
    nothing = str(tmp_path / "nothing.json")
    assert "is not a file" in cli("dead", "replay", DESK, str(dead.letter.seq), "--corrected", nothing, code=1)
    assert "municipality_unknown" in cli("dead", "show", DESK, str(dead.letter.seq))
