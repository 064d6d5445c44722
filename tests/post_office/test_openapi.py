"""The document: whole, without a loose end, and true to what is answered."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from fastapi.openapi.models import OpenAPI
from jsonschema import Draft202012Validator

from post_office.codes import CODES
from post_office.guard import API_VERSION
from tests.post_office.asking import RECEIVED, Office, event


@pytest.fixture
def document(office: Office) -> dict[str, Any]:
    return office.app.openapi()


def validate(schema: dict[str, Any], answer: Any) -> None:
    validator: Any = Draft202012Validator(schema)
    validator.validate(answer)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, found in document["paths"].items():
        for method, operation in found.items():
            yield path, method, operation


def nodes(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield cast("dict[str, Any]", part)
        for inner in cast("dict[str, Any]", part).values():
            yield from nodes(inner)
    elif isinstance(part, list):
        for inner in cast("list[Any]", part):
            yield from nodes(inner)


def test_it_is_openapi_and_its_schemas_are_json_schema(document: dict[str, Any]) -> None:
    OpenAPI.model_validate(document)
    assert document["openapi"] == "3.1.0"
    assert document["info"]["version"] == API_VERSION
    schemas = [*document["components"]["schemas"].values()]
    schemas += [content["schema"] for part in nodes(document["paths"]) for content in part.get("content", {}).values()]
    for schema in schemas:
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for node in nodes(document):
        if "$ref" in node:
            _, *path = node["$ref"].split("/")
            found: Any = document
            for step in path:
                found = found[step]


def test_every_operation_has_a_name_and_says_how_it_ends(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, _, operation in operations(document):
        answers = operation["responses"]
        assert operation["summary"]
        assert {"400", "503"} <= answers.keys(), path
        assert ("401" in answers and "429" in answers) == bool(operation["security"]), path
        assert not path.endswith("/")
        for status, answer in answers.items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (path, status)


def test_every_parameter_of_a_path_is_described(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}


async def test_what_is_answered_is_what_is_said(office: Office, document: dict[str, Any]) -> None:
    """Each answer against the schema of its status."""
    caseref = (await office.send(event(subject="Z-1"))).json()["caseref"]
    heard = await office.book.hear(RECEIVED, {"status": "with_desk"}, caseref)
    office.book.erase((await office.book.hear(RECEIVED, {"status": "with_desk"})).caseref)
    asked: list[tuple[str, str, str, Any]] = [
        ("get", "/v1/events/{id}", "/v1/events/a-1", None),
        ("get", "/v1/feed", "/v1/feed", None),
        ("put", "/v1/consumers/{name}", "/v1/consumers/desk", {"lastEventId": heard.id}),
        ("get", "/v1/consumers/{name}", "/v1/consumers/desk", None),
        ("get", "/v1/consumers", "/v1/consumers", None),
        ("get", "/v1/cases", "/v1/cases?limit=1", None),
        ("get", "/v1/cases", "/v1/cases?after=none", None),
        ("get", "/v1/cases/{caseref}", f"/v1/cases/{caseref}", None),
        ("put", "/v1/cases/{caseref}", f"/v1/cases/{caseref}", {"subject": "Z-2"}),
        ("get", "/v1/catalogue", "/v1/catalogue", None),
        ("get", "/v1/agencies", "/v1/agencies", None),
        ("get", "/v1/health", "/v1/health", None),
        ("get", "/v1/openapi.json", "/v1/openapi.json", None),
        ("get", "/v1/events/{id}", "/v1/events/nothing", None),
        ("put", "/v1/consumers/{name}", "/v1/consumers/desk", {"lastEventId": 7}),
    ]
    for method, path, address, body in asked:
        answer = await office.http.request(method, address, json=body)
        said = document["paths"][path][method]["responses"][str(answer.status_code)]["content"]
        schema = said[answer.headers["content-type"]]["schema"]
        validate({**schema, "components": document["components"]}, answer.json())
    assert {(path, method) for path, method, _ in operations(document)} - {(path, method) for method, path, _, _ in asked} == {
        ("/v1/events", "post")
    }


async def test_statuses_of_the_table_are_those_of_the_document(document: dict[str, Any]) -> None:
    listed = {row["code"]: row["status"] for row in document["x-codes"]}
    assert listed == {code: row.status.value for code, row in CODES.items()}
    for path, _, operation in operations(document):
        for status, answer in operation["responses"].items():
            for code in [word for word in answer["description"].split("`")[1::2] if int(status) >= 400]:
                assert str(listed[code]) == status, (path, code)


def test_the_document_is_json(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document)) == document
