"""What the pages say of an event is what the catalogue says."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from console.catalogue import chain, entries, fields
from console.catalogue.about_event import about
from console.catalogue.documents import asyncapi_text
from console.catalogue.site import of_today
from console.catalogue.spoken import Spoken, ticked
from contracts.catalogue import BY_SHORT_NAME, CATALOGUE, may_send
from contracts.event import File
from contracts.refusals import RefusalCode
from contracts.words import AgencyKind
from tests.console.catalogue.conftest import ThingInvented

SOURCE = of_today()


def rows_of(name: str) -> dict[str, fields.Row]:
    return {row.path: row for row in fields.rows(BY_SHORT_NAME[name])}


class TestFields:
    def test_fields_within_fields_have_rows_of_their_own(self) -> None:
        assert list(rows_of("signals.reported.v1"))[:2] == ["signal", "signal.municipality"]
        assert {"files[]", "files[].kind", "exchanged[].ground"} <= rows_of("disclosures.made.v1").keys()

    def test_what_is_within_something_personal_is_personal(self) -> None:
        found = {row.path: row.personal for row in fields.rows(ThingInvented)}
        assert found == {"words": True, "inner[]": True, "inner[].name": True, "secret": False}

    @pytest.mark.parametrize("event", CATALOGUE.values(), ids=BY_SHORT_NAME)
    def test_every_personal_field_and_every_one_that_is_kept_from_somebody_is_shown(self, event: Any) -> None:
        shown = {row.path.replace("[]", ""): row for row in fields.rows(event)}
        assert {path for path, row in shown.items() if row.personal} >= set(event.personal_fields())
        for kind in event.rule.recipients:
            kept = {path for path, row in shown.items() if kind in fields.left_out_kinds(event, row)}
            assert kept == set(event.left_out_for(kind))

    def test_types_are_said_in_words(self) -> None:
        said = {
            path: fields.type_words(row, Spoken("en"))
            for path, row in {**rows_of("referrals.offered.v1"), **rows_of("deliveries.missed.v1")}.items()
        }
        assert said["referral"] == "whole number, from 1, to 9999"
        assert said["need.safety"] == "text, at most 8000 characters"
        assert said["need.service"] == "a code of the list"
        assert said["answer_by"].startswith("moment")
        assert said["numbers[]"] == "list of: whole number, at least 1, at most 1000"

    def test_codes_and_defaults_are_those_of_the_schema(self) -> None:
        row = rows_of("referrals.offered.v1")["need.urgency"]
        assert fields.codes(row) == ["crisis", "normal"]
        assert (row.required, row.default) == (False, "normal")
        assert rows_of("registrations.recorded.v1")["anonymous"].default is None


class TestRefusals:
    def test_are_those_that_this_event_can_meet(self) -> None:
        reported, accepted = (set(entries.refusals(BY_SHORT_NAME[name])) for name in ("signals.reported.v1", "cases.accepted.v1"))
        assert RefusalCode.MUNICIPALITY_UNKNOWN in reported - accepted
        assert RefusalCode.CASE_UNKNOWN in accepted - reported
        assert RefusalCode.CASE_CLOSED in reported - accepted
        assert RefusalCode.REGION_UNKNOWN in entries.refusals(BY_SHORT_NAME["signals.routed.v1"])

    def test_none_is_named_twice(self) -> None:
        for event in CATALOGUE.values():
            assert len(set(entries.refusals(event))) == len(entries.refusals(event))


def test_a_process_begins_with_what_opens_its_file() -> None:
    groups = entries.by_process(CATALOGUE)
    assert groups[File.SIGNAL][0].short_name() == "signals.reported.v1"
    assert sum(map(len, groups.values())) == len(CATALOGUE)


class TestWays:
    def test_go_between_kinds_that_may_send(self) -> None:
        agencies = SOURCE.directory.agencies
        for event in CATALOGUE.values():
            may = {
                (one.kind, other.kind)
                for one in agencies
                for other in agencies
                if may_send(one, other, event) and one.kind is not other.kind
            }
            assert entries.pairs_of(event, CATALOGUE) >= may if not event.rule.itself else not entries.pairs_of(event, CATALOGUE)

    def test_answers_come_back_from_whoever_heard(self) -> None:
        found = [event.short_name() for event in entries.answers(BY_SHORT_NAME["signals.routed.v1"], CATALOGUE)]
        assert "cases.accepted.v1" in found
        assert "signals.received.v1" not in found
        assert not entries.answers(BY_SHORT_NAME["erasures.requested.v1"], CATALOGUE)

    def test_are_drawn_once_with_a_head_for_each_direction(self) -> None:
        pairs = {
            (AgencyKind.DESK, AgencyKind.REPORTER),
            (AgencyKind.REPORTER, AgencyKind.DESK),
            (AgencyKind.RIEC, AgencyKind.DESK),
        }
        drawn = chain.drawing(pairs, (), (), str, "<all>")
        assert drawn.count('class="bold"') == 2
        assert drawn.count("marker-end=") + drawn.count("marker-start=") == 3
        assert drawn.count('class="box"') == len(AgencyKind)
        assert 'aria-label="&lt;all&gt;"' in drawn

    def test_of_one_event_stand_out(self) -> None:
        drawn = about(BY_SHORT_NAME["referrals.offered.v1"], SOURCE, Spoken("en")).drawn
        assert drawn.count('class="box marked"') == 3
        assert drawn.count('class="bold"') == 2
        assert 'class="faint"' in drawn


class TestVersions:
    def test_one_that_was_never_released_may_still_change(self) -> None:
        invented = SOURCE._replace(catalogue={**CATALOGUE, ThingInvented.rule.type: ThingInvented})
        [version] = about(ThingInvented, invented, Spoken("en")).versions
        assert (version.released, version.same) == (False, False)

    def test_one_that_grew_since_says_so(self) -> None:
        event = BY_SHORT_NAME["cases.accepted.v1"]
        grown = SOURCE._replace(released={**SOURCE.released, "cases.accepted.v1": {"type": "object"}})
        assert [(one.released, one.same) for one in about(event, grown, Spoken("en")).versions] == [(True, False)]
        assert [(one.released, one.same) for one in about(event, SOURCE, Spoken("en")).versions] == [(True, True)]

    def test_changes_are_told_with_their_reason(self) -> None:
        [version] = about(BY_SHORT_NAME["referrals.seen.v1"], SOURCE, Spoken("nl")).versions
        [(why, changes)] = version.changes
        assert "niemand zo bedoeld" in why
        assert changes == [ticked("`referral`: er was geen hoogste waarde, en nu is die 9999")]
        assert about(BY_SHORT_NAME["cases.accepted.v1"], SOURCE, Spoken("nl")).versions[0].changes == []


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        inside = cast("dict[str, Any]", node)
        if isinstance(inside.get("$ref"), str):
            yield inside["$ref"]
        for inner in inside.values():
            yield from references(inner)
    if isinstance(node, list):
        for inner in cast("list[Any]", node):
            yield from references(inner)


@pytest.mark.parametrize("kind", AgencyKind)
def test_what_a_program_reads_of_a_kind_is_whole_in_one_file(kind: AgencyKind) -> None:
    whole = json.loads(asyncapi_text(kind, CATALOGUE))
    found = list(references(whole))
    assert found
    for reference in found:
        place: Any = whole
        assert reference.startswith("#/")
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    sends = {event.__name__ for event in CATALOGUE.values() if kind in event.rule.senders | event.rule.recipients}
    assert set(whole["components"]["messages"]) == sends
    for name in sends:
        assert (
            whole["components"]["schemas"][name]["properties"]["type"]["const"] == whole["components"]["messages"][name]["name"]
        )
