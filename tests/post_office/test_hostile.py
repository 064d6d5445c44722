"""Whatever is sent: a problem document or an answer, never a fault, and nothing of it in words, logs or addresses."""

import json
import logging
from collections.abc import Generator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from post_office.codes import CODES
from runtime.logs import configure_logs
from tests.post_office.asking import DATA, MARKER, RECEIVED, STRUCTURED, Office, event

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["id", "type", "data", "specversion", "ground", "recipient", "caseref", "subject", "time", "source", "x"])


def _event(changed: dict[str, Any], left: set[str]) -> dict[str, Any]:
    return {name: value for name, value in {**event(), **changed}.items() if name not in left}


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


EVENTS = st.builds(_event, st.dictionaries(NAMES, JSON, max_size=3), st.sets(NAMES, max_size=2))
BODIES = (
    st.binary(max_size=200) | st.builds(_json, JSON) | st.builds(_json, EVENTS) | st.builds(_json, st.lists(EVENTS, max_size=3))
)
KINDS = st.sampled_from(
    ["application/cloudevents+json", "application/cloudevents-batch+json", "application/json", "text/plain", "", "a;b;c=", '";']
)
PATHS = st.sampled_from(
    [
        "/v1/events",
        "/v1/events/{}",
        "/v1/feed",
        "/v1/consumers",
        "/v1/consumers/{}",
        "/v1/cases/{}",
        "/v1/health",
        "/v1/{}",
        "/{}",
    ]
)
HEADERS = st.sampled_from(["ce-id", "ce-type", "ce-subject", "ce-x", "prefer", "accept", "idempotency-key", "last-event-id"])
LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20)
PARTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)


@contextmanager
def restored_logs() -> Generator[None]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    try:
        yield
    finally:
        root.handlers, root.level = before, level
        structlog.reset_defaults()


def sound(answer: Any) -> None:
    """Whether an answer is one that is promised."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        said = answer.json()
        assert CODES[said["code"]].status == answer.status_code == said["status"]
        assert said["detail"]


@SETTINGS
@given(body=BODIES, kind=KINDS)
async def test_any_body(office: Office, body: bytes, kind: str) -> None:
    sound(await office.http.post("/v1/events", content=body, headers={"content-type": kind}))
    sound(await office.http.put("/v1/consumers/desk", content=body, headers={"content-type": kind}))
    sound(await office.http.put("/v1/cases/k" + "0" * 24, content=body, headers={"content-type": kind}))


@SETTINGS
@given(
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "PATCH", "BREW"]),
    path=PATHS,
    part=PARTS,
    query=st.dictionaries(st.sampled_from(["lastEventId", "timeout", "type", "since", "limit", "x"]), PARTS, max_size=3),
)
async def test_any_address(office: Office, method: str, path: str, part: str, query: dict[str, str]) -> None:
    query = {name: "0" if name == "timeout" and value.strip().isdigit() else value for name, value in query.items()}
    sound(await office.http.request(method, path.replace("{}", quote(part)), params=query))


@SETTINGS
@given(headers=st.lists(st.tuples(HEADERS, LATIN), max_size=4))
async def test_any_header(office: Office, headers: list[tuple[str, str]]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    kind = [(b"content-type", b"application/json"), (b"ce-specversion", b"1.0")]
    sound(await office.http.post("/v1/events", content=json.dumps(DATA), headers=[*raw, *kind]))
    if not any(b"event-stream" in value or b"text/*" in value for _, value in raw):
        sound(await office.http.get("/v1/feed", headers=raw))


async def test_nothing_of_a_person_is_in_logs_problems_or_addresses(tmp_path: Path) -> None:
    """Everything that can be said wrongly, with a marker in it; then what was logged and answered is searched."""
    office, written = Office(tmp_path), StringIO()
    with restored_logs():
        configure_logs(as_json=True, level=logging.DEBUG, to=written)
        async with office.listening() as client:
            heard = await office.book.hear(RECEIVED, {"status": MARKER})
            sent: list[dict[str, Any]] = [
                event("a-1"),
                event("a-2", subject=MARKER, type=MARKER),
                event("a-3", data={"signal": {"municipality": MARKER, "account": [MARKER], MARKER: 1}}),
                event("a-4", ground=MARKER),
                event("a-5", recipient=MARKER.lower()),
                event("a-6", caseref=MARKER),
                event("a-7", time=MARKER),
                event("a-8", **{f"{MARKER} {MARKER}": 1}),
                event(f"{MARKER} {MARKER}"),
                event("a-9", specversion=MARKER),
            ]
            answers = [await client.post("/v1/events", content=json.dumps(one), headers=STRUCTURED) for one in sent]
            paths = (f"events/{MARKER}", f"cases/{MARKER}", MARKER, f"feed?type={MARKER}", f"feed?{MARKER}=1")
            answers += [await client.get(f"/v1/{path}") for path in paths]
            answers.append(await client.put(f"/v1/cases/{heard.caseref}", json={"subject": MARKER, "x": MARKER}))
            answers.append(await client.post("/v1/events", content=f'{{"a": {MARKER}', headers=STRUCTURED))
            answers.append(await client.get("/v1/feed", headers={"authorization": f"Bearer {MARKER}"}))
            office.book.fault = RuntimeError(MARKER)
            answers.append(await client.get("/v1/consumers"))
            answers.append(await client.post("/v1/events", content=json.dumps(event("a-10")), headers=STRUCTURED))
    assert [answer.status_code for answer in answers].count(202) == 1
    for answer in answers:
        assert MARKER not in answer.text
        assert MARKER not in str(answer.headers)
    assert "post_office_request_failed" in written.getvalue()
    assert MARKER not in written.getvalue()
    assert MARKER.lower() not in written.getvalue()
    assert office.all not in written.getvalue()
