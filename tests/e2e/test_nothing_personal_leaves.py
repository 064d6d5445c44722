"""A case with a mark in every personal field: the marks travel in the payload, and are nowhere else."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from typing import Any, NamedTuple, cast

import pytest

from console.demo.staff import SimulatedStaff
from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS
from contracts.events.signals import Person, Signal, SignalReported
from contracts.personal import personal_fields
from tests.histories import history
from tests.installed import Here, Keten, Passed, eventually
from tests.runtime.collector import Collector, attributes_of

MARKED = (
    "account",
    "name",
    "language",
    "safe_contact",
    "needs",
    "nationality",
    "gender",
    "safety",
    "phenomenon",
    "suspect",
    "findings",
    "interventions",
)
"""Personal fields of text; under each stands a word that is nowhere else in the world."""

CODED = {"birth_year", "under_16", "person", "registrant"}
"""Personal fields that hold a number, an answer, or other fields: their names may not be written next to a value."""


def mark(field: str) -> str:
    return f"zzmark-{field.replace('_', '-')}-zz"


def found_in(text: str) -> set[str]:
    """The marks, and the names of personal fields, that a text holds."""
    return {word for word in ("birth_year", "under_16", *map(mark, MARKED)) if word in text}


class Marked(NamedTuple):
    """What a case with marks left behind."""

    reference: str
    passed: list[Passed]
    outside: dict[str, str]
    histories: str


@pytest.fixture(scope="module")
def marked(keten: Keten) -> Marked:
    return asyncio.run(_play(keten.here))


async def _play(here: Here) -> Marked:
    async with here.overheard() as passed:
        reference = await _case(here.staff)

        async def ended() -> bool:
            files = await here.files.about(reference)
            return all(file.view.track.until is None for file in files if file.view.kind != "retention")

        await eventually(ended)
    outside = {f"{slug} {name}": text async for slug, name, text in _outside(here, reference)}
    return Marked(reference, passed, outside, "\n".join([text async for text in _payloads(here, reference)]))


async def _case(staff: SimulatedStaff) -> str:
    """Help and RIEC, with a mark in every field that may hold personal data."""
    person = {"name": mark("name"), "birth_year": 1987, "language": mark("language"), "safe_contact": mark("safe_contact")}
    signal = Signal(municipality="GM0995", account=mark("account"), person=Person.model_validate(person))
    reference = await staff.report("lelystad", SignalReported(signal=signal), "signal-desk")
    owner = "coordinator-almere"
    await staff.decide(owner, reference, "accept_case")
    await staff.decide(owner, reference, "record_triage", finding="presumed_victim")
    registrant = {"birth_year": 1987, "nationality": mark("nationality"), "gender": mark("gender")}
    await staff.decide(owner, reference, "record_intake", needs=mark("needs"), person=person, registrant=registrant)
    await staff.decide(owner, reference, "record_consent", help=True, registration=True, riec=True, written=True)
    need = {"service": "cosm", "safety": mark("safety")}
    await staff.decide(owner, reference, "offer_help", need=need, organisations=["womens-shelter"])
    observation = {"municipality": "GM0995", "phenomenon": mark("phenomenon"), "suspect": mark("suspect")}
    await staff.decide(owner, reference, "ask_privacy_check", observation=observation)
    await staff.decide("lelystad", reference, "bring_to_riec")
    await staff.decide("riec-midden-nederland", reference, "record_enrichment", findings=mark("findings"))
    await staff.decide("riec-midden-nederland", reference, "record_weighing", weighing="case")
    await staff.decide("riec-midden-nederland", reference, "record_plan", interventions=mark("interventions"))
    await staff.decide("riec-midden-nederland", reference, "close_dossier")
    await staff.decide("womens-shelter", reference, "accept_offer")
    await staff.decide("womens-shelter", reference, "report_first_contact")
    await staff.decide("womens-shelter", reference, "complete_help", outcome="safe_housing")
    await staff.decide(owner, reference, "start_aftercare")
    await staff.decide(owner, reference, "conclude_case", outcome="helped")
    await staff.sees("lelystad", reference, "closed", "report")
    return reference


async def _outside(here: Here, reference: str) -> AsyncGenerator[tuple[str, str, str]]:
    """What is readable of a workflow without its payloads: names, attributes, summaries, details, update ids, failures."""
    for file in await here.files.about(reference):
        slug, description = file.agency.slug, cast(Any, await file.handle.describe())
        yield slug, "id", f"{description.id} {description.workflow_type} {description.task_queue}"
        yield slug, "attributes", str(description.typed_search_attributes)
        yield slug, "summary", f"{await description.static_summary()} {await description.static_details()}"
        async for event in history(here, file):
            yield file.agency.slug, f"event {event.event_id}", _readable(event)


def _readable(event: Any) -> str:
    """A history event with every payload taken out, except those that people see in the Temporal UI."""
    shown = [event.user_metadata.summary.data.decode(), event.user_metadata.details.data.decode()]
    copy = type(event)()
    copy.CopyFrom(event)
    _without_payloads(copy)
    attributes = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
    return " ".join([str(copy), *shown, *(payload.data.decode() for payload in attributes.values())])


def _without_payloads(message: Any) -> None:
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.name == "Payloads":
            message.ClearField(field.name)
        elif field.message_type.GetOptions().map_entry:
            if any(hasattr(inner, "data") for inner in value.values()):
                message.ClearField(field.name)
        elif hasattr(value, "ListFields"):
            _without_payloads(value)
        else:
            for inner in value:
                _without_payloads(inner)


async def _payloads(here: Here, reference: str) -> AsyncGenerator[str]:
    for file in await here.files.about(reference):
        async for event in history(here, file):
            yield str(event)


def test_every_personal_field_of_the_catalogue_and_the_commands_is_marked() -> None:
    models = [*CATALOGUE.values(), *COMMANDS.values()]
    assert {path.rsplit(".", 1)[-1] for model in models for path in personal_fields(model)} == {*MARKED, *CODED}


def test_the_marks_travelled_in_the_payload(marked: Marked) -> None:
    bodies = "\n".join(passed.message.model_dump_json() for passed in marked.passed)
    stay_inside = {mark(field) for field in ("needs", "findings", "interventions")}
    assert found_in(bodies) >= {mark(field) for field in MARKED} - stay_inside
    assert not found_in(bodies) & stay_inside
    assert found_in(marked.histories) >= {mark(field) for field in MARKED}


def test_no_mark_can_be_read_on_the_bus(marked: Marked) -> None:
    for passed in marked.passed:
        assert not found_in(passed.body.decode())
        assert set(json.loads(passed.body)) <= {*passed.message.outside, "datacontenttype", "data"}


def test_no_mark_is_in_a_subject_a_header_or_an_attribute_of_an_event(marked: Marked) -> None:
    assert len(marked.passed) > 20
    for passed in marked.passed:
        envelope = passed.message.model_copy(update={"data": {}}).model_dump_json()
        assert not found_in(f"{passed.subject} {passed.headers} {envelope}")


def test_no_mark_is_in_what_temporal_shows_of_a_workflow(marked: Marked) -> None:
    assert len(marked.outside) > 100
    assert {where: found for where, text in marked.outside.items() if (found := found_in(text))} == {}


def test_no_byte_of_temporals_database_shows_a_mark(keten: Keten, marked: Marked) -> None:
    stored = b"".join(path.read_bytes() for path in keten.home.glob("temporal.db*"))
    assert marked.reference.encode() in stored
    assert not found_in(stored.decode(errors="replace"))


def test_no_byte_of_an_audit_log_shows_a_mark(keten: Keten, marked: Marked) -> None:
    stored = b"".join(path.read_bytes() for path in (keten.home / "audit").iterdir())
    assert marked.reference.encode() in stored
    assert not found_in(stored.decode(errors="replace"))


async def test_no_mark_is_in_a_processing_log_or_at_its_collector(keten: Keten, marked: Marked, told: Collector) -> None:
    events = {passed.message.id for passed in marked.passed if passed.message.caseref == marked.reference}

    async def told_of_all() -> bool:
        told_of = [attributes_of(span) for _, span in told.told]
        return events <= {of["keten.event_id"] for of in told_of if of["dpl.core.data_subject_id"] == marked.reference}

    assert len(events) > 20
    await eventually(told_of_all)
    assert not found_in(b"".join(told.bodies).decode(errors="replace"))
    logs = [path.read_bytes() for path in (keten.home / "processing-log").iterdir()]
    assert marked.reference.encode() in b"".join(logs)
    assert not found_in(b"".join(logs).decode(errors="replace"))


def test_no_mark_is_in_any_log(keten: Keten, marked: Marked) -> None:
    logs = [keten.log_file, keten.out_file, *(keten.home / "logs").iterdir()]
    assert len(logs) == 4
    for log in logs:
        assert not found_in(log.read_text(errors="replace")), log.name
    assert marked.reference not in keten.log_file.read_text()


@pytest.mark.parametrize("arguments", [("case", "{}"), ("decide", "{}"), ("cases", "--closed"), ("dead", "list")])
def test_no_mark_is_on_the_screen(keten: Keten, marked: Marked, arguments: tuple[str, ...]) -> None:
    shown = keten.command(*(argument.format(marked.reference) for argument in arguments))
    assert shown.returncode == 0
    assert not found_in(shown.stdout + shown.stderr)
    if arguments[0] == "case":
        assert "privacy_check_requested" in shown.stdout


PLANTED = """
import structlog
from runtime.logs import configure_logs
configure_logs(as_json=True)
structlog.get_logger().info("event_taken", {key}={mark!r})
"""


def _logged(**fields: str) -> str:
    [(key, value)] = fields.items()
    script = PLANTED.format(key=key, mark=value)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stderr


def test_a_mark_that_is_planted_in_a_log_is_found() -> None:
    assert found_in(_logged(status=mark("name"))) == {mark("name")}
    assert found_in(_logged(account=mark("account"))) == set()


def test_a_mark_that_is_planted_in_a_summary_or_an_attribute_is_found() -> None:
    for plant in (_plant_summary, _plant_attribute):
        event = _history_event()
        assert not found_in(_readable(event))
        plant(event)
        assert found_in(_readable(event)) == {mark("name")}


def _history_event() -> Any:
    from temporalio.api.history.v1 import HistoryEvent  # noqa: PLC0415 - generated, and its parts are untyped here

    return HistoryEvent(event_id=7)


def _plant_summary(event: Any) -> None:
    event.user_metadata.summary.data = mark("name").encode()


def _plant_attribute(event: Any) -> None:
    fields = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
    fields["KetenPhase"].data = mark("name").encode()
