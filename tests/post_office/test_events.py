"""Handing in events."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from contracts.refusals import RefusalCode
from post_office.cloud_events import OLDEST
from post_office.ports import Stage
from tests.post_office.asking import BATCH, DATA, MARKER, SIGNAL, STRUCTURED, Office, event, is_problem


async def test_an_event_is_in_the_book_and_can_be_asked_for(office: Office) -> None:
    answer = await office.send(event(subject="Z-1"))
    assert answer.status_code == 202
    assert answer.headers["location"] == "/v1/events/a-1"
    draft, kept = office.book.out["a-1"]
    assert (draft.type, draft.data, draft.ground, draft.subject) == (SIGNAL, DATA, "legal_task", "Z-1")
    assert answer.json()["caseref"] == kept.caseref
    asked = await office.http.get(answer.headers["location"])
    assert (asked.status_code, asked.json()) == (200, answer.json())
    assert asked.json()["stage"] == "kept"
    assert "at" in asked.json()["steps"][0]


async def test_the_same_again_is_the_same_answer(office: Office) -> None:
    first, again = await office.send(event()), await office.send(event(time=datetime.now(UTC).isoformat()))
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    assert again.headers["location"] == first.headers["location"]
    assert len(office.book.out) == 1


async def test_an_idempotency_key_goes_before_the_id(office: Office) -> None:
    for key in ('"key-1"', "key-1"):
        answer = await office.send(event(None), **{"idempotency-key": key})
        assert answer.json()["id"] == "key-1"
    await office.send(event("another"), **{"idempotency-key": "key-1"})
    assert list(office.book.out) == ["key-1"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 129, '"'])
async def test_a_key_of_another_form_is_refused(office: Office, key: str) -> None:
    said = is_problem(await office.send(event(), **{"idempotency-key": key}), "parameter_invalid", 400)
    assert said["errors"] == [{"parameter": "Idempotency-Key"}]


async def test_without_id_and_key_nothing_is_taken(office: Office) -> None:
    said = is_problem(await office.send(event(None)), "id_invalid", 422)
    assert said["errors"] == [{"pointer": "/id"}]
    assert not office.book.out


async def test_binary_mode_is_the_same_event(office: Office) -> None:
    headers = {f"ce-{name}": value for name, value in event(subject="Z-1").items() if name != "data"}
    answer = await office.http.post(
        "/v1/events", content=json.dumps(DATA), headers={**headers, "content-type": "application/json"}
    )
    assert answer.status_code == 202
    assert (await office.send(event(subject="Z-1"))).status_code == 200


@pytest.mark.parametrize("written", ["Zaak%20%C3%A9%25%22", '"Zaak%20%C3%A9%25\\""', '"Zaak %C3%A9%25%22"'])
async def test_header_values_are_unquoted_and_decoded_once(office: Office, written: str) -> None:
    headers = {f"ce-{name}": value for name, value in event().items() if name != "data"}
    sent = {**headers, "ce-subject": written, "content-type": "application/json"}
    assert (await office.http.post("/v1/events", content=json.dumps(DATA), headers=sent)).status_code == 202
    assert office.book.out["a-1"][0].subject == 'Zaak é%"'


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("ce-subject", b"%C3", "attribute_invalid"),
        ("ce-subject", b"100%", "attribute_invalid"),
        ("ce-subject", "é".encode(), "attribute_invalid"),
        ("ce-subject", b"%0A", "attribute_invalid"),
        ("ce-subject", b"", "attribute_invalid"),
        ("ce-bsn", b"1", "attribute_unknown"),
        ("ce-data", b"1", "attribute_unknown"),
        ("ce-datacontenttype", b"application/json", "attribute_unknown"),
        ("CE-TYPE", b"another", "attribute_invalid"),
    ],
)
async def test_a_header_that_cannot_be_is_refused(office: Office, name: str, value: bytes, code: str) -> None:
    headers = [(f"ce-{key}".encode(), text.encode()) for key, text in event().items() if key != "data"]
    sent = [*headers, (name.encode(), value), (b"content-type", b"application/json")]
    is_problem(await office.http.post("/v1/events", content=json.dumps(DATA), headers=sent), code, 422)
    assert not office.book.out


async def test_a_batch_is_taken_whole(office: Office) -> None:
    answer = await office.send(event("a-1"), event("a-2"))
    assert answer.status_code == 202
    assert [one["id"] for one in answer.json()] == ["a-1", "a-2"]
    assert (await office.send(event("a-1"), event("a-2"))).status_code == 200
    assert (await office.send(event("a-1"), event("a-3"))).status_code == 202


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        (event("a-2", foo=1), "/1/foo"),
        (event("a-2", type="nl.keten.nothing.v1"), "/1/type"),
        (event("a-2", data={"signal": {}}), "/1/data/signal/municipality"),
        (event("a-1", ground="vital_interest"), "/1/id"),
    ],
)
async def test_a_batch_with_one_that_is_wrong_is_not_taken(office: Office, wrong: dict[str, object], pointer: str) -> None:
    answer = await office.send(event("a-1"), wrong)
    assert answer.status_code == 422
    assert {"pointer": pointer} in answer.json()["errors"]
    assert not office.book.out


@pytest.mark.parametrize("body", [b"{}", b"[1]", b'["a"]', b"[" + b"{}," * 100 + b"{}]"])
async def test_what_is_no_batch_is_refused(office: Office, body: bytes) -> None:
    assert (await office.http.post("/v1/events", content=body, headers=BATCH)).status_code in {400, 422}


async def test_a_batch_has_no_idempotency_key(office: Office) -> None:
    is_problem(await office.send(event("a-1"), event("a-2"), **{"idempotency-key": "k"}), "parameter_invalid", 400)


async def test_what_a_library_writes_by_itself_is_taken_and_not_used(office: Office) -> None:
    more = {
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "dataschema": "urn:x",
        "source": "urn:y",
    }
    trace = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "a=b"}
    assert (await office.send(event(**more, **trace))).status_code == 202
    assert (await office.send(event(caseref=None, recipient=None))).status_code == 200


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"specversion": None}, "envelope_invalid", "/specversion"),
        ({"specversion": "1.1"}, "envelope_invalid", "/specversion"),
        ({"specversion": 1.0}, "attribute_invalid", "/specversion"),
        ({"type": None}, "envelope_invalid", "/type"),
        ({"data": None}, "envelope_invalid", "/data"),
        ({"data": [MARKER]}, "envelope_invalid", "/data"),
        ({"data": MARKER}, "envelope_invalid", "/data"),
        ({"datacontenttype": "text/xml"}, "envelope_invalid", "/datacontenttype"),
        ({"data_base64": "aGE="}, "attribute_unknown", "/data_base64"),
        ({"time": "yesterday"}, "time_invalid", "/time"),
        ({"time": "2026-13-45T99:99:99Z"}, "time_invalid", "/time"),
        ({"time": "9999-12-31T23:59:59-23:59"}, "time_invalid", "/time"),
        ({"subject": "a\nb"}, "attribute_invalid", "/subject"),
        ({"subject": "a" * 101}, "attribute_invalid", "/subject"),
        ({"caseref": "K1"}, "attribute_invalid", "/caseref"),
        ({"causationid": "a-1"}, "attribute_invalid", "/causationid"),
        ({"causationid": f"{MARKER}"}, "attribute_invalid", "/causationid"),
        ({"recipient": "Signal Desk"}, "attribute_invalid", "/recipient"),
        ({"ground": ["consent"]}, "attribute_invalid", "/ground"),
        ({"id": 7}, "attribute_invalid", "/id"),
        ({"id": "../feed"}, "id_invalid", "/id"),
        ({"id": "a" * 129}, "id_invalid", "/id"),
        ({"sequence": "1"}, "attribute_unknown", "/sequence"),
    ],
)
async def test_what_is_wrong_is_said_and_where(office: Office, changed: dict[str, object], code: str, pointer: str) -> None:
    whole = {name: value for name, value in {**event(), **changed}.items() if value is not None}
    said = is_problem(await office.send(whole), code, 422)
    assert said["errors"] == [{"pointer": pointer}]
    assert not office.book.out


async def test_a_name_that_is_none_is_not_said_again(office: Office) -> None:
    said = is_problem(await office.send({**event(), f"{MARKER} lives at": 1}), "attribute_unknown", 422)
    assert "errors" not in said


@pytest.mark.parametrize(("off", "taken"), [(timedelta(minutes=4), True), (timedelta(minutes=6), False), (-OLDEST, False)])
async def test_a_clock_that_is_wrong_is_told(office: Office, off: timedelta, taken: bool) -> None:
    answer = await office.send(event(time=(datetime.now(UTC) + off).isoformat()))
    assert answer.status_code == (202 if taken else 422)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "application/json"},
        {"content-type": "application/cloudevents+xml"},
        {"content-type": "application/cloudevents+json; charset=latin-1"},
        {**STRUCTURED, "content-encoding": "gzip"},
        {"content-type": "text/plain", "ce-specversion": "1.0"},
        {"content-type": "\u00e9".encode().decode("latin-1")},
    ],
)
async def test_other_content_is_not_read(office: Office, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    answer = await office.http.post("/v1/events", content=json.dumps(event()), headers=raw)
    is_problem(answer, "content_type_unsupported", 415)


async def test_a_charset_that_json_has_is_taken(office: Office) -> None:
    kind = {"content-type": "Application/CloudEvents+JSON; Charset=UTF-8"}
    assert (await office.http.post("/v1/events", content=json.dumps(event()), headers=kind)).status_code == 202


async def test_prefer_wait_holds_until_it_is_answered(office: Office) -> None:
    waiting = asyncio.create_task(office.send(event(), prefer="respond-async, wait=30"))
    while "a-1" not in office.book.out:
        await asyncio.sleep(0.01)
    await office.book.reach("a-1", Stage.SENT, Stage.TAKEN)
    assert not waiting.done()
    await office.book.reach("a-1", Stage.ANSWERED)
    answer = await waiting
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "wait=30")
    assert [step["stage"] for step in answer.json()["steps"]] == ["kept", "sent", "taken", "answered"]


async def test_prefer_wait_says_why_it_was_refused(office: Office) -> None:
    await office.send(event())
    waiting = asyncio.create_task(office.http.get("/v1/events/a-1", headers={"prefer": "wait=30"}))
    await asyncio.sleep(0)
    await office.book.reach("a-1", Stage.SENT, Stage.REFUSED, code=RefusalCode.CASE_CLOSED, words="that case has ended")
    last = (await waiting).json()["steps"][-1]
    assert (last["stage"], last["code"], last["words"]) == ("refused", "case_closed", "that case has ended")


@pytest.mark.parametrize(("asked", "applied"), [("wait=0", None), ("wait=soon", None), ("wait=-1", None), ("waiting=5", None)])
async def test_a_preference_that_is_none_is_left(office: Office, asked: str, applied: str | None) -> None:
    assert (await office.send(event(), prefer=asked)).headers.get("preference-applied") == applied


async def test_an_id_is_quoted_by_whoever_asks(office: Office) -> None:
    await office.send(event("a:~=+.1"))
    assert (await office.http.get("/v1/events/" + quote("a:~=+.1", safe=""))).json()["id"] == "a:~=+.1"
