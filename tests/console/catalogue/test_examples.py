"""Examples to copy are what the catalogue says, in every language of programming."""

import json
import sys
from types import ModuleType
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

from console.catalogue.calls import calls, python_value
from console.catalogue.entries import sent_alone
from console.catalogue.examples import handed_in
from console.catalogue.site import of_today
from console.generate.schemas import data_schema, message_schema
from contracts.catalogue import BY_SHORT_NAME, may_send
from contracts.event import Event
from contracts.words import AgencyKind
from post_office.ports import Draft
from tests.console.catalogue.conftest import HEARD, HOSTILE, Made, ThingInvented
from tests.console.catalogue.reading_pages import read

SOURCE = of_today()
LANGUAGES = ["curl", "Python", "Node.js", "Java", "PHP", "C#"]
every_event = pytest.mark.parametrize("event", BY_SHORT_NAME.values(), ids=BY_SHORT_NAME)


def heard(event: type[Event]) -> dict[str, Any]:
    found = SOURCE.examples(event.short_name())
    assert found is not None, f"{event.short_name()} has no example"
    return found


def sent(event: type[Event]) -> dict[str, Any]:
    return handed_in(event, heard(event), SOURCE.directory)


def fits(schema: dict[str, Any], value: Any) -> bool:
    return not list(cast("Any", Draft202012Validator(schema)).iter_errors(value))


def hostile() -> dict[str, Any]:
    """An event with everything in it that could end a text too early."""
    return {
        "specversion": "1.0",
        "id": "1",
        "source": "/case-system",
        "type": ThingInvented.rule.type,
        "data": {"words": HOSTILE, "none": None, "yes": True, "list": []},
    }


@every_event
def test_what_is_heard_fits_its_schema_and_is_an_event(event: type[Event]) -> None:
    assert fits(message_schema(event), heard(event))
    event.model_validate_json(json.dumps(heard(event)["data"]), strict=True)


@every_event
def test_what_is_handed_in_is_all_that_a_post_office_asks(event: type[Event]) -> None:
    draft = sent(event)
    assert draft.keys() - {"specversion", "source"} <= set(Draft._fields)
    assert draft["type"] == event.rule.type
    assert fits(data_schema(event), draft["data"])
    content = event.model_validate_json(json.dumps(draft["data"]), strict=True)
    assert content == event.model_validate(heard(event)["data"])
    if "ground" in draft:
        assert draft["ground"] in content.grounds()
    assert ("ground" in draft) == (len(event.rule.grounds) > 1)
    oin = heard(event)["source"].split(":")[3]
    sender = SOURCE.directory.by_oin[oin]
    may = [agency.slug for agency in SOURCE.directory.agencies if may_send(sender, agency, event)]
    assert may, f"{sender.slug}, of whom the example is, may not send it"
    assert draft.get("recipient", may[0]) in may
    assert ("recipient" in draft) == (len(may) > 1)
    assert content.objection(sender) is None


def test_only_what_begins_a_case_has_no_reference() -> None:
    assert {name for name, event in BY_SHORT_NAME.items() if "caseref" not in sent(event)} == {
        "signals.reported.v1",
        "coveragegaps.observed.v1",
        "observations.noted.v1",
        "privacychecks.requested.v2",
    }


@every_event
def test_a_page_shows_the_example_and_every_call(today: Made, event: type[Event]) -> None:
    blocks = read(today.files[f"nl/events/{event.short_name()}.html"]).blocks
    shown = [json.loads(block) for block in blocks if block.startswith("{")]
    assert heard(event) in shown
    assert (sent(event) in shown) == (not sent_alone(event))
    assert all((call.text in blocks) == (not sent_alone(event)) for call in calls(sent(event)))


def test_offices_send_by_themselves_what_no_person_decides() -> None:
    alone = {name for name, event in BY_SHORT_NAME.items() if sent_alone(event)}
    assert {"deliveries.refused.v1", "deliveries.listed.v1", "files.ended.v1"} <= alone
    assert not {"signals.reported.v1", "erasures.completed.v1", "referrals.accepted.v1"} & alone


def test_there_is_a_call_in_every_language() -> None:
    assert [call.name for call in calls(hostile())] == LANGUAGES


def between(text: str, begin: str, end: str) -> str:
    found = text.partition(begin)[2]
    return found[: found.index(end)]


class TestNoTextEndsTooEarly:
    """What a language takes for the end of a text stands nowhere in the event."""

    def text(self, name: str) -> str:
        return next(call.text for call in calls(hostile()) if call.name == name)

    def test_in_a_shell(self) -> None:
        assert json.loads(between(self.text("curl"), "<<'EVENT'\n", "\nEVENT\n")) == hostile()

    def test_in_php(self) -> None:
        assert json.loads(between(self.text("PHP"), "<<<'EVENT'\n", "\nEVENT;\n")) == hostile()

    def test_in_csharp(self) -> None:
        assert json.loads(between(self.text("C#"), '= """\n', '"""')) == hostile()

    def test_in_java(self) -> None:
        assert json.loads(between(self.text("Java"), '= """\n', '"""').replace("\\\\", "\\")) == hostile()

    def test_in_node(self) -> None:
        assert json.loads(between(self.text("Node.js"), "const event = ", ";\n\nconst answer")) == hostile()

    def test_in_python(self, monkeypatch: pytest.MonkeyPatch) -> None:
        given: list[dict[str, Any]] = []

        class Client:
            def __init__(self, *address: str) -> None:
                pass

            def __enter__(self) -> "Client":
                return self

            def __exit__(self, *_: object) -> None:
                pass

            def send(self, draft: dict[str, Any], wait: float) -> Any:
                given.append(draft)
                return ModuleType("status")

        library: Any = ModuleType("keten_client")
        library.Client, library.Draft = Client, dict
        monkeypatch.setitem(sys.modules, "keten_client", library)
        monkeypatch.setenv("POST_OFFICE", "http://127.0.0.1")
        monkeypatch.setenv("POST_OFFICE_TOKEN", "token")
        text = self.text("Python").replace(".stage", "")
        exec(compile(text, "send.py", "exec"), {})
        assert given == [{name: value for name, value in hostile().items() if name not in {"specversion", "source"}}]


def test_values_are_written_as_python_writes_them() -> None:
    value: dict[str, Any] = {"a": [1, None, True, "\u20ac \\ \" '"], "b": {}, "c": []}
    assert eval(python_value(value)) == value


def test_an_example_of_an_unknown_agency_is_refused() -> None:
    with pytest.raises(LookupError, match="not in the directory"):
        handed_in(ThingInvented, {**HEARD, "source": "urn:nld:oin:00000099999999999999:systeem:case"}, SOURCE.directory)


def test_several_recipients_are_told_apart_and_one_needs_no_name() -> None:
    sender = SOURCE.directory.of(AgencyKind.REPORTER)[0]
    event = BY_SHORT_NAME["signals.reported.v1"]
    assert len([agency for agency in SOURCE.directory.agencies if may_send(sender, agency, event)]) == 1
    assert "recipient" not in sent(event)
    assert "recipient" in sent(BY_SHORT_NAME["referrals.offered.v1"])
