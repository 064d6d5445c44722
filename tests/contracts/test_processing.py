"""The lines of the processing log: their ids follow from the event, and nothing of its content is in them."""

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from console.generate.register import processing_register
from contracts.agencies import Directory
from contracts.catalogue import BY_SHORT_NAME, CATALOGUE
from contracts.envelope import CloudEvent
from contracts.events.signals import CaseAccepted
from contracts.logged import Exchange, decided, sent, taken
from contracts.processing import DECIDING, Direction, ForeignOperation, Processing, Status, activity_of
from contracts.reference import new_reference
from contracts.refusals import Refused
from tests.contracts.messages import NAMES, NOW, golden, paths, replaced

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
MARK = "zzmark-zz"
CASE = new_reference()


def exchange(name: str = "cases.accepted.v1", *, trace: str | None = f"00-{TRACE}-{SPAN}-01", **changed: object) -> Exchange:
    message = CloudEvent.model_validate({**golden(name), "traceparent": trace, **changed})
    return Exchange(message, message.event(), "almere")


@pytest.fixture
def lines(directory: Directory) -> list[Processing]:
    """Every kind of line about every event."""
    both = [(sent(exchange(name), NOW), taken(exchange(name), directory.desk, NOW, NOW)) for name in NAMES]
    return [line for pair in both for line in pair] + [line.refused(NOW) for _, line in both]


def test_every_event_of_the_catalogue_has_its_lines(lines: list[Processing]) -> None:
    unseen = set(CATALOGUE) - {line.event_type for line in lines}
    assert not unseen, f"no golden message of {sorted(unseen)}: run `python -m tests.contracts.write_golden`"
    assert len({(line.trace_id, line.span_id) for line in lines if line.direction is Direction.TAKEN}) == 2 * len(NAMES)
    for line in lines:
        rule = CATALOGUE[line.event_type].rule
        assert Processing.model_validate_json(line.model_dump_json()) == line
        assert (line.purpose, line.counterparty) == (rule.purpose, "almere")
        assert line.ground is None or line.ground in rule.grounds


def test_the_register_names_the_activities_by_the_same_uris(lines: list[Processing]) -> None:
    [page] = processing_register().values()
    named = {line.processing_activity_id for line in lines} | {DECIDING}
    assert all(f"| URI | `{uri}` |" in page for uri in named)
    assert page.count("| URI |") == len(named) == len(CATALOGUE) + 1


def test_a_next_version_is_another_activity() -> None:
    class CaseAcceptedAgain(CaseAccepted):
        """The same with another meaning."""

    CaseAcceptedAgain.rule = CaseAccepted.rule.model_copy(update={"type": "nl.keten.cases.accepted.v2"})
    assert activity_of(CaseAccepted) == "urn:keten:processing-activity:cases.accepted.v1"
    assert activity_of(CaseAcceptedAgain) == "urn:keten:processing-activity:cases.accepted.v2"


def test_what_is_sent_has_the_ids_that_travel() -> None:
    line = sent(exchange(), NOW)
    assert (line.trace_id, line.span_id, line.traceparent) == (TRACE, SPAN, f"00-{TRACE}-{SPAN}-01")
    assert (line.foreign_operation, line.parent_span_id, line.status_code) == (None, None, Status.UNKNOWN)
    assert line.resource == exchange().message.source


def test_what_is_taken_goes_on_in_a_span_of_its_own(directory: Directory) -> None:
    came, me = exchange(), directory.get("signal-desk")
    line = taken(came, me, NOW, NOW)
    assert line.trace_id == TRACE
    assert line.span_id != SPAN
    assert line.foreign_operation == ForeignOperation(trace_id=TRACE, operation_id=SPAN, entity=came.message.source)
    assert line.resource == f"urn:nld:oin:{me.oin}:systeem:inbox"


def test_the_same_message_has_the_same_span_and_a_replay_another_one(directory: Directory) -> None:
    later = NOW + timedelta(hours=1)
    first, again = taken(exchange(), directory.desk, NOW, NOW), taken(exchange(), directory.desk, NOW, later)
    replayed = taken(exchange(), directory.desk, later, later)
    elsewhere = taken(exchange(), directory.registry, NOW, NOW)
    assert first.span_id == again.span_id
    assert len({first.span_id, replayed.span_id, elsewhere.span_id}) == 3


def test_without_a_trace_both_sides_begin_the_same_one(directory: Directory) -> None:
    untraced = exchange(trace=None)
    outgoing, incoming = sent(untraced, NOW), taken(untraced, directory.desk, NOW, NOW)
    assert outgoing.trace_id == incoming.trace_id
    assert outgoing.span_id != incoming.span_id
    assert incoming.foreign_operation is None


def test_a_refusal_is_a_child_of_what_was_begun(directory: Directory) -> None:
    line = taken(exchange(), directory.desk, NOW, NOW)
    refused = line.refused(NOW + timedelta(seconds=1))
    assert (refused.parent_span_id, refused.trace_id, refused.status_code) == (line.span_id, line.trace_id, Status.ERROR)
    assert (refused.start_time, refused.end_time) == (NOW, NOW + timedelta(seconds=1))
    assert refused.event_id == line.event_id


def test_a_decision_names_the_agency_and_nobody_in_it(directory: Directory) -> None:
    one, other = (decided("accept_case", CASE, directory.desk, NOW) for _ in range(2))
    assert (one.direction, one.processing_activity_id, one.event_type) == (Direction.DECIDED, DECIDING, "accept_case")
    assert (one.counterparty, one.data_subject_id, one.ground) == ("signal-desk", CASE, None)
    assert {one.event_id, one.trace_id} & {other.event_id, other.trace_id} == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_ground_is_what_the_message_says(name: str) -> None:
    for ground in (*BY_SHORT_NAME[name].rule.grounds, None):
        assert sent(exchange(name, ground=ground), NOW).ground is ground


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_the_content_is_in_a_line(name: str, directory: Directory) -> None:
    """Whatever text the content has, the lines are the same."""
    original = golden(name)
    for path in paths(original["data"]):
        try:
            marked = exchange(name, data=replaced(original["data"], path, MARK))
        except (ValidationError, Refused):  # not a free text
            continue
        assert MARK in marked.message.to_json().decode()
        lines = sent(marked, NOW), taken(marked, directory.desk, NOW, NOW)
        assert lines == (sent(exchange(name), NOW), taken(exchange(name), directory.desk, NOW, NOW))
        assert MARK not in str([line.attributes for line in lines])


def test_a_line_that_does_not_name_a_pseudonym_is_refused(directory: Directory) -> None:
    line = decided("accept_case", CASE, directory.desk, NOW)
    with pytest.raises(ValidationError, match="data_subject_id"):
        Processing.model_validate(line.model_dump() | {"data_subject_id": "Jan Jansen"})


def test_times_need_a_zone(directory: Directory) -> None:
    with pytest.raises(ValidationError, match="timezone"):
        decided("accept_case", CASE, directory.desk, datetime(2026, 1, 1))  # noqa: DTZ001
