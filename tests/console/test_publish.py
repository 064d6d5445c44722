from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from console.unknown import unknown_fields
from contracts.agencies import read_directory
from contracts.catalogue import CATALOGUE
from contracts.event import Event
from contracts.events.registrations import RegistrationRequested
from contracts.events.signals import SignalReported
from contracts.personal import models_in
from contracts.text import Model
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


@pytest.mark.parametrize(
    "example", [ROOT / "docs" / "examples" / name for name in ("cloud-event.json", "signal.json")], ids=lambda path: path.name
)
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


NESTED = {"signal": {"municipality": "GM0995", "account": "x", "urgancy": "crisis"}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SIGNAL | {"data": NESTED}, "data.signal.urgancy is not a field here: did you mean urgency?"),
        (SIGNAL | {"caserefs": "x"}, "caserefs is not an attribute here: did you mean caseref?"),
        (SIGNAL | {"type": "signals.reportd"}, "no event 'signals.reportd' in the catalogue: did you mean signals.reported?"),
        (b'{"type": "signals.reported", "data": {}, "data": {}}', "a key stands twice"),
        (SIGNAL | {"source": "urn:nld:oin:00000099000000000000:systeme:x"}, "source must look like urn:nld:oin:"),
    ],
)
def test_what_would_be_ignored_in_silence_is_refused_at_every_depth(cli: Cli, written: Written, content: Any, words: str) -> None:
    sender = [] if isinstance(content, dict) and "source" in content else ["--as", "police-midden-nederland"]
    if not sender:
        oin = next(agency.oin for agency in read_directory().agencies if agency.slug == "police-midden-nederland")
        there = cast("dict[str, Any]", content)
        content = there | {"source": str(there["source"]).replace("00000099000000000000", oin)}
    assert words in cli("publish", written(content), *sender, code=1)


def test_recipients_go_on_ignoring_what_a_newer_sender_adds() -> None:
    """The control: what a person may not write in silence, an inbox takes."""
    assert SignalReported.model_validate(NESTED).signal.urgency == "normal"
    assert unknown_fields(SignalReported, NESTED, "data.")


@pytest.mark.parametrize("event", CATALOGUE.values(), ids=lambda event: event.__name__)
def test_no_model_inside_an_event_takes_an_unknown_field_in_silence(event: type[Event]) -> None:
    for path in _objects(event):
        given: dict[str, Any] = {}
        within = given
        for part in path:
            within[part] = {}
            within = within[part]
        within["imagined"] = 1
        assert unknown_fields(event, given) == [unknown_fields(event, given)[0]]
        assert unknown_fields(event, given)[0].startswith(".".join([*path, "imagined is not a field here"]))


def _objects(model: type[Model], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, field in model.model_fields.items():
        for inner in models_in(field.annotation):
            yield from _objects(inner, (*path, name))


@pytest.mark.parametrize("name", ["signals.reported", "nl.keten.signals.reported.v1", "SignalReported"])
def test_an_event_is_understood_by_any_of_its_names(cli: Cli, written: Written, name: str) -> None:
    assert "nl.keten.signals.received.v1" in cli("publish", written(SIGNAL | {"type": name}), "--as", "urk")


def test_another_sender_than_source_is_refused(keten: Keten, cli: Cli, written: Written) -> None:
    event = keten.here.event("almere", SignalReported, SIGNAL["data"])  # type: ignore[arg-type]
    said = cli("publish", written(event), "--as", "urk", code=1)
    assert "not published: sender_mismatch: `source` is almere, and --as says urk: leave one of them out" in said
    assert "delivered" in cli("publish", written(event), "--as", "almere")


def test_a_refusal_that_only_the_recipient_can_know_is_shown(cli: Cli, written: Written) -> None:
    signal = {"type": "signals.reported.v1", "data": {"signal": {"municipality": "GM9999", "account": "an example"}}}
    said = cli("publish", written(signal), "--as", "police-midden-nederland", code=1)
    assert "refused: municipality_unknown: no municipality has this CBS code" in said


def test_an_event_that_is_not_the_senders_to_send_is_not_published(cli: Cli, written: Written) -> None:
    assert "riec-midden-nederland may not send this event; who may: " in cli(
        "publish", written(SIGNAL), "--as", "riec-midden-nederland", code=1
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
