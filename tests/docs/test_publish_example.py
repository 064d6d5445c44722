"""The example for an agency's own software seals, opens and counts on as Keten does."""

import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc.errors import JoseError

from contracts.agencies import Directory
from contracts.envelope import CloudEvent
from contracts.refusals import RefusalCode, Refused
from runtime.bus import Seal
from runtime.bus.seal import read_outside
from runtime.keys.event_keys import EventKeys
from tests.bus_server import BusServer
from tests.docs.checkout import ROOT

DESK, POLICE = "signal-desk", "police-midden-nederland"


@pytest.fixture
def keys(tmp_path: Path, directory: Directory) -> EventKeys:
    made = EventKeys(tmp_path / "keys", tmp_path / "public-keys")
    made.create(directory)
    return made


@pytest.fixture
def example(tmp_path: Path, keys: EventKeys) -> Any:
    """The example as a module, in an installation with these keys."""
    spec = importlib.util.spec_from_file_location("publish_example", ROOT / "docs" / "examples" / "publish.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.HOME, module.MY_KEYS = tmp_path, tmp_path / "keys" / f"{POLICE}.events.jwks"
    return module


def test_what_it_seals_the_recipient_opens(example: Any, keys: EventKeys, directory: Directory) -> None:
    message, now = example.signal(), datetime.now(UTC)
    raw = example.sealed(message, keys.to_sign(POLICE), keys.to_seal(DESK), DESK)
    desk = Seal(directory.get(DESK), keys)
    opened = desk.opened(read_outside(raw, now), directory.get(POLICE), now)
    assert json.loads(opened.message.to_json()) == message
    assert opened.message.event().places() == ("GM0995",)
    forged = example.sealed(message, keys.to_sign("coordinator-almere"), keys.to_seal(DESK), DESK)
    with pytest.raises(Refused) as caught:
        desk.opened(read_outside(forged, now), directory.get(POLICE), now)
    assert caught.value.code is RefusalCode.SIGNATURE_INVALID


def test_what_keten_seals_it_opens_and_nothing_that_was_changed(example: Any, keys: EventKeys, directory: Directory) -> None:
    message = CloudEvent.model_validate(example.signal())
    raw = Seal(directory.get(DESK), keys).closed(message, POLICE)
    assert example.opened(raw, DESK) == json.loads(message.to_json())
    with pytest.raises(ValueError, match="altered"):
        example.opened(json.dumps(json.loads(raw) | {"sequence": "9"}).encode(), DESK)
    with pytest.raises((JoseError, StopIteration)):
        example.opened(raw, "coordinator-almere")


@pytest.mark.parametrize("previous", [None, "a" * 64])
def test_its_fingerprint_is_the_one_that_the_recipient_reckons(example: Any, previous: str | None) -> None:
    message = example.signal() | ({"previous": previous} if previous else {})
    assert example.fingerprint(message) == CloudEvent.model_validate(message).fingerprint
    assert example.fingerprint(message | {"sequence": "2"}) != CloudEvent.model_validate(message).fingerprint


async def test_it_takes_what_lies_in_its_inbox_once(example: Any, bus: BusServer, tmp_path: Path) -> None:
    (tmp_path / "running.json").write_text(json.dumps({"nats_url": bus.url}))
    sent = CloudEvent.model_validate(example.signal() | {"type": "nl.keten.signals.received.v1", "data": {"status": "with_desk"}})
    raw = Seal(bus.agency(DESK), bus.event_keys).closed(sent, POLICE)
    await bus.send(DESK, POLICE, "signals.received.v1", raw)
    client = await example.connected("worker")
    assert await example.take(client, DESK) == [json.loads(sent.to_json())]
    assert await example.take(client, DESK) == []
    await client.close()


TIMES = ["2026-03-02t11:00:00z", "2026-03-02T11:00:00.000Z", "2026-03-02T12:00:00.12+01:00", "2026-03-02T11:00:00.123456789Z"]


@pytest.mark.parametrize("time", TIMES)
def test_it_reckons_the_same_however_a_time_is_written(example: Any, time: str) -> None:
    message = example.signal() | {"time": time}
    assert example.fingerprint(message) == CloudEvent.model_validate(message).fingerprint
    del message["sequence"]
    assert example.fingerprint(message) == CloudEvent.model_validate(message).fingerprint
