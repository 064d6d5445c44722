"""Each rule for an attribute of the envelope."""

import json
from datetime import timedelta
from typing import Any

import pytest

from contracts.agencies import read_directory
from contracts.envelope import CLOCK_SKEW, CloudEvent, source
from contracts.refusals import RefusalCode, Refused
from tests.contracts.messages import NOW, golden, message

OIN = "00000099000000000006"

WRONG: dict[str, dict[str, Any]] = {
    "attribute with an underscore": {"my_system": "x"},
    "attribute that is a list": {"partof": ["x"]},
    "attribute that is an object": {"partof": {}},
    "attribute that is a fraction": {"weight": 1.5},
    "attribute of more than 32 bits": {"count": 2**31},
    "attribute that is empty": {"subject": ""},
    "attribute with a control character": {"subject": "a\u0007b"},
    "attribute that is no character": {"subject": "\ufdd0"},
    "attribute that is a citizen service number": {"subject": "999990342"},
    "the same as a number": {"subject": 999990342},
    "binary data": {"data_base64": "e30="},
    "attribute in capitals": {"Id": "5eed0001"},
    "other version of CloudEvents": {"specversion": "0.3"},
    "id too short": {"id": "short"},
    "id too long": {"id": "x" * 65},
    "id with a space": {"id": "with a space"},
    "id with a newline": {"id": "5eed0001\n"},
    "id that is a wildcard": {"id": ">>>>>>>>>"},
    "id not a text": {"id": 12345678},
    "id null": {"id": None},
    "source not an OIN": {"source": "https://example.org"},
    "source of another registry": {"source": "urn:nld:kvknr:00000099000000000006:systeem:case"},
    "OIN of 19 digits": {"source": f"urn:nld:oin:{OIN[:-1]}:systeem:case"},
    "OIN of 21 digits": {"source": f"urn:nld:oin:{OIN}0:systeem:case"},
    "OIN in other digits": {"source": source("\u0660" * 20, "case")},
    "source without a system": {"source": f"urn:nld:oin:{OIN}"},
    "source with an empty system": {"source": f"urn:nld:oin:{OIN}:systeem:"},
    "source with a part too many": {"source": f"urn:nld:oin:{OIN}:systeem:case:1"},
    "source with a newline": {"source": f"urn:nld:oin:{OIN}:systeem:case\n"},
    "type too long": {"type": "x" * 101},
    "content type not JSON": {"datacontenttype": "text/plain"},
    "content type in another charset": {"datacontenttype": "application/json; charset=iso-8859-1"},
    "content type no text": {"datacontenttype": 7},
    "reference with a letter left out": {"caseref": "k" + "i" * 24},
    "reference too short": {"caseref": "k" + "0" * 23},
    "sequence not a number": {"sequence": "one"},
    "sequence an integer": {"sequence": 1},
    "sequence in other digits": {"sequence": "\u0663"},
    "sequence too long": {"sequence": "1" * 10},
    "sequence type": {"sequencetype": "Float"},
    "trace": {"traceparent": "00-xyz"},
    "cause": {"causationid": "!"},
    "data a list": {"data": []},
    "data null": {"data": None},
}

TIMES = {
    "naive": "2026-03-02T11:00:00",
    "a day": "2026-03-02",
    "seconds since 1970": 1772449200,
    "seconds as text": "1772449200",
    "a space for the T": "2026-03-02 11:00:00Z",
    "no such day": "2026-02-30T11:00:00Z",
    "in the future": "2026-03-02T12:05:01Z",
    "in the future by its offset": "2026-03-02T11:59:00-01:00",
    "the end of time": "9999-12-31T23:59:59-10:00",
    "before 2020": "2019-12-31T23:59:59Z",
    "the beginning of time": "0001-01-01T00:00:00+10:00",
    "null": None,
}


def code(raw: bytes) -> RefusalCode:
    with pytest.raises(Refused) as caught:
        CloudEvent.from_json(raw, NOW).event()
    return caught.value.code


@pytest.mark.parametrize("changed", WRONG.values(), ids=WRONG.keys())
def test_wrong_attribute(changed: dict[str, Any]):
    assert code(message(**changed)) is RefusalCode.ENVELOPE_INVALID


@pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type", "time", "caseref", "data"])
def test_missing_attribute(attribute: str):
    fields = golden("cases.accepted.v1")
    del fields[attribute]
    assert code(json.dumps(fields).encode()) is RefusalCode.ENVELOPE_INVALID


@pytest.mark.parametrize("attribute", ["datacontenttype", "sequence", "sequencetype", "traceparent", "causationid"])
def test_attribute_that_may_be_missing(attribute: str):
    fields = golden("cases.accepted.v1")
    del fields[attribute]
    assert CloudEvent.from_json(json.dumps(fields).encode(), NOW).event()


@pytest.mark.parametrize("time", TIMES.values(), ids=TIMES.keys())
def test_wrong_time(time: object):
    assert code(message(time=time)) in {RefusalCode.TIME_INVALID, RefusalCode.ENVELOPE_INVALID}


@pytest.mark.parametrize("time", [TIMES["in the future"], TIMES["before 2020"], TIMES["naive"], TIMES["seconds as text"]])
def test_wrong_time_has_its_own_code(time: object):
    assert code(message(time=time)) is RefusalCode.TIME_INVALID


def test_a_clock_may_be_a_little_ahead():
    assert CloudEvent.from_json(message(time=(NOW + CLOCK_SKEW).isoformat()), NOW)


@pytest.mark.parametrize("written", ["2026-03-02T12:30:00+01:30", "2026-03-02T11:00:00.000Z", "2026-03-02t11:00:00z"])
def test_time_is_written_in_utc(written: str):
    read = CloudEvent.from_json(message(time=written), NOW)
    assert json.loads(read.to_json())["time"] == "2026-03-02T11:00:00Z"
    assert read.time.utcoffset() is not None
    assert read.time + timedelta(hours=1) == NOW


TAKEN: dict[str, dict[str, Any]] = {
    "source without the word for a system": {"source": f"urn:nld:oin:{OIN}:case"},
    "source with capitals": {"source": f"urn:nld:oin:{OIN}:systeem:BRP-component"},
    "source with a point": {"source": f"urn:nld:oin:{OIN}:burgerzaken.v2_1"},
    "subject": {"subject": "dossier"},
    "dataref": {"dataref": "https://example.org/doc/1"},
    "dataschema": {"dataschema": "https://example.org/schema"},
    "an extension of 21 letters": {"a" * 21: "x"},
    "a number": {"partition": -5},
    "yes or no": {"sampled": True},
    "sequence type in small letters": {"sequencetype": "integer"},
    "null for an extension": {"subject": None},
    "null for what may be missing": {"traceparent": None, "causationid": None, "sequencetype": None, "datacontenttype": None},
    "media type with a charset": {"datacontenttype": "application/json; charset=utf-8"},
    "media type in capitals": {"datacontenttype": 'Application/JSON;charset="UTF-8"'},
    "nine digits that are no citizen service number": {"subject": "123456789"},
}


@pytest.mark.parametrize("changed", TAKEN.values(), ids=TAKEN.keys())
def test_what_cloudevents_and_the_profile_allow_is_taken(changed: dict[str, Any]):
    read = CloudEvent.from_json(message(**changed), NOW)
    assert read.event()
    assert CloudEvent.from_json(read.to_json(), NOW) == read


def test_an_extension_is_kept_and_is_in_no_fingerprint():
    plain, more = (CloudEvent.from_json(message(**fields), NOW) for fields in ({}, {"dataref": "https://example.org/doc/1"}))
    assert json.loads(more.to_json())["dataref"] == more.outside["dataref"] == "https://example.org/doc/1"
    assert more.fingerprint == plain.fingerprint


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"my_system": "x"}, "naming conventions"),
        ({"partof": []}, "type system"),
        ({"data_base64": "e30="}, "data_base64"),
        ({"subject": "999990342"}, "citizen service number"),
    ],
)
def test_what_is_forbidden_is_refused_with_the_name_of_the_rule(changed: dict[str, Any], rule: str):
    with pytest.raises(Refused, match=rule) as caught:
        CloudEvent.from_json(message(**changed), NOW)
    assert not any(str(value) in caught.value.reason for value in changed.values() if value)


def test_type_unknown():
    assert code(message(type="nl.keten.cases.forgotten.v1")) is RefusalCode.TYPE_UNKNOWN


@pytest.mark.parametrize("data", [{}, {"reason": "because"}, {"reason": None}, {"reason": ["full"]}])
def test_data_that_does_not_fit(data: dict[str, Any]):
    assert code(message("cases.declined.v1", data=data)) is RefusalCode.DATA_INVALID


def test_a_field_of_a_later_version_is_ignored():
    data = {**golden("cases.declined.v1")["data"], "later": True}
    assert CloudEvent.from_json(message("cases.declined.v1", data=data), NOW).event()


def test_personal_data_without_consent_has_no_ground():
    data = {**golden("registrations.requested.v1")["data"], "consented": False}
    assert code(message("registrations.requested.v1", data=data)) is RefusalCode.NO_GROUND


def test_anonymous_without_consent_is_taken():
    data = {**golden("registrations.requested.v1")["data"], "consented": False, "registrant": None}
    assert CloudEvent.from_json(message("registrations.requested.v1", data=data), NOW).event()


@pytest.mark.parametrize("agency", read_directory().agencies, ids=lambda agency: agency.slug)
def test_the_source_of_every_agency_is_read_back(agency: Any):
    read = CloudEvent.from_json(message(source=source(agency.oin, "case")), NOW)
    assert (read.oin, read.system) == (agency.oin, "case")
