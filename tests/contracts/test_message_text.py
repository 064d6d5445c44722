"""Text that deceives a reader or breaks a system does not travel; ordinary text of any language does."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import CloudEvent
from contracts.events.signals import SignalReported
from contracts.refusals import RefusalCode, Refused
from contracts.text import readable
from tests.contracts.from_schema import LETTERS
from tests.contracts.messages import NOW, golden, message

UNSAFE = {
    "NUL": "\0",
    "escape": "\x1b[2J",
    "carriage return": "\r",
    "delete": "\x7f",
    "next line (C1)": "\x85",
    "right-to-left override": "\u202e",
    "left-to-right embedding": "\u202a",
    "pop directional formatting": "\u202c",
    "isolate": "\u2066",
    "pop isolate": "\u2069",
    "zero width space": "\u200b",
    "byte order mark": "\ufeff",
}

FINE = {
    "Dutch": "geïnterviewd, één, Ĳmuiden",
    "Arabic": "\u0645\u062b\u0627\u0644",
    "Persian with a zero-width non-joiner": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "an emoji of several characters": "👩\u200d👧",
    "two lines with a tab": "one\n\ttwo",
    "Chinese": "例子",
}


def with_account(account: str) -> bytes:
    data = golden("signals.reported.v1")["data"]
    return message("signals.reported.v1", data={"signal": {**data["signal"], "account": account}})


def account_of(raw: bytes) -> str:
    event = CloudEvent.from_json(raw, NOW).event()
    assert isinstance(event, SignalReported)
    return event.signal.account


@pytest.mark.parametrize("text", UNSAFE.values(), ids=UNSAFE.keys())
def test_unsafe(text: str):
    with pytest.raises(Refused) as caught:
        account_of(with_account(f"before{text}after"))
    assert caught.value.code is RefusalCode.UNICODE_UNSAFE
    assert "data.signal.account" in caught.value.reason


@pytest.mark.parametrize("text", FINE.values(), ids=FINE.keys())
def test_fine(text: str):
    assert account_of(with_account(text)) == unicodedata.normalize("NFC", text)


def test_normalised_to_one_form():
    assert account_of(with_account("e\u0301e\u0301n")) == "één"


def test_lines_end_in_one_way_and_a_message_from_windows_keeps_its_fingerprint():
    assert account_of(with_account("one\r\ntwo\r\n")) == "one\ntwo\n"
    written = CloudEvent.from_json(with_account("one\r\ntwo"), NOW)
    assert written.data["signal"]["account"] == "one\r\ntwo", "what was written is what the next event speaks of"
    assert written.fingerprint != CloudEvent.from_json(with_account("one\ntwo"), NOW).fingerprint


def test_an_empty_text_is_refused_in_words():
    with pytest.raises(Refused, match=r"data\.signal\.account: it is empty: write what it should say"):
        account_of(with_account(""))


@pytest.mark.parametrize(("length", "fits"), [(0, False), (1, True), (8000, True), (8001, False)])
def test_length(length: int, fits: bool):
    raw = with_account("x" * length)
    if fits:
        assert account_of(raw)
        return
    with pytest.raises(Refused) as caught:
        account_of(raw)
    assert caught.value.code is RefusalCode.DATA_INVALID


@given(st.text(LETTERS))
def test_reading_twice_changes_nothing(text: str):
    once = readable(text)
    assert readable(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(LETTERS), st.sampled_from(sorted(UNSAFE.values())), st.text(LETTERS))
def test_unsafe_anywhere_is_refused(before: str, unsafe: str, after: str):
    with pytest.raises(ValueError, match="unicode_unsafe"):
        readable(before + unsafe + after)
