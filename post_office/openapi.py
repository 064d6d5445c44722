"""What a route says of itself in the OpenAPI document, and what that document says of all of them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from contracts.attributes import MAX_BYTES
from contracts.words import Ground
from post_office.codes import ROWS, row
from post_office.guard import API_VERSION
from post_office.tokens import Scope

Node = dict[str, Any]

PROBLEM = "application/problem+json"
TITLE = "Keten post office"
DESCRIPTION = """\
Plain HTTP for an agency's own systems: events go in here and come out here. The post office signs, seals, numbers and keeps them.
Every error is `application/problem+json` with a `code`. Where an answer says `Retry-After`, the same request can be sent again;
an event that is sent again with the same `id` and the same content is the same event."""
ALWAYS = (
    "token_missing",
    "token_unknown",
    "rate_limited",
    "too_busy",
    "failed",
    "parameter_invalid",
    "uri_too_long",
    "headers_too_large",
)
"""Codes that each route with a token may answer with."""
OPEN = ("too_busy", "failed", "parameter_invalid", "uri_too_long", "headers_too_large")
"""The same without one."""

_ID: Node = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:~=+-]{0,127}$", "maxLength": 128}
_TEXT: Node = {"type": "string", "minLength": 1, "maxLength": 500}

EVENT: Node = {
    "type": "object",
    "title": "Event",
    "description": "A CloudEvent 1.0. What the post office writes itself (source, time) may be there, and is not used.",
    "required": ["specversion", "id", "type", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {**_ID, "description": "of your own; sent again with the same content it is the same event"},
        "type": {"type": "string", "description": "as in the catalogue", "pattern": "^[A-Za-z0-9.-]{1,100}$"},
        "data": {"type": "object", "description": "the content, by the schema in the catalogue"},
        "ground": {"enum": [*Ground], "description": "on which it is shared; needed where the catalogue allows several"},
        "recipient": {
            "type": "string",
            "pattern": "^[a-z][a-z0-9-]{1,39}$",
            "description": "slug; needed where several may take it",
        },
        "caseref": {"type": "string", "pattern": "^k[0-9a-z]{24}$", "description": "of which case; left out: it begins one"},
        "subject": {"type": "string", "minLength": 1, "maxLength": 100, "description": "your own case number; it never leaves"},
        "causationid": {
            "type": "string",
            "pattern": "^[0-9a-f][0-9a-f-]{7,63}$",
            "description": "id of the event that it answers, as it stands in the feed: of the same case, from its recipient",
        },
        **dict.fromkeys(("source", "dataschema", "traceparent", "tracestate"), _TEXT),
        "time": {"type": "string", "format": "date-time", "description": "when it happened: to tell a clock that is wrong"},
        "datacontenttype": {"type": "string", "description": "application/json"},
    },
    "additionalProperties": False,
}
EVENT_BODY: Node = {
    "required": True,
    "description": f"An event may have {MAX_BYTES} bytes. In binary mode the attributes stand in `ce-` headers.",
    "content": {
        "application/cloudevents+json": {"schema": EVENT},
        "application/cloudevents-batch+json": {"schema": {"type": "array", "items": EVENT, "minItems": 1, "maxItems": 100}},
        "application/json": {"schema": {"type": "object", "description": "the content alone, in binary mode"}},
    },
}
EVENT_ID: Node = {"name": "id", "in": "path", "required": True, "schema": _ID, "description": "as it was handed in"}
PREFER: Node = {
    "name": "Prefer",
    "in": "header",
    "schema": {"type": "string", "example": "wait=10"},
    "description": "`wait=N`: hold the answer for N seconds, 60 at most, until the event is answered, refused or missed",
}
KEY: Node = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": _ID,
    "description": "in place of the event's `id`; not with a batch",
}
LAST_EVENT_ID: Node = {
    "name": "Last-Event-ID",
    "in": "header",
    "schema": {"type": "string", "maxLength": 128},
    "description": "of a stream: the last event that was read; it goes before `lastEventId`",
}
FEED_ANSWER: dict[int, Node] = {
    200: {
        "description": "events, oldest first; none: nothing has come yet",
        "content": {
            "application/cloudevents-batch+json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Heard"}}},
            "text/event-stream": {
                "schema": {"type": "string", "description": "an event each, with its id; comments as sign of life"}
            },
        },
    }
}

_HEARD: Node = {
    "title": "Heard",
    "type": "object",
    "description": (
        "A CloudEvent as its sender wrote it; `subject` is your own case number. `erased`: its content is gone. "
        "`unreadable`: it was altered in the book; once that is restored it stands here again."
    ),
    "required": ["specversion", "id", "source", "type", "time", "caseref"],
    "properties": {
        **{name: {"type": "string"} for name in ("specversion", "id", "source", "type", "caseref", "subject", "ground")},
        "time": {"type": "string", "format": "date-time"},
        "erased": {"const": True},
        "unreadable": {"const": True},
        "data": {"type": "object"},
    },
}
_PROBLEM: Node = {
    "title": "Problem",
    "type": "object",
    "description": "Problem details (RFC 9457). It never holds a value out of a request.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "description": "`urn:keten:problem:` and the code"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "what was wrong and what to do"},
        "code": {"type": "string", "enum": [str(one.code) for one in ROWS]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "description": "a JSON pointer into the event, or into the body"},
                    "parameter": {"type": "string", "description": "the name of a parameter or header"},
                },
            },
        },
    },
}


def documented(  # noqa: PLR0913 - what a route says of itself
    summary: str,
    scopes: Sequence[Scope] | None,
    answers: Mapping[int, Any],
    codes: Sequence[str] = (),
    *,
    parameters: Sequence[Node] = (),
    body: Node | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What a decorator of a route is given.

    Args:
        summary: In one line.
        scopes: One of which a token needs; none: any token will do; None: nobody needs one.
        answers: What is answered, by status: a model, a list of one, or what the document says.
        codes: With which it can end otherwise, beyond those of all.
        parameters: Headers, and parts of the path, which the framework does not see.
        body: What is sent.
        headers: Of what is answered.
    """
    ours = {status: _answer(status, shown, headers or {}) for status, shown in answers.items()}
    asked = {"security": [] if scopes is None else [{"token": [str(scope) for scope in scopes]}]}
    more = {"parameters": list(parameters)} if parameters else {}
    sent = {"requestBody": body} if body else {}
    base = (*(OPEN if scopes is None else ALWAYS), *(("scope_missing",) if scopes else ()))
    return {
        "summary": summary,
        "response_model": None,
        "responses": {**ours, **_problems((*base, *codes, *(_OF_BODIES if body else ())))},
        "openapi_extra": {**asked, **more, **sent},
    }


_OF_BODIES = ("malformed_json", "not_utf8", "body_invalid", "too_large", "content_type_unsupported")


def document(app: FastAPI) -> Node:
    """The whole document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=API_VERSION, openapi_version="3.1.0", description=DESCRIPTION, routes=app.routes, tags=_TAGS
        )
        parts = made.setdefault("components", {})
        schemas: Node = parts.setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):  # of the framework; ours are problems
            schemas.pop(name, None)
        schemas.update(Problem=_PROBLEM, Heard=_HEARD)
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "description": "`keten post-office token add`"}}
        made["servers"] = [{"url": "/"}]
        made["info"]["license"] = {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}
        made["x-codes"] = [
            {"code": str(one.code), "status": one.status.value, "title": one.title, "again": one.again} for one in ROWS
        ]
        for operation in (one for operations in made["paths"].values() for one in operations.values()):
            _complete(operation)
        app.openapi_schema = made
    return app.openapi_schema


_TAGS: list[dict[str, Any]] = [
    {"name": "events", "description": "what this agency sends"},
    {"name": "feed", "description": "what others sent"},
    {"name": "consumers", "description": "readers of the feed, and how far they came"},
    {"name": "cases", "description": "what is known of a case"},
    {"name": "about", "description": "what may be sent, who takes part, how it does"},
]


def _complete(operation: Node) -> None:
    """What holds for each: the framework's own 422 is a 400 here, and who asks shows a token."""
    answers: Node = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422", "")):
        del answers["422"]
    if "security" not in operation:
        operation["security"] = [{"token": []}]
    for status, said in _problems(ALWAYS if operation["security"] else OPEN).items():
        answers.setdefault(str(status), said)


def _answer(status: int, shown: Any, headers: Mapping[str, str]) -> Node:
    named = {name: {"description": words, "schema": {"type": "string"}} for name, words in headers.items()}
    more = {"headers": named} if named else {}
    if isinstance(shown, dict):
        return {"description": HTTPStatus(status).phrase, **cast("Node", shown), **more}
    return {"model": shown, "description": HTTPStatus(status).phrase, **more}


def _problems(codes: Sequence[str]) -> dict[int | str, Node]:
    """Answers by status: which codes each may have, out of the table."""
    rows = [row(code) for code in dict.fromkeys(codes)]
    found: dict[int | str, Node] = {}
    for status in sorted({one.status.value for one in rows}):
        said = ", ".join(f"`{one.code}` ({one.title[0].lower()}{one.title[1:]})" for one in rows if one.status.value == status)
        later = {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}}
        found[status] = {
            "description": said,
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            **({"headers": later} if status in {429, 503} else {}),
        }
    return found
