import re

import pytest

from contracts.agencies import Directory, read_directory
from contracts.catalogue import BY_SHORT_NAME, CATALOGUE, are_partners, lanes, may_send
from contracts.envelope import CloudEvent
from contracts.event import TYPE, Event, File
from contracts.events.deliveries import DeliveryRefused
from contracts.events.signals import SignalReported
from contracts.words import AgencyKind
from tests.remedy import assert_same

DIRECTORY = read_directory()
EVENTS = sorted(CATALOGUE.values(), key=lambda event: event.rule.type)


def words_of(name: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", name.lower()))


@pytest.mark.parametrize("event", EVENTS, ids=Event.short_name.__func__)  # type: ignore[attr-defined]
class TestEveryEvent:
    def test_type_is_reverse_dns_with_a_plural_domain_and_one_version(self, event: type[Event]):
        match = TYPE.fullmatch(event.rule.type)
        assert match
        assert match["domain"].endswith("s")
        assert len(re.findall(r"v[0-9]+", event.rule.type)) == 1

    def test_type_names_no_organisation(self, event: type[Event]):
        parts = words_of(event.short_name())
        for agency in DIRECTORY.agencies:
            assert agency.slug not in event.short_name()
            assert not parts & (words_of(agency.slug) - {"signal"})

    def test_has_purpose_ground_and_retention(self, event: type[Event]):
        rule = event.rule
        assert rule.purpose.strip()
        assert rule.grounds
        assert rule.retention.strip()
        assert rule.senders
        assert rule.recipients
        assert event.__doc__

    def test_personal_fields_are_never_attributes_of_the_envelope(self, event: type[Event]):
        attributes = set(CloudEvent.model_fields) - {"data"}
        assert not attributes & {path.rpartition(".")[2] for path in event.personal_fields()}

    def test_free_text_is_personal_or_coded(self, event: type[Event]):
        """Whatever a person can type into 8,000 characters may hold personal data; a refusal's words are made by software."""
        schema = event.model_json_schema()
        for owner in (schema, *schema.get("$defs", {}).values()):
            for name, field in owner.get("properties", {}).items():
                long = any(option.get("maxLength", 0) > 200 for option in field.get("anyOf", [field]))
                personal = {path.rpartition(".")[2] for path in event.personal_fields()}
                assert not long or name in personal or event is DeliveryRefused


def test_every_file_is_opened_by_some_event():
    opened = {event.rule.file for event in EVENTS if event.rule.opens}
    assert_same(
        opened, File, "Each kind of file in contracts/event.py is opened by an event whose rule says `file=` and `opens=True`."
    )


def test_short_names_are_the_types_without_the_domain():
    assert {f"nl.keten.{name}" for name in BY_SHORT_NAME} == set(CATALOGUE)


@pytest.mark.parametrize(
    "name", ["Signals.Reported.v1", "nl.keten.signal.reported.v1", "nl.keten.signals.reported", "nl.keten.signals.v1.v2"]
)
def test_a_type_against_the_profile_is_refused(name: str):
    assert not TYPE.fullmatch(name)


def test_a_lane_exists_only_where_the_catalogue_allows():
    for lane in lanes(DIRECTORY):
        assert may_send(lane.sender, lane.recipient, lane.event)
        if lane.event is not DeliveryRefused:
            assert lane.sender.kind in lane.event.rule.senders
            assert lane.recipient.kind in lane.event.rule.recipients


@pytest.mark.parametrize("other", ["riec-midden-nederland", "cosm-shelter", "coordinator-almere"])
def test_between_agencies_that_have_nothing_to_say_to_each_other_there_is_no_lane_at_all(other: str):
    """What everybody may tell itself makes no partners: a reporter's lanes lead to the desk, and to the registry."""
    pair = {"police-midden-nederland", other}
    assert not [lane for lane in lanes(DIRECTORY) if {lane.sender.slug, lane.recipient.slug} == pair]


def test_subjects_name_the_other_side():
    lane = next(lane for lane in lanes(DIRECTORY) if lane.event is SignalReported and lane.sender.slug == "almere")
    assert lane.as_sent == "to.signal-desk.signals.reported.v1"
    assert lane.as_received == "from.almere.signals.reported.v1"


def test_refusals_run_only_against_an_existing_lane():
    pairs = {(lane.sender.slug, lane.recipient.slug) for lane in lanes(DIRECTORY) if lane.event is not DeliveryRefused}
    refusals = {(lane.recipient.slug, lane.sender.slug) for lane in lanes(DIRECTORY) if lane.event is DeliveryRefused}
    assert refusals == pairs


def test_oversight_never_receives_anything_about_a_person():
    for event in EVENTS:
        if AgencyKind.OVERSIGHT in event.rule.recipients:
            assert not event.personal_fields()


def test_a_reporter_never_receives_content():
    for event in EVENTS:
        if AgencyKind.REPORTER in event.rule.recipients:
            assert not event.personal_fields()


def test_the_riec_never_receives_the_victims_identity():
    for event in EVENTS:
        if AgencyKind.RIEC in event.rule.recipients:
            assert not any("person" in path or "registrant" in path for path in event.personal_fields())


def test_agencies_that_tell_each_other_nothing_ask_each_other_nothing_either(directory: Directory) -> None:
    """What one part of an agency tells another makes nobody a partner: else everybody would be everybody's."""
    reporter, shelter = directory.get("police-midden-nederland"), directory.get("cosm-shelter")
    assert not are_partners(reporter, shelter)
    assert are_partners(reporter, directory.desk)
    about_keeping = [lane for lane in lanes(directory) if lane.event.rule.partners]
    assert about_keeping
    assert all(are_partners(lane.sender, lane.recipient) for lane in about_keeping)
