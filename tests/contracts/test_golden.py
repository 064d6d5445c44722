"""Golden messages: one per version of an event, as other agencies may have stored them. They are never edited."""

import hashlib
import json
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

from console.generate.schemas import message_schema
from contracts.catalogue import BY_SHORT_NAME
from contracts.envelope import CloudEvent
from tests.contracts.messages import GOLDEN, NAMES, NOW, golden, golden_bytes
from tests.contracts.write_golden import write_missing

MANIFEST = GOLDEN / "golden.sha256"
REMEDY = "a golden message is never edited: restore it, and add a new version of the event with a message of its own"


def listed(manifest: Path) -> dict[str, str]:
    pairs = (line.split("  ") for line in manifest.read_text().splitlines())
    return {name: digest for digest, name in pairs}


def faults(folder: Path) -> list[str]:
    """Files that are not as the manifest says, that it does not list, or that are gone."""
    expected = listed(folder / MANIFEST.name)
    present = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.json")}
    return sorted(name for name in expected.keys() | present.keys() if expected.get(name) != present.get(name))


def kept(part: Any, whole: Any) -> bool:
    """Whether everything in one JSON value is in another, which may have more fields."""
    if isinstance(part, dict) and isinstance(whole, dict):
        mine, theirs = cast("dict[str, Any]", part), cast("dict[str, Any]", whole)
        return all(key in theirs and kept(value, theirs[key]) for key, value in mine.items())
    return part == whole


@pytest.mark.parametrize("name", NAMES)
class TestEveryGoldenMessage:
    def test_parses_to_its_event(self, name: str):
        event = CloudEvent.from_json(golden_bytes(name), NOW).event()
        assert type(event) is BY_SHORT_NAME[name]

    def test_is_written_again_as_it_was(self, name: str):
        message = CloudEvent.from_json(golden_bytes(name), NOW)
        assert json.loads(message.to_json()) == golden(name)

    def test_its_event_keeps_every_value(self, name: str):
        event = CloudEvent.from_json(golden_bytes(name), NOW).event()
        assert kept(golden(name)["data"], event.model_dump(mode="json"))

    def test_fits_the_published_schema(self, name: str):
        schema = message_schema(BY_SHORT_NAME[name])
        Draft202012Validator.check_schema(schema)
        assert not list(cast("Any", Draft202012Validator(schema)).iter_errors(golden(name)))

    def test_is_from_a_test_organisation(self, name: str):
        assert golden(name)["source"].startswith("urn:nld:oin:00000099")


def test_every_event_has_a_golden_message():
    missing = set(BY_SHORT_NAME) - set(NAMES)
    assert not missing, f"run `python -m tests.contracts.write_golden`, and keep what it names, for: {sorted(missing)}"


def test_one_that_is_missing_is_written_and_what_is_there_is_kept(tmp_path: Path):
    kept, lost = NAMES[:1], NAMES[1:]
    (tmp_path / f"{kept[0]}.json").write_bytes(golden_bytes(kept[0]))
    (tmp_path / MANIFEST.name).write_text(f"{hashlib.sha256(golden_bytes(kept[0])).hexdigest()}  {kept[0]}.json\n")
    assert sorted(path.stem for path in write_missing(tmp_path)) == lost
    assert faults(tmp_path) == []
    assert (tmp_path / f"{kept[0]}.json").read_bytes() == golden_bytes(kept[0])
    assert write_missing(tmp_path) == []
    for name in lost:
        message = CloudEvent.from_json((tmp_path / f"{name}.json").read_bytes(), NOW)
        assert type(message.event()) is BY_SHORT_NAME[name]
        assert set(message.data) == set(BY_SHORT_NAME[name].model_fields)


def test_no_golden_message_was_edited():
    assert not faults(GOLDEN), REMEDY


def test_an_edited_an_added_and_a_lost_message_are_seen(tmp_path: Path):
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.json").write_text("{}")
    digest = hashlib.sha256(b"{}").hexdigest()
    (tmp_path / MANIFEST.name).write_text("".join(f"{digest}  {name}.json\n" for name in ("a", "b", "gone")))
    assert faults(tmp_path) == ["c.json", "gone.json"]
    (tmp_path / "a.json").write_text("[]")
    assert faults(tmp_path) == ["a.json", "c.json", "gone.json"]


def test_a_lost_value_is_seen():
    assert kept({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}})
    assert not kept({"a": {"b": 1}}, {"a": {}})
    assert not kept({"a": 1}, {"a": 2})
