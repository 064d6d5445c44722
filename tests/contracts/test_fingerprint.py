"""A fingerprint is the same whoever reckons it: in JavaScript, in the version before, and in this one."""

import hashlib
import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.canonical import canonical
from contracts.envelope import CloudEvent, fingerprint, written
from contracts.letter import Letter
from tests.contracts.messages import NAMES, NOW, golden_bytes, message
from tests.docs.checkout import ROOT

EXAMPLES = ROOT / "docs" / "examples"
VECTORS: list[dict[str, Any]] = json.loads((EXAMPLES / "fingerprints.json").read_text())
LINES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"\A[a-z_]{1,9}\Z"), inner, max_size=4),
    max_leaves=12,
)


def before(*about: str | None, data: dict[str, Any]) -> str:
    """As the version before reckoned it; lines that were begun then go on."""
    text = json.dumps(["keten line 1", *about, data], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def received(fields: dict[str, Any]) -> CloudEvent:
    """Read as it arrives, with what a fingerprint does not look at."""
    rest = {"specversion": "1.0", "id": "5eed000000000001", "datacontenttype": "application/json"}
    return CloudEvent.from_json(json.dumps(rest | fields).encode(), NOW)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_it_is_the_one_that_another_language_reckons(vector: dict[str, Any]) -> None:
    assert received(vector["message"]).fingerprint == vector["fingerprint"]


def test_the_vectors_differ_where_the_messages_do() -> None:
    apart = {vector["fingerprint"] for vector in VECTORS if not vector["name"].startswith("time")}
    assert len(apart) == len([vector for vector in VECTORS if not vector["name"].startswith("time")])


def test_the_version_before_would_not_have_reckoned_them_all() -> None:
    """The control: fractions and names beyond the BMP are where the two forms part."""
    differ = [vector["name"] for vector in VECTORS if _as_before(vector["message"]) != vector["fingerprint"]]
    assert differ == ["texts: beyond the BMP", "numbers: whole", "numbers: fractions"]


def _as_before(fields: dict[str, Any]) -> str:
    read = received(fields)
    return before(read.caseref, read.type, read.system, read.sequence, written(read.time), read.previous, data=fields["data"])


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node")
def test_the_example_in_javascript_reckons_the_vectors() -> None:
    for vector in (VECTORS[1], VECTORS[-1]):
        command = ["node", str(EXAMPLES / "fingerprint.mjs")]
        said = subprocess.run(command, input=json.dumps(vector["message"]), capture_output=True, text=True, check=True)
        assert said.stdout.strip() == vector["fingerprint"]


@pytest.mark.parametrize("name", NAMES)
def test_what_an_office_writes_links_to_what_the_version_before_wrote(name: str) -> None:
    read = CloudEvent.from_json(golden_bytes(name), NOW)
    about = (read.caseref, read.type, read.system, read.sequence, written(read.time), read.previous)
    assert read.fingerprint == before(*about, data=read.data)
    letter = Letter(
        step=1,
        to="signal-desk",
        type=read.type,
        reference=read.caseref,
        system=read.system,
        sequence=int(read.sequence),
        logged=read.time,
        trace=None,
        previous=read.previous,
        data=read.data,
    )
    assert letter.fingerprint == read.fingerprint


@given(LINES)
def test_texts_whole_numbers_and_plain_names_are_written_as_in_the_version_before(content: Any) -> None:
    assert fingerprint("k", None, data={"x": content}) == before("k", None, data={"x": content})


@given(st.datetimes(datetime(2020, 1, 2), datetime(2026, 3, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_one_instant_has_one_fingerprint_in_every_zone(moment: datetime, minutes: int) -> None:
    moment = moment.replace(tzinfo=UTC)
    here = CloudEvent.from_json(message(time=moment.isoformat()), NOW)
    there = CloudEvent.from_json(message(time=moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()), NOW)
    assert here.fingerprint == there.fingerprint


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_fraction_is_read_back_as_it_was(number: float) -> None:
    assert float(canonical(number)) == number


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
def test_what_is_no_json_has_no_form(value: object) -> None:
    with pytest.raises(TypeError, match="no value of JSON"):
        canonical(value)
