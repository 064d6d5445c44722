"""Each row of the table of codes: somebody gets it, with its status, in words, and without anything that was sent."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from contracts.refusals import RefusalCode
from post_office.codes import CODES, ROWS
from post_office.ports import Refusal
from post_office.tokens import Scope
from tests.post_office.asking import BATCH, MARKER, RECEIVED, STRUCTURED, Office, bearer, event, is_problem

Asks = Callable[[Office], Awaitable[httpx.Response]]
NOT_ERASED = "nl.keten.erasures.declined.v1"
NOT_ERASED_DATA = {"system": "retention", "reason": "legal_duty"}
A_CASE = "k" + "0" * 24


async def _gone(office: Office) -> httpx.Response:
    office.book.erase((await office.send(event())).json()["caseref"])
    return await office.http.get("/v1/events/a-1")


async def _erased(office: Office) -> httpx.Response:
    caseref = (await office.send(event())).json()["caseref"]
    office.book.erase(caseref)
    return await office.send(event("a-2", caseref=caseref))


async def _full(office: Office) -> httpx.Response:
    office.book.is_full = True
    return await office.send(event())


async def _unlogged(office: Office) -> httpx.Response:
    office.book.unlogged = True
    return await office.http.get("/v1/feed")


async def _fault(office: Office) -> httpx.Response:
    office.book.fault = RuntimeError(MARKER)
    return await office.send(event())


async def _taken(office: Office) -> httpx.Response:
    one, other = [(await office.send(event(name))).json()["caseref"] for name in ("a-1", "a-2")]
    number = {"subject": f"Z-{MARKER}"}
    assert (await office.http.put(f"/v1/cases/{one}", json=number)).status_code == 200
    return await office.http.put(f"/v1/cases/{other}", json=number)


async def _reused(office: Office) -> httpx.Response:
    await office.send(event())
    return await office.send(event(data={"signal": {"municipality": "GM0995", "account": "other"}}))


async def _readers(office: Office) -> httpx.Response:
    for number in range(20):
        assert (await office.http.put(f"/v1/consumers/r{number}", json={"lastEventId": None})).status_code == 200
    return await office.http.put("/v1/consumers/one-more", json={"lastEventId": None})


async def _ahead(office: Office) -> httpx.Response:
    heard = await office.book.hear(RECEIVED, {"status": "with_desk"})

    async def beyond(event_id: str) -> int:
        return 2

    office.book.position_of = beyond  # type: ignore[method-assign]
    return await office.http.put("/v1/consumers/desk", json={"lastEventId": heard.id})


def _sends(**changed: object) -> Asks:
    return lambda office: office.send(event(**changed))  # type: ignore[arg-type]


def _posts(content: bytes, headers: dict[str, str]) -> Asks:
    return lambda office: office.http.post("/v1/events", content=content, headers=headers)


def _gets(path: str, headers: dict[str, str] | None = None) -> Asks:
    return lambda office: office.http.get(path, headers=headers)


def _deep() -> bytes:
    return json.dumps(event()).encode()[:-1] + b', "x": ' + b"[" * 40 + b"]" * 40 + b"}"


async def _scope(office: Office) -> httpx.Response:
    return await office.http.get("/v1/feed", headers=bearer(office.token[Scope.SEND]))


BIG = json.dumps(event(data={"signal": {"municipality": "GM0995", "account": MARKER * 8_000}})).encode()
ASKED: dict[str, Asks] = {
    "token_missing": lambda office: office.http.get("/v1/feed", headers={"authorization": "Basic abc"}),
    "token_unknown": _gets("/v1/feed", bearer("keten_" + "a" * 43)),
    "scope_missing": _scope,
    "not_found": _gets(f"/v1/events/{MARKER}"),
    "gone": _gone,
    "method_not_allowed": lambda office: office.http.delete("/v1/events"),
    "not_acceptable": _gets("/v1/feed", {"accept": "image/png"}),
    "content_type_unsupported": _posts(b"<a/>", {"content-type": f"application/xml; x={MARKER}"}),
    "uri_too_long": _gets("/v1/feed?type=" + "a" * 5_000),
    "headers_too_large": _gets("/v1/feed", {"x-much": "a" * 20_000}),
    "book_full": _full,
    "not_logged": _unlogged,
    "failed": _fault,
    "parameter_invalid": _gets(f"/v1/feed?since={MARKER}"),
    "cursor_unknown": _gets(f"/v1/feed?lastEventId={MARKER}"),
    "body_invalid": lambda office: office.http.put("/v1/consumers/desk", json={"lastEventId": 1, MARKER: 2}),
    "batch_invalid": _posts(b"[]", BATCH),
    "id_invalid": _sends(event_id=f"{MARKER} and more"),
    "attribute_unknown": _sends(bsn=MARKER),
    "attribute_invalid": _sends(ground=MARKER),
    "recipient_needed": _sends(type="nl.keten.erasures.requested.v1", data={"reason": "request"}, caseref=A_CASE),
    "recipient_unknown": _sends(recipient="nobody-at-all"),
    "ground_needed": _sends(ground=None),
    "caseref_needed": _sends(type=NOT_ERASED, data=NOT_ERASED_DATA, ground=None, recipient="signal-desk"),
    "subject_taken": _taken,
    "mark_ahead": _ahead,
    "readers_full": _readers,
    RefusalCode.NOT_UTF8: _posts(b"\xff\xfe", STRUCTURED),
    RefusalCode.MALFORMED_JSON: _posts(_deep(), STRUCTURED),
    RefusalCode.TOO_LARGE: _posts(BIG, STRUCTURED),
    RefusalCode.UNICODE_UNSAFE: _posts(json.dumps(event()).replace(MARKER, "\\ud800").encode(), STRUCTURED),
    RefusalCode.ENVELOPE_INVALID: _sends(specversion="0.3"),
    RefusalCode.TYPE_UNKNOWN: _sends(type=f"nl.keten.{MARKER}.v1"),
    RefusalCode.DATA_INVALID: _sends(data={"signal": {"municipality": 1, "account": MARKER}}),
    RefusalCode.TIME_INVALID: _sends(time="2020-01-01T00:00:00Z"),
    RefusalCode.NOT_ALLOWED: _sends(type=RECEIVED, data={"status": "with_desk"}),
    RefusalCode.NO_GROUND: _sends(ground="consent"),
    RefusalCode.CASE_UNKNOWN: _sends(caseref=A_CASE),
    RefusalCode.CASE_ERASED: _erased,
    RefusalCode.ID_REUSED: _reused,
}
"""What somebody asks to get a code."""

BY_THE_BOOK = (
    "refused",
    "url_not_allowed",
    "name_taken",
    "webhooks_full",
    "secrets_full",
    RefusalCode.MUNICIPALITY_UNKNOWN,
    RefusalCode.REGION_UNKNOWN,
    RefusalCode.CASE_CLOSED,
    RefusalCode.NOT_A_PARTY,
    RefusalCode.NOT_POSSIBLE_NOW,
    RefusalCode.KEY_EXPIRED,
)
"""What is refused behind the routes, by what knows more than a book in memory."""

ELSEWHERE = {
    "rate_limited": "test_limits.py",
    "too_many_waiting": "test_limits.py",
    "too_busy": "test_limits.py",
    "http_invalid": "test_listening.py",
}
"""Where those are tested that one request does not bring about."""


def test_every_row_is_tested() -> None:
    assert {*ASKED, *BY_THE_BOOK, *ELSEWHERE} == set(CODES)
    for code, module in ELSEWHERE.items():
        assert f'"{code}"' in (Path(__file__).parent / module).read_text(encoding="utf-8")


@pytest.mark.parametrize("code", ASKED)
async def test_a_code_comes_out_as_the_table_says(office: Office, code: str) -> None:
    answer = await ASKED[code](office)
    said = is_problem(answer, code, CODES[code].status)
    assert said["title"] == CODES[code].title
    assert ("retry-after" in answer.headers) == CODES[code].again


@pytest.mark.parametrize("code", BY_THE_BOOK)
async def test_what_the_book_refuses_comes_out_as_the_table_says(office: Office, code: str) -> None:
    office.book.refuses = Refusal(code, "in words", ["/data/signal"])
    said = is_problem(await office.send(event()), code, CODES[code].status)
    assert (said["detail"], said["errors"]) == ("in words", [{"pointer": "/data/signal"}])


async def test_a_code_that_nobody_listed_is_a_refusal_and_no_fault(office: Office) -> None:
    office.book.refuses = Refusal("never_heard_of", "in words")
    is_problem(await office.send(event()), "refused", 422)


def test_titles_and_codes_are_each_their_own() -> None:
    assert len(CODES) == len(ROWS) == len({row.title for row in ROWS})


def test_each_code_has_a_row_in_the_document(office: Office) -> None:
    listed = office.app.openapi()
    assert [row["code"] for row in listed["x-codes"]] == [str(row.code) for row in ROWS]
    assert listed["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == [str(row.code) for row in ROWS]
