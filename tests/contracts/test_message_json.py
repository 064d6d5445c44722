"""What is not strictly JSON is refused before anybody looks into it."""

import pytest

from contracts.envelope import MAX_BYTES, CloudEvent
from contracts.refusals import RefusalCode, Refused
from contracts.strict_json import MAX_DEPTH
from tests.contracts.messages import NOW, message

MALFORMED = {
    "nothing": b"",
    "half an object": b'{"id": "x',
    "trailing comma": b'{"id": 1,}',
    "two values": b"{} {}",
    "byte order mark": b"\xef\xbb\xbf{}",
    "comment": b"{} // no",
    "duplicate key": b'{"id": "a", "id": "a"}',
    "duplicate key deep inside": b'{"data": {"list": [{"x": 1, "x": 2}]}}',
    "NaN": b'{"data": NaN}',
    "Infinity": b'{"data": -Infinity}',
    "infinite by size": b'{"data": 1e999}',
    "a number of 5,000 digits": b'{"data": ' + b"1" * 5000 + b"}",
    "60,000 brackets": b"[" * 60_000,
    "30,000 closed brackets": b"[" * 30_000 + b"]" * 30_000,
    "one level too many": b'{"data":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}",
    "a list": b"[]",
    "a string": b'"text"',
    "null": b"null",
    "control character in a text": b'{"id": "\x01"}',
}


def refused(raw: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        CloudEvent.from_json(raw, NOW)
    return caught.value


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed(raw: bytes):
    assert refused(raw).code is RefusalCode.MALFORMED_JSON


@pytest.mark.parametrize("raw", [b"\xff", b'{"id": "\xc3"}', b'{"id": "\xed\xa0\x80"}', message().decode().encode("utf-16")])
def test_not_utf8(raw: bytes):
    assert refused(raw).code is RefusalCode.NOT_UTF8


@pytest.mark.parametrize("raw", [b'{"id": "\\ud800"}', b'{"\\udfff": 1}', b'{"data": {"x": ["\\ud83d"]}}'])
def test_lone_surrogate(raw: bytes):
    assert refused(raw).code is RefusalCode.UNICODE_UNSAFE


def test_a_surrogate_pair_is_one_character():
    read = CloudEvent.from_json(message(data={"later": "\U0001f600"}), NOW)
    assert read.data == {"later": "\U0001f600"}


@pytest.mark.parametrize("raw", [b"[" * 100_000, b" " * (MAX_BYTES + 1), message(data={"x": "y" * MAX_BYTES})])
def test_too_large(raw: bytes):
    assert refused(raw).code is RefusalCode.TOO_LARGE


def test_the_largest_message_is_taken():
    room = MAX_BYTES - len(message(data={"x": ""}))
    assert CloudEvent.from_json(message(data={"x": "y" * room}), NOW)
    assert refused(message(data={"x": "y" * (room + 1)})).code is RefusalCode.TOO_LARGE


def test_what_is_written_is_not_larger_either():
    read = CloudEvent.from_json(message(), NOW)
    with pytest.raises(Refused) as caught:
        read.model_copy(update={"data": {"x": "y" * MAX_BYTES}}).to_json()
    assert caught.value.code is RefusalCode.TOO_LARGE


def test_the_deepest_message_is_read_and_written():
    inner: list[object] = []
    for _ in range(MAX_DEPTH - 3):
        inner = [inner]
    assert CloudEvent.from_json(message(data={"x": inner}), NOW).to_json()
