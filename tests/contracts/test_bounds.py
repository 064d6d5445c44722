"""Every field of every event has a bound, and at that bound the event can be read, written, shown and reckoned with."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.agencies import Directory, read_directory
from contracts.bounds import Day, Moment
from contracts.catalogue import BY_SHORT_NAME
from contracts.envelope import CloudEvent, source
from contracts.refusals import RefusalCode, Refused
from contracts.schemas import data_schema
from runtime.bus import Seal
from runtime.keys.event_keys import EventKeys
from tests.contracts.messages import NOW, golden
from tests.contracts.upper import at_upper_bound

ZONES = [ZoneInfo(name) for name in ("Europe/Amsterdam", "Pacific/Kiritimati", "Pacific/Pago_Pago")]
TOO_LARGE = {"deliveries.confirmed.v1", "disclosures.made.v1"}
"""What can be larger than a message may be. Who writes them keeps below it: an answer to one list, and the newest exchanges."""

UNBOUNDED = {"deliveries.missed.v1: numbers[]"}
"""Bounded where it is read; a bound in the schema would break who sends it already."""


BOUNDS = {
    "string": ("maxLength", "pattern", "enum", "const", "formatMaximum"),
    "integer": ("maximum",),
    "array": ("maxItems",),
}


def message(name: str) -> CloudEvent:
    """An event of an agency that has filled in everything, with every attribute."""
    event = BY_SHORT_NAME[name]
    return CloudEvent(
        id="f" * 64,
        source=source("9" * 20, "z" * 40),
        type=event.rule.type,
        time=NOW,
        caseref="k" + "z" * 24,
        sequence="9" * 9,
        traceparent=f"00-{'f' * 32}-{'f' * 16}-01",
        causationid="f" * 64,
        ground=max(event.rule.grounds, key=len),
        previous="f" * 64,
        data=at_upper_bound(event),
    )


@pytest.fixture(scope="module")
def seal(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    home: Path = tmp_path_factory.mktemp("bounds")
    directory: Directory = read_directory()
    keys = EventKeys(home / "keys", home / "public-keys")
    keys.create(directory)
    return Seal(directory.desk, keys)


def unbounded(schema: dict[str, Any], node: dict[str, Any], path: str) -> list[str]:
    """Places where a text, a list, a number or a date may be of any size."""
    if "$ref" in node:
        return unbounded(schema, schema["$defs"][node["$ref"].rpartition("/")[2]], path)
    inside = [place for option in node.get("anyOf", ()) for place in unbounded(schema, option, path)]
    fields = {f"{path}.{name}": field for name, field in node.get("properties", {}).items()}
    fields |= {f"{path}[]": node["items"]} if "items" in node else {}
    inside += [place for where, field in fields.items() for place in unbounded(schema, field, where)]
    keys = BOUNDS.get(node.get("type", ""))
    return [*inside, path] if keys and not any(key in node for key in keys) else inside


@pytest.mark.parametrize("name", BY_SHORT_NAME)
def test_every_field_has_a_bound(name: str) -> None:
    schema = data_schema(BY_SHORT_NAME[name])
    found = {f"{name}: {place.removeprefix('.')}" for place in unbounded(schema, schema, "")}
    remedy = "use Line, Text, Slug (contracts/text.py), Number, Moment, Day (contracts/bounds.py), and `max_length` for a tuple"
    assert found <= UNBOUNDED, f"of any size: {sorted(found - UNBOUNDED)}; {remedy}"


@pytest.mark.parametrize("name", sorted(set(BY_SHORT_NAME) - {"deliveries.missed.v1"}))
def test_at_its_bounds_it_fits_into_a_message_or_is_refused_in_words(name: str, seal: Seal) -> None:
    event = message(name)
    assert event.event()
    if name in TOO_LARGE:
        with pytest.raises(Refused, match="may have") as caught:
            seal.closed(event, "almere")
        assert caught.value.code is RefusalCode.TOO_LARGE
    else:
        assert seal.closed(event, "almere")


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("moment", ["2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "2100-01-01T13:59:00+14:00"])
def test_a_moment_at_its_bound_is_shown_and_reckoned_with_everywhere(moment: str, zone: ZoneInfo) -> None:
    read = TypeAdapter[datetime](Moment).validate_python(moment)
    assert read.astimezone(zone) + timedelta(days=366) > read.astimezone(zone) - timedelta(days=366)


@pytest.mark.parametrize(
    "moment",
    [
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "2100-01-01T00:00:01Z",
        "1999-12-31T23:59:59Z",
        "2100-01-01T00:00:00-00:01",
    ],
)
def test_a_moment_beyond_it_is_refused_with_the_remedy(moment: str) -> None:
    fields = golden("referrals.offered.v1")["data"] | {"answer_by": moment}
    with pytest.raises(Refused, match=r"data\.answer_by: write a moment of this century") as caught:
        message("referrals.offered.v1").model_copy(update={"data": fields}).event()
    assert caught.value.code is RefusalCode.DATA_INVALID


@pytest.mark.parametrize("day", ["9999-12-31", "1999-12-31", "2100-01-02"])
def test_a_day_beyond_it_is_refused(day: str) -> None:
    with pytest.raises(ValidationError, match="write a day of this century"):
        TypeAdapter(Day).validate_python(day)


@pytest.mark.parametrize("number", [0, 10_000, 2**53, 10**300, 1.5])
def test_a_number_beyond_it_is_refused(number: float) -> None:
    with pytest.raises(Refused) as caught:
        message("referrals.seen.v1").model_copy(update={"data": {"referral": number}}).event()
    assert caught.value.code is RefusalCode.DATA_INVALID
