"""Refusals as problem details (RFC 9457): codes and words of ours, never what was asked or what would have been the answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="keten"'}
"""RFC 6750, section 3: what a 401 must say."""


class Refusal(NamedTuple):
    """Why a request ends without content.

    Attributes:
        status: The HTTP status.
        code: A word that programs can compare.
        detail: What is wrong and what to do, without anything from the request.
    """

    status: HTTPStatus
    code: str
    detail: str


class Problem(Exception):  # noqa: N818 - named as what it is
    """The request ends here."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal


FAILED = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "failed", "this is a fault of the server; its log has the type")


def speak_of_problems(app: FastAPI) -> None:
    """Let every error of an application leave as a problem."""

    def ours(_: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, Problem)
        return answer(problem.refusal)

    def of_the_framework(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        status = HTTPStatus(error.status_code)
        return answer(Refusal(status, status.name.lower(), "only POST /decode is served here"), error.headers)

    def unforeseen(_: Request, error: Exception) -> JSONResponse:
        structlog.get_logger().error("codec_request_failed", error=type(error).__name__)
        return answer(FAILED)

    app.add_exception_handler(Problem, ours)
    app.add_exception_handler(HTTPException, of_the_framework)
    app.add_exception_handler(Exception, unforeseen)


def answer(refusal: Refusal, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A refusal as it leaves."""
    content = {"type": "about:blank", "title": refusal.status.phrase, "status": refusal.status.value}
    challenge = CHALLENGE if refusal.status is HTTPStatus.UNAUTHORIZED else {}
    return JSONResponse(
        {**content, "code": refusal.code, "detail": refusal.detail},
        status_code=refusal.status,
        headers={**(headers or {}), **challenge},
        media_type="application/problem+json",
    )
