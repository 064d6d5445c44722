"""The demo's stories with a mark in every personal field: the marks travel in the payload, and are nowhere else."""

import json
import subprocess
import sys
from typing import Any

from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS
from contracts.personal import personal_fields
from tests.e2e.canaries.left import CLEAR, Marked, readable
from tests.e2e.canaries.marks import CODED, MARKED, STAYS_INSIDE, found_in, mark, marks
from tests.installed import Keten, eventually
from tests.remedy import assert_same
from tests.runtime.collector import Collector, attributes_of

NOT_MARKED = """Add the field to MARKED in tests/e2e/canaries/marks.py (a text) or to CODED (a number, a yes or no, other fields).
A story of console/demo/stories.py must fill it in; where the story leaves it out, ADDED in tests/e2e/canaries/staff.py does.
What no event carries stands in STAYS_INSIDE there."""


def test_every_personal_field_of_the_catalogue_and_the_commands_is_marked() -> None:
    models = [*CATALOGUE.values(), *COMMANDS.values()]
    personal = {path.rsplit(".", 1)[-1] for model in models for path in personal_fields(model)}
    assert_same({*MARKED, *CODED}, personal, NOT_MARKED)


def test_the_marks_travelled_in_the_payload(marked: Marked) -> None:
    bodies = "\n".join(passed.opened.model_dump_json() for passed in marked.passed if passed.opened)
    assert found_in(bodies) >= marks(*set(MARKED) - set(STAYS_INSIDE))
    assert not found_in(bodies) & marks(*STAYS_INSIDE)
    assert found_in(marked.histories) >= marks(*MARKED)


def test_only_the_shelter_that_accepted_is_told_who_the_person_is(marked: Marked) -> None:
    about = {"name", "language", "safe_contact", "safety"}
    told: dict[str, set[str]] = {}
    for passed in marked.passed:
        if passed.opened and passed.opened.caseref == marked.reference:
            told.setdefault(passed.to, set()).update(found_in(json.dumps(passed.opened.data)))
    assert told["cosm-shelter"] & marks(*MARKED) == set(), "it was asked, and declined"
    assert told["womens-shelter"] >= marks(*about)


def test_no_mark_can_be_read_on_the_bus(marked: Marked) -> None:
    for passed in marked.passed:
        if passed.opened:
            assert not found_in(passed.body)
            assert set(json.loads(passed.body)) <= {*passed.opened.outside, "datacontenttype", "data"}


def test_what_a_faulty_system_sends_in_clear_can_be_read_there(marked: Marked) -> None:
    """So the search finds what is not sealed; its inbox refuses that, and its sender hears so."""
    assert [found_in(passed.body) for passed in marked.in_clear] == [marks("account")] * CLEAR
    assert {letter.code for letter in marked.letters} == {"malformed_json", "not_sealed"}
    assert not found_in("".join(letter.reason for letter in marked.letters))


def test_no_mark_is_in_a_subject_a_header_or_an_attribute_of_an_event(marked: Marked) -> None:
    assert len(marked.passed) > 60
    for passed in marked.passed:
        envelope = passed.opened.model_copy(update={"data": {}}).model_dump_json() if passed.opened else ""
        assert not found_in(f"{passed.subject} {passed.headers} {envelope}")


def test_no_mark_is_in_a_refusal(marked: Marked) -> None:
    refusals = [passed.opened for passed in marked.passed if passed.opened and passed.subject.endswith("deliveries.refused.v1")]
    assert len(refusals) > CLEAR
    assert not found_in("".join(refusal.model_dump_json() for refusal in refusals))


def test_no_mark_is_in_what_temporal_shows_of_a_workflow(marked: Marked) -> None:
    assert len(marked.outside) > 300
    assert {where: found for where, text in marked.outside.items() if (found := found_in(text))} == {}


async def test_no_mark_is_at_the_collector_of_processing_logs(marked: Marked, told: Collector) -> None:
    events = {passed.opened.id for passed in marked.passed if passed.opened and passed.opened.caseref == marked.reference}

    async def told_of_all() -> bool:
        told_of = [attributes_of(span) for _, span in told.told]
        return events <= {of["keten.event_id"] for of in told_of if of["dpl.core.data_subject_id"] == marked.reference}

    assert len(events) > 20
    await eventually(told_of_all)
    assert not found_in(b"".join(told.bodies))


def test_no_mark_and_no_case_is_in_any_log(keten: Keten, marked: Marked) -> None:
    for log in (keten.log_file, keten.out_file):
        assert not found_in(log.read_bytes()), log.name
    assert marked.reference not in keten.log_file.read_text()


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
    assert found_in(_logged(status=mark("name"))) == marks("name")
    assert found_in(_logged(account=mark("account"))) == set()


def test_a_mark_that_is_planted_in_a_summary_or_an_attribute_is_found() -> None:
    for plant in (_plant_summary, _plant_attribute):
        event = _history_event()
        assert not found_in(readable(event))
        plant(event)
        assert found_in(readable(event)) == marks("name")


def _history_event() -> Any:
    from temporalio.api.history.v1 import HistoryEvent  # noqa: PLC0415 - generated, and its parts are untyped here

    return HistoryEvent(event_id=7)


def _plant_summary(event: Any) -> None:
    event.user_metadata.summary.data = mark("name").encode()


def _plant_attribute(event: Any) -> None:
    fields = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
    fields["KetenPhase"].data = mark("name").encode()
