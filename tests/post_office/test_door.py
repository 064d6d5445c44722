"""Who may do what, and what every answer says."""

import json
from pathlib import Path

import pytest
import structlog

from post_office.guard import ALWAYS
from post_office.tokens import AT_A_TIME, Scope, Tokens
from runtime.private_files import KeyFileError
from tests.post_office.asking import MARKER, POLICE, Office, bearer, event, is_problem

MAY = [
    ("POST", "/v1/events", {Scope.SEND}),
    ("GET", "/v1/events/a-1", {Scope.SEND, Scope.READ}),
    ("GET", "/v1/feed", {Scope.READ}),
    ("GET", "/v1/consumers", {Scope.READ}),
    ("GET", "/v1/consumers/desk", {Scope.READ}),
    ("PUT", "/v1/consumers/desk", {Scope.READ}),
    ("GET", "/v1/cases", {Scope.SEND, Scope.READ}),
    ("GET", "/v1/cases/k0", {Scope.SEND, Scope.READ}),
    ("PUT", "/v1/cases/k0", {Scope.SEND}),
    ("GET", "/v1/catalogue", set(Scope)),
    ("GET", "/v1/agencies", set(Scope)),
    ("GET", "/v1/health", set(Scope)),
]


@pytest.mark.parametrize(("method", "path", "scopes"), MAY)
async def test_who_may(office: Office, method: str, path: str, scopes: set[Scope]) -> None:
    for scope in Scope:
        answer = await office.http.request(method, path, headers=bearer(office.token[scope]))
        assert (answer.status_code != 403) == (scope in scopes), (scope, answer.text)
    for shown in ({"authorization": ""}, {"authorization": "Bearer"}, {"authorization": "Basic a"}, bearer("keten_short")):
        answer = await office.http.request(method, path, headers=shown)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_every_route_is_in_that_table(office: Office) -> None:
    paths = office.app.openapi()["paths"]
    known = {(method.upper(), path) for path, operations in paths.items() for method in operations}
    asked = {
        (method, path.replace("a-1", "{id}").replace("desk", "{name}").replace("k0", "{caseref}")) for method, path, _ in MAY
    }
    assert known == asked | {("GET", "/v1/openapi.json")}


async def test_the_document_is_for_everybody(office: Office) -> None:
    answer = await office.http.get("/v1/openapi.json", headers={"authorization": ""})
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/v1/health", "/v1/nothing", "/v1/openapi.json", "/v1/feed?limit=x"])
async def test_every_answer_has_its_headers(office: Office, path: str) -> None:
    answer = await office.http.get(path)
    assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS


@pytest.mark.parametrize("path", ["/v1/feed/", "/v1/events/a-1/", "/v1", "/", "/v2/feed", "/docs", "/v1//feed", "/v1/events/a/b"])
async def test_no_path_ends_with_a_slash_and_no_other_is_there(office: Office, path: str) -> None:
    is_problem(await office.http.get(path), "not_found", 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/events", "POST"),
        ("POST", "/v1/consumers/a", "GET, PUT"),
        ("HEAD", "/v1/feed", "GET"),
        ("OPTIONS", "/v1/feed", "GET"),
    ],
)
async def test_another_method_says_which_there_are(office: Office, method: str, path: str, allowed: str) -> None:
    answer = await office.http.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


async def test_a_token_that_was_ended_opens_nothing_a_moment_later(office: Office) -> None:
    token = office.tokens.add("desk", [Scope.READ])
    assert (await office.http.get("/v1/feed", headers=bearer(token))).status_code == 200
    Tokens.of(office.tokens._path.parent, POLICE.slug).end("desk")  # pyright: ignore[reportPrivateUsage] - another process does
    is_problem(await office.http.get("/v1/feed", headers=bearer(token)), "token_unknown", 401)


def test_a_token_can_be_changed_without_a_gap(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path / "keys" / "tokens")
    first = tokens.add("desk", [Scope.READ])
    second = tokens.add("desk", [Scope.READ, Scope.SEND])
    assert AT_A_TIME == 2
    with pytest.raises(ValueError, match="end one"):
        tokens.add("desk", [Scope.READ])
    old = tokens.listed()[0]
    assert tokens.whose(first) == old
    assert tokens.end("desk", old.id) == 1
    assert (tokens.whose(first), tokens.whose(second)) == (None, tokens.listed()[0])
    with pytest.raises(LookupError):
        tokens.end("desk", old.id)


def test_a_token_stands_nowhere(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path / "keys" / "tokens")
    token = tokens.add("desk", [Scope.READ])
    kept = (tmp_path / "keys" / "tokens").read_text()
    assert token not in kept
    assert token.removeprefix("keten_") not in kept
    assert (tmp_path / "keys" / "tokens").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["", "Desk", "a" * 41, "a/b", "-a"])
def test_a_name_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="a name is"):
        Tokens(tmp_path / "tokens").add(name, [Scope.READ])
    with pytest.raises(ValueError, match="--scope"):
        Tokens(tmp_path / "tokens").add("desk", [])


@pytest.mark.parametrize("harm", ["open", "broken"])
async def test_a_file_of_tokens_that_cannot_be_trusted_lets_in_nobody(office: Office, harm: str) -> None:
    path = office.tokens._path  # pyright: ignore[reportPrivateUsage] - what somebody does to the file
    if harm == "open":
        path.chmod(0o644)
    else:
        path.write_text("[{}]")
    with pytest.raises(KeyFileError):
        office.tokens.listed()
    is_problem(await office.http.get("/v1/feed"), "failed", 503)
    assert len(office.alarms) == 1


async def test_a_fault_that_nobody_foresaw_is_said_alarmed_and_loses_nothing(office: Office) -> None:
    await office.send(event("a-1"))
    office.book.fault = RuntimeError(MARKER)
    with structlog.testing.capture_logs() as logged:
        answers = [await office.send(event(name)) for name in ("a-2", "a-3")]
    for answer in answers:
        is_problem(answer, "failed", 503)
    assert [line["event"] for line in logged] == ["post_office_request_failed"] * 2
    assert MARKER not in json.dumps([{**line, "exc_info": None} for line in logged])
    assert len(office.alarms) == 1
    office.book.fault = None
    assert (await office.send(event("a-1"))).status_code == 200
    assert (await office.send(event("a-2"))).status_code == 202


async def test_a_book_that_is_full_takes_nothing_and_reaches_a_person_once(office: Office) -> None:
    office.book.is_full = True
    for _ in range(2):
        is_problem(await office.send(event()), "book_full", 503)
    assert len(office.alarms) == 1
    assert (await office.http.get("/v1/feed")).status_code == 200
    office.book.is_full = False
    assert (await office.send(event())).status_code == 202
    office.book.is_full = True
    await office.send(event("a-2"))
    assert len(office.alarms) == 2
