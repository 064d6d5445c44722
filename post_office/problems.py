"""Every error as problem details (RFC 9457): codes and words of ours, never a value of what was sent."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from contracts.refusals import Refused
from post_office.codes import Row, row
from post_office.ports import BookFull, Gone, Refusal

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="keten post office"'
"""RFC 6750, section 3: what a 401 must say."""
LATER = 5
"""Seconds after which whoever was told to come again may do so, where nobody knows better."""
FAILED = "nobody foresaw this; a person was alarmed. What was answered before is safe. Send this again, with the same id"
ERASED = "the case was erased: that there was something is known, nothing else"
NOTHING_HERE = "nothing answers at this path: /v1/openapi.json lists what does; no path ends with a slash"


class Problem(Exception):  # noqa: N818 - named as what it is
    """The request ends here.

    Args:
        code: One of the table.
        words: What was wrong and what to do, without anything from the request.
        pointers: Where it is wrong: JSON pointers into the body, or names of parameters and headers.
        headers: Further headers of the answer.
    """

    def __init__(self, code: str, words: str, pointers: Sequence[str] = (), headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code, self.words, self.pointers, self.headers = code, words, tuple(pointers), dict(headers or {})


def answer(problem: Problem) -> Response:
    """A problem as it leaves."""
    meant = row(problem.code)
    if meant.code != problem.code:
        log.error("post_office_code_not_listed", code=problem.code)
    content: dict[str, Any] = {
        "type": f"urn:keten:problem:{meant.code}",
        "title": meant.title,
        "status": meant.status.value,
        "detail": problem.words,
        "code": str(meant.code),
    }
    if problem.pointers:
        content["errors"] = [{"pointer" if _is_pointer(at) else "parameter": at} for at in problem.pointers]
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, meant.status.value, {**_headers(meant), **problem.headers}, MEDIA_TYPE)


def _is_pointer(where: str) -> bool:
    """The empty one is to the whole body (RFC 6901)."""
    return not where or where.startswith("/")


def failed() -> Response:
    """What is said of a fault that nobody foresaw."""
    return answer(Problem("failed", FAILED))


def from_contract(refused: Refused, index: int | None = None) -> NoReturn:
    """What contracts refuse, in the words of contracts.

    Raises:
        Problem: Always.
    """
    raise Problem(refused.code, refused.reason, () if index is None else (f"/{index}",)) from None


def speak_of_problems(app: FastAPI) -> None:
    """Let every error of an application leave as a problem."""
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)


def _headers(meant: Row) -> dict[str, str]:
    challenge = {"WWW-Authenticate": CHALLENGE} if meant.status.value == 401 else {}
    return challenge | ({"Retry-After": str(LATER)} if meant.again else {})


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer(error)


async def _refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return answer(Problem(error.code, error.words, error.pointers))


async def _gone(_: Request, error: Exception) -> Response:
    del error
    return answer(Problem("gone", ERASED))


async def _parameters(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    names = sorted({str(fault["loc"][-1]) for fault in error.errors()})
    return answer(Problem("parameter_invalid", f"not as it must be: {', '.join(names)}; /v1/openapi.json says how", names))


async def _of_the_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = ", ".join(_methods(request))
        return answer(Problem("method_not_allowed", f"what is answered here: {allowed}", headers={"Allow": allowed}))
    return answer(Problem("not_found", NOTHING_HERE) if error.status_code == 404 else Problem("body_invalid", NOTHING_HERE))


def _methods(request: Request) -> list[str]:
    """All methods of a path: the framework knows those of one of its routes."""
    paths: dict[str, Any] = request.app.openapi()["paths"]
    asked = request.url.path.split("/")
    found = (operations for path, operations in paths.items() if _fits(path.split("/"), asked))
    return sorted({method.upper() for operations in found for method in operations if method != "parameters"})


def _fits(pattern: list[str], asked: list[str]) -> bool:
    return len(pattern) == len(asked) and all(
        part == given or part.startswith("{") for part, given in zip(pattern, asked, strict=True)
    )


_HANDLERS = {
    Problem: _problem,
    Refusal: _refusal,
    Gone: _gone,
    RequestValidationError: _parameters,
    HTTPException: _of_the_framework,
}

FULL = "the post office cannot write now, so nothing was taken: make room on its disk; send it again, with the same id"


def full(error: BookFull) -> Problem:
    """What is said while nothing can be written."""
    del error
    return Problem("book_full", FULL)
