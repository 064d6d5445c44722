"""What a request asks for: payloads in one namespace."""

from http import HTTPStatus
from typing import NamedTuple

from fastapi import Request
from google.protobuf.json_format import Parse, ParseError
from temporalio.api.common.v1 import Payload, Payloads

from console.door.body import body_of
from console.door.problems import Problem, Refusal

LARGEST = 8 * 1024 * 1024
"""Bytes of one request: Temporal gives at most 4 MB at a time, and base64 in JSON makes that a third more."""
MOST = 10_000
"""Payloads of one request."""

TOO_LARGE = Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", f"at most {LARGEST} bytes and {MOST} payloads at a time")
MALFORMED = Refusal(HTTPStatus.BAD_REQUEST, "malformed", "the body must be a Payloads message as JSON (application/json)")
NOT_JSON = Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json", MALFORMED.detail)
NO_NAMESPACE = Refusal(
    HTTPStatus.BAD_REQUEST, "no_namespace", "name one namespace: in the header X-Namespace, or /NAMESPACE/decode"
)


class Asked(NamedTuple):
    """What is to be read, and where it comes from."""

    namespace: str
    payloads: list[Payload]


async def asked(request: Request) -> Asked:
    """Read a request.

    Raises:
        Problem: 400, 413 or 415.
    """
    namespace = _namespace(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(NOT_JSON)
    try:
        payloads = Parse(await body_of(request, LARGEST, TOO_LARGE), Payloads(), ignore_unknown_fields=True).payloads
    except (ParseError, ValueError, RecursionError):
        raise Problem(MALFORMED) from None
    if len(payloads) > MOST:
        raise Problem(TOO_LARGE)
    return Asked(namespace, list(payloads))


def _namespace(request: Request) -> str:
    """Temporal's clients send a header; an endpoint may have the namespace in its path, too, but not another one."""
    named = {*request.headers.getlist("x-namespace"), *filter(None, [request.path_params.get("namespace")])}
    if len(named) != 1:
        raise Problem(NO_NAMESPACE)
    return named.pop()
