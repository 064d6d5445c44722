"""The words of a refusal travel, are logged and are shown: they never repeat what stood in the event."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from contracts.envelope import CloudEvent
from contracts.refusals import Refused
from tests.contracts.messages import NAMES, NOW, golden, message, paths, replaced

CANARY = "zq7canary9xw"
NUMBER = 918273645546372819

PLACES = [(name, path) for name in NAMES for path in paths(golden(name))]
SHAPES: dict[str, Any] = {
    "text": CANARY,
    "unsafe text": f"{CANARY}\u202e{CANARY}",
    "half a character": f"{CANARY}\ud800",
    "long text": CANARY * 2000,
    "too long": CANARY * 6000,
    "key": {CANARY: CANARY},
    "list": [CANARY, [CANARY]],
    "number": NUMBER,
    "negative": -NUMBER,
    "fraction": NUMBER + 0.5,
    "like a code": f"GM{CANARY}",
    "like a time": f"2026-03-02T11:00:00{CANARY}",
    "like a date": f"20{CANARY}",
    "deep": json.loads("[" * 40 + f'"{CANARY}"' + "]" * 40),
}


def words(raw: bytes) -> str:
    """Everything a refusal says; nothing when the message is taken."""
    try:
        CloudEvent.from_json(raw, NOW).event()
    except Refused as refusal:
        return f"{refusal.code} {refusal.reason} {refusal}"
    return ""


def silent(said: str) -> bool:
    return not any(value in said for value in (CANARY, str(NUMBER), f"{NUMBER + 0.5}", f"{float(NUMBER)}"))


@settings(max_examples=1500)
@given(st.sampled_from(PLACES), st.sampled_from(sorted(SHAPES)))
def test_a_value_in_any_field(place: tuple[str, tuple[str, ...]], shape: str):
    name, path = place
    assert silent(words(json.dumps(replaced(golden(name), path, SHAPES[shape])).encode()))


@given(st.sampled_from(NAMES), st.text(min_size=1))
def test_an_attribute_that_may_not_be(name: str, tail: str):
    said = words(json.dumps({**golden(name), f"{CANARY}_{tail}": CANARY}).encode())
    assert said
    assert silent(said)


@given(st.sampled_from(PLACES), st.integers(0, 2000), st.sampled_from([b"", b"\xff", b"}", b'"', b"NaN", b",", b"\x00"]))
def test_a_message_broken_anywhere(place: tuple[str, tuple[str, ...]], at: int, junk: bytes):
    name, path = place
    raw = json.dumps(replaced(golden(name), path, CANARY)).encode()
    assert silent(words(raw[:at] + junk + raw[at + 1 :]))


def test_a_key_that_stands_twice():
    said = words(b'{"data": {"%b": 1, "%b": 2}}' % (CANARY.encode(), CANARY.encode()))
    assert said
    assert silent(said)


@pytest.mark.parametrize("shape", ["text", "unsafe text", "number", "key", "list"])
def test_it_is_refused_at_all(shape: str):
    """The property would hold of a reader that refuses nothing."""
    assert words(message("cases.declined.v1", data={"reason": SHAPES[shape]}))


def test_a_sentence_that_repeats_a_value_would_be_seen():
    class Talkative(BaseModel):
        reason: int

    with pytest.raises(ValueError, match=CANARY) as caught:
        Talkative.model_validate({"reason": CANARY})
    assert not silent(str(caught.value))
