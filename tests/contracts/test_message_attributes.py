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
    "unknown attribute": {"dataref": "x"},
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
    "source with a newline": {"source": f"urn:nld:oin:{OIN}:systeem:case\n"},
    "type too long": {"type": "x" * 101},
    "content type not JSON": {"datacontenttype": "text/plain"},
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
