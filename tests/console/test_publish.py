from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.events.registrations import RegistrationRequested
from contracts.events.signals import SignalReported
from tests.console.cli import Cli
from tests.installed import ROOT, Keten

Written = Callable[[Any], str]
SIGNAL = {"type": "signals.reported.v1", "data": {"signal": {"municipality": "GM0995", "account": "an example"}}}


def test_the_short_form_is_completed_and_the_receipt_shown(cli: Cli, written: Written) -> None:
    said = cli("publish", written(SIGNAL), "--as", "police-midden-nederland")
    assert "delivered to signal-desk: case k" in said
    assert 'nl.keten.signals.received.v1 {"status": "with_desk"}' in said


def test_a_whole_event_needs_no_options(keten: Keten, cli: Cli, written: Written) -> None:
    event = keten.here.event("almere", SignalReported, SIGNAL["data"])  # type: ignore[arg-type]
    said = cli("publish", written(event))
    assert f"case {event['caseref']}, event {event['id']}" in said
    assert "nl.keten.signals.received.v1" in said


@pytest.mark.parametrize("example", sorted((ROOT / "docs" / "examples").glob("*.json")), ids=lambda path: path.name)
def test_the_examples_are_taken(cli: Cli, example: Path) -> None:
    sender = [] if '"source"' in example.read_text() else ["--as", "police-midden-nederland"]
    assert "nl.keten.signals.received.v1" in cli("publish", str(example), *sender)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{oops", "not published: malformed_json: not JSON at line 1"),
        (b"[]", "a CloudEvent is a JSON object"),
        (b"\xff", "not published: not_utf8"),
        ({"type": "signals.imagined.v1", "data": {}}, "not published: type_unknown"),
        ({"data": {}}, 'envelope_invalid: type is missing, or no text: name the event, like "signals.reported"'),
        (SIGNAL | {"data": {}}, "data_invalid: data.signal is missing"),
        (SIGNAL | {"data": 5}, "envelope_invalid: data"),
        (SIGNAL | {"data": {**SIGNAL["data"], "sector": "labour"}}, "data.sector is not a field here; known here: signal"),  # type: ignore[dict-item]
        (SIGNAL | {"time": "yesterday"}, "not published: time_invalid"),
        (SIGNAL | {"person": "nobody"}, "person is not an attribute here; known here: specversion, id"),
        (SIGNAL | {"caseref": "[/red]"}, "caseref must look like k0123456789abcdefghjkmnpq"),
    ],
)
def test_what_would_be_refused_is_not_published(cli: Cli, written: Written, content: Any, words: str) -> None:
    assert words in cli("publish", written(content), "--as", "police-midden-nederland", code=1)


def test_a_refusal_that_only_the_recipient_can_know_is_shown(cli: Cli, written: Written) -> None:
    signal = {"type": "signals.reported.v1", "data": {"signal": {"municipality": "GM9999", "account": "an example"}}}
    said = cli("publish", written(signal), "--as", "police-midden-nederland", code=1)
    assert "refused: municipality_unknown: no municipality has this CBS code" in said


def test_an_event_that_is_not_the_senders_to_send_is_not_published(cli: Cli, written: Written) -> None:
    assert "comensha may not send this event; who may: municipality, reporter" in cli(
        "publish", written(SIGNAL), "--as", "comensha", code=1
    )
    elsewhere = cli("publish", written(SIGNAL), "--as", "urk", "--to", "comensha", code=1)
    assert "urk may not send this event to comensha; it may to: signal-desk" in elsewhere


def test_what_the_recipient_is_not_entitled_to_is_not_published(cli: Cli, written: Written) -> None:
    request = {"type": "erasures.requested.v1", "data": {"reason": "consent_withdrawn", "consent": "help"}}
    said = cli("publish", written(request), "--as", "signal-desk", "--to", "police-midden-nederland", code=1)
    assert "police-midden-nederland is not entitled to all of `data`: leave out consent" in said


def test_of_several_recipients_one_must_be_named(cli: Cli, written: Written) -> None:
    routed = {"signal": SIGNAL["data"]["signal"], "reported_by": "reporter"}  # type: ignore[index]
    event = {"type": "signals.routed.v1", "data": routed}
    said = cli("publish", written(event), "--as", "signal-desk", code=1)
    assert "name one with --to: coordinator-almere, coordinator-zwolle, comensha" in said
    assert "delivered to coordinator-zwolle" in cli(
        "publish", written(event), "--as", "signal-desk", "--to", "coordinator-zwolle", "--wait", "0.1"
    )


def test_without_an_answer_it_says_that_the_event_is_safe(keten: Keten, cli: Cli, written: Written) -> None:
    event = keten.here.event(
        "coordinator-almere", RegistrationRequested, {"consented": False, "reported_by": "care_coordinator"}, sequence="9"
    )
    assert "the recipient's disk has it" in cli("publish", written(event), "--wait", "0")


def test_who_sends_must_be_known(cli: Cli, written: Written) -> None:
    assert "who sends this? Give --as AGENCY" in cli("publish", written(SIGNAL), code=1)
    assert "no agency 'nobody' in the directory; there are: almere" in cli("publish", written(SIGNAL), "--as", "nobody", code=1)


def test_a_file_that_is_not_there_is_said(cli: Cli, tmp_path: Path) -> None:
    assert "is not a file" in cli("publish", str(tmp_path / "nothing.json"), code=1)
    assert "is not a file" in cli("publish", str(tmp_path), code=1)
