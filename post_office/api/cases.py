"""What is known of a case, and the agency's own number for it."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from contracts.reference import ALPHABET
from post_office import shown
from post_office.body import object_of
from post_office.door import Door, door, needs
from post_office.openapi import documented
from post_office.ports import CaseSeen
from post_office.problems import ERASED, Problem
from post_office.tokens import Listed, Scope

router = APIRouter(prefix="/v1/cases", tags=["cases"])

MOST = 100
"""Events each way that are shown, cases in an answer, and what is awaited in one."""
LARGEST = 4_096
"""Bytes of a number."""
REFERENCE = re.compile(rf"k[{ALPHABET}]{{24}}")
CASEREF = {
    "name": "caseref",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": f"^{REFERENCE.pattern}$"},
    "description": "as it stands in events",
}
NUMBER = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["subject"],
                "properties": {"subject": {"type": "string", "minLength": 1, "maxLength": 100}},
                "additionalProperties": False,
            }
        }
    },
}
NO_CASE = "this post office knows no such case"

EITHER = frozenset({Scope.SEND, Scope.READ})
Lister = Annotated[Listed, Depends(needs(EITHER, "after", "limit", "awaiting"))]
After = Annotated[
    str | None,
    Query(pattern=f"^{REFERENCE.pattern}$", description="`next` of the part before; left out: from the first case"),
]
Most = Annotated[int, Query(ge=1, le=MOST, description="cases in an answer, at most; there may be fewer, though more follow")]
Awaiting = Annotated[bool, Query(description="only cases that wait for a word of your own agency")]
Asker = Annotated[Listed, Depends(needs(EITHER))]
Sender = Annotated[Listed, Depends(needs(frozenset({Scope.SEND})))]


@router.get(
    "",
    operation_id="listCases",
    **documented(
        "Every case, in the order in which they began, and whose word each waits for",
        (Scope.SEND, Scope.READ),
        {200: shown.Cases},
    ),
)
async def cases(request: Request, who: Lister, after: After = None, limit: Most = MOST, awaiting: Awaiting = False) -> Response:
    """An erased one keeps its place; only what is said about erasing is awaited there."""
    del who
    page = await door(request).book.listed(after, limit, awaiting=awaiting)
    if page is None:
        raise Problem("parameter_invalid", "`after` is `next` of the part before: no such case is known here", ["after"])
    return shown.answer(shown.cases(page, MOST))


@router.get(
    "/{caseref}",
    operation_id="getCase",
    **documented(
        "What was sent and heard of a case",
        (Scope.SEND, Scope.READ),
        {200: shown.Case},
        ("not_found", "gone"),
        parameters=[CASEREF],
    ),
)
async def case(request: Request, who: Asker) -> Response:
    """404 where there is none, 410 where it was erased."""
    del who
    here = door(request)
    return await _shown(here, await _seen(here, request.path_params["caseref"]))


@router.put(
    "/{caseref}",
    operation_id="nameCase",
    **documented(
        "Set the agency's own number of a case",
        (Scope.SEND,),
        {200: shown.Case},
        ("not_found", "gone", "subject_taken", "unicode_unsafe"),
        parameters=[CASEREF],
        body=NUMBER,
    ),
)
async def name_case(request: Request, who: Sender) -> Response:
    """It stands as ``subject`` in whatever is heard of that case, and never leaves."""
    del who
    here, caseref = door(request), request.path_params["caseref"]
    subject = _subject(await object_of(request, LARGEST))
    await _seen(here, caseref)
    if not await here.book.name_case(caseref, subject):
        raise Problem("not_found", NO_CASE)
    return await _shown(here, await _seen(here, caseref))


def _subject(number: dict[str, object]) -> str:
    subject = number.get("subject")
    if number.keys() != {"subject"} or not isinstance(subject, str) or not 0 < len(subject) <= 100:
        raise Problem("body_invalid", "send `subject`, your own number of 1 to 100 characters, and nothing else", ["/subject"])
    if not subject.isprintable():
        raise Problem("unicode_unsafe", "`subject` is on one line, of characters that can be seen", ["/subject"])
    return subject


async def _seen(here: Door, caseref: str) -> CaseSeen:
    found = await here.book.case(caseref) if REFERENCE.fullmatch(caseref) else None
    if found is None:
        raise Problem("not_found", NO_CASE)
    if found.erased:
        raise Problem("gone", ERASED)
    return found


async def _shown(here: Door, seen: CaseSeen) -> Response:
    heard = [one for position in seen.heard[-MOST:] for one in await here.book.feed(position - 1, 1)]
    return shown.answer(shown.case(seen, heard, MOST))
