"""Whatever happens on the way, an event is handed in under one id, or its sender hears why not."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from keten_client import Client, Draft, Erased, NotAllowed, Problem, Refused, Stage, TooMany, Unavailable, Unknown
from tests.kit.scripted import KEPT, Answer, Scripted, problem

DRAFT = Draft(id="melding-1", type="nl.keten.signals.reported.v1", ground="legal_task", data={"signal": {"account": "invented"}})
TAKEN = httpx.Response(202, json=KEPT)
LOST: list[Answer] = [
    httpx.ConnectError("nobody there"),
    httpx.ReadTimeout("no answer"),
    httpx.RemoteProtocolError("closed before it answered"),
    problem(503, "book_full"),
    problem(429, "rate_limited"),
    httpx.Response(502, content=b"<html>a proxy that knows no problem documents</html>", headers={"content-type": "text/html"}),
]


def test_an_event_goes_as_a_cloud_event_with_the_token() -> None:
    scripted = Scripted(TAKEN)
    status = scripted.client().send(DRAFT)
    assert (status.id, status.caseref, status.stage, status.settled) == ("melding-1", KEPT["caseref"], Stage.KEPT, False)
    [asked] = scripted.asked
    assert (asked.method, asked.url.path) == ("POST", "/v1/events")
    assert asked.headers["content-type"] == "application/cloudevents+json"
    assert asked.headers["authorization"] == "Bearer keten_invented"
    assert "prefer" not in asked.headers
    event = json.loads(asked.content)
    assert event["specversion"] == "1.0"
    assert {name: event[name] for name in ("id", "type", "ground", "data")} == DRAFT.model_dump(exclude_none=True)


def test_what_a_draft_does_not_say_is_not_sent() -> None:
    scripted = Scripted(TAKEN)
    scripted.client().send(Draft(id="melding-1", type="t", data={}))
    assert set(json.loads(scripted.asked[0].content)) == {"specversion", "source", "id", "type", "data"}


def test_whoever_waits_says_so_and_for_no_longer_than_a_call_may_last() -> None:
    scripted = Scripted(TAKEN)
    scripted.client().send(DRAFT, wait=10)
    scripted.client().send(DRAFT, wait=3600)
    assert [asked.headers["prefer"] for asked in scripted.asked] == ["wait=10", "wait=30"]


@pytest.mark.parametrize("lost", LOST, ids=lambda lost: type(lost).__name__ + str(getattr(lost, "status_code", "")))
def test_a_lost_try_is_made_again_under_the_same_id(lost: Answer) -> None:
    scripted = Scripted(lost, lost, TAKEN)
    assert scripted.client().send(DRAFT).id == "melding-1"
    assert len({asked.content for asked in scripted.asked}) == 1
    assert len(scripted.asked) == 3
    assert len(scripted.pauses) == 2


def test_pauses_grow_up_to_half_a_minute() -> None:
    scripted = Scripted(httpx.ConnectError("nobody there"))
    with pytest.raises(Unavailable):
        scripted.client(patience=600).send(DRAFT)
    tops = [0.5, 1, 2, 4, 8, 16, *[30] * 100]
    assert all(top / 2 <= pause <= top for pause, top in zip(scripted.pauses, tops, strict=False))
    assert 540 <= sum(scripted.pauses) <= 600


@pytest.mark.parametrize("asked", ["7", "tomorrow", "soon", "-1"])
def test_a_post_office_that_asks_to_stay_away_is_obeyed(asked: str) -> None:
    away = problem(429, "rate_limited")
    tomorrow = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    away.headers["retry-after"] = tomorrow if asked == "tomorrow" else asked
    scripted = Scripted(away, TAKEN)
    scripted.client(patience=90_000).send(DRAFT)
    [pause] = scripted.pauses
    if asked == "7":
        assert pause == 7
    elif asked == "tomorrow":
        assert 86_000 < pause <= 86_400
    else:
        assert pause <= 0.5


@pytest.mark.parametrize(
    ("lost", "kind", "code"),
    [
        (LOST[0], Unavailable, "not_reached"),
        (LOST[3], Unavailable, "book_full"),
        (LOST[4], TooMany, "rate_limited"),
        (LOST[5], Unavailable, "http_502"),
    ],
)
def test_patience_ends_in_an_exception_that_says_why(lost: Answer, kind: type[Problem], code: str) -> None:
    with pytest.raises(kind) as raised:
        Scripted(lost).client(patience=3).send(DRAFT)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, NotAllowed),
        (403, NotAllowed),
        (404, Unknown),
        (409, Refused),
        (410, Erased),
        (413, Refused),
        (415, Refused),
    ],
)
def test_what_would_not_change_is_not_tried_again(status: int, kind: type[Problem]) -> None:
    scripted = Scripted(problem(status, "a_code"))
    with pytest.raises(kind):
        scripted.client().send(DRAFT)
    assert len(scripted.asked) == 1


def test_a_refusal_says_code_words_and_places() -> None:
    scripted = Scripted(
        problem(422, "data_invalid", "two fields do not fit", errors=[{"pointer": "/data/signal"}, {"pointer": "/data/x"}])
    )
    with pytest.raises(Refused) as raised:
        scripted.client().send(DRAFT)
    told = raised.value
    assert (told.status, told.code, told.words, told.pointers) == (
        422,
        "data_invalid",
        "two fields do not fit",
        ("/data/signal", "/data/x"),
    )
    assert str(told) == "data_invalid: two fields do not fit (/data/signal, /data/x)"


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b"not json", b'{"errors": 3}', b'{"errors": [3, {"pointer": 3}]}', b'{"code": null}']
)
def test_a_problem_document_of_another_form_is_a_problem_all_the_same(body: bytes) -> None:
    scripted = Scripted(httpx.Response(422, content=body, headers={"content-type": "application/problem+json"}))
    with pytest.raises(Refused) as raised:
        scripted.client().send(DRAFT)
    assert (raised.value.code, raised.value.pointers) == ("http_422", ())


def test_no_error_holds_the_token_or_what_was_sent() -> None:
    with pytest.raises(Unavailable) as raised:
        Scripted(httpx.ConnectError("nobody there")).client(patience=0).send(DRAFT)
    told = repr(raised.value) + str(raised.value)
    assert "keten_invented" not in told
    assert "invented" not in told


@pytest.mark.parametrize("address", ["http://post.example", "http://10.0.0.1", "ftp://127.0.0.1", "post.example"])
def test_a_token_crosses_no_network_in_clear(address: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        Client(address, "keten_invented")


@pytest.mark.parametrize("address", ["https://post.example", "http://127.0.0.1:8180", "http://[::1]:8180", "http://localhost/"])
def test_an_address_that_nobody_can_listen_to_is_taken(address: str) -> None:
    Client(address, "keten_invented").close()


@pytest.mark.parametrize("event_id", ["a/../b", "a?b#c", "ë €", "%2e"])
def test_an_id_of_any_form_is_one_part_of_the_path(event_id: str) -> None:
    scripted = Scripted(httpx.Response(200, json={**KEPT, "id": event_id}))
    scripted.client().status(event_id)
    path = scripted.asked[0].url.raw_path.decode()
    assert path.startswith("/v1/events/")
    assert path.count("/") == 3
    assert "?" not in path


def test_waiting_asks_until_it_is_answered() -> None:
    answered = {**KEPT, "stage": "answered", "steps": [*KEPT["steps"], {"stage": "answered", "at": "2026-03-02T11:00:09Z"}]}
    scripted = Scripted(
        httpx.Response(200, json=KEPT),
        problem(503, "failed"),
        httpx.Response(200, json=answered),
    )
    status = scripted.client().wait("melding-1", 20)
    assert (status.stage, status.settled) == (Stage.ANSWERED, True)
    assert all(asked.headers["prefer"] == "wait=20" for asked in scripted.asked)


def test_waiting_ends_with_the_time_and_says_how_far_it_came() -> None:
    scripted = Scripted(httpx.Response(200, json=KEPT))
    assert scripted.client().wait("melding-1", 0).stage is Stage.KEPT
    assert len(scripted.asked) == 1


def test_what_the_recipient_refused_is_an_answer() -> None:
    refused = {"stage": "refused", "at": "2026-03-02T11:00:09Z", "code": "case_closed", "words": "the case has ended"}
    status = (
        Scripted(httpx.Response(200, json={**KEPT, "stage": "refused", "steps": [*KEPT["steps"], refused]}))
        .client()
        .wait("melding-1")
    )
    assert status.settled
    assert status.refusal is not None
    assert (status.refusal.code, status.refusal.words) == ("case_closed", "the case has ended")


def test_a_stage_that_a_later_version_adds_breaks_nothing() -> None:
    status = Scripted(httpx.Response(200, json={**KEPT, "stage": "framed"})).client().status("melding-1")
    assert (status.stage, status.settled) == ("framed", False)
