"""What a request asks, read with bounds: its form, and who asks it in which words."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi import Request
from starlette.exceptions import HTTPException

from console.door.body import body_of
from console.forms.reading import LARGEST, MOST_PAIRS, Unreadable, posted
from console.web.moments import Clock
from console.web.ports import HANDLE, Desk, Words
from console.web.refusals import TOO_LARGE
from console.web.shown import Showing

LONGEST = 200
"""Characters of anything that an address holds."""

CONTROL = "_"
"""How the names begin of what a form holds besides answers; no field of a model begins so."""


class Asked(NamedTuple):
    """Who asks.

    Attributes:
        visit: Their visit.
        words: In their language.
        now: The moment of this page.
        showing: What shows files to them.
    """

    visit: Any
    words: Words
    now: datetime
    showing: Showing


async def asked(desk: Desk, request: Request, right: str | None = HANDLE) -> Asked:
    """Who asks, if they have a right; None: any right at all."""
    visit = await desk.visit(request, right)
    words, now = desk.words(request), datetime.now(UTC)
    showing = Showing(words, Clock(words, visit.language, now), desk.directory, visit.agency.slug)
    return Asked(visit, words, now, showing)


def not_here() -> HTTPException:
    """The same for what is not there and for what is not theirs."""
    return HTTPException(HTTPStatus.NOT_FOUND)


def given(request: Request, name: str) -> str | None:
    """What an address says; nothing where that is longer than anything of ours."""
    value = request.query_params.get(name)
    return value if value and len(value) <= LONGEST else None


class Form(NamedTuple):
    """What was posted.

    Attributes:
        answers: For the fields of the form.
        control: What it holds besides.
    """

    answers: list[tuple[str, str]]
    control: dict[str, str]


async def form_of(request: Request, most: int = MOST_PAIRS) -> Form:
    """What was posted, as far as it is a form and no larger than one.

    Args:
        request: Which posts it.
        most: How many pairs it may have.

    Raises:
        Problem: It is larger.
        HTTPException: It is none.
    """
    try:
        pairs = posted(await body_of(request, LARGEST, TOO_LARGE), most)
    except Unreadable:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
    control = {name: value[:LONGEST] for name, value in pairs if name.startswith(CONTROL)}
    return Form([(name, value) for name, value in pairs if not name.startswith(CONTROL)], control)
