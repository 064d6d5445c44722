"""What other agencies sent, oldest first: by long poll as http-feeds describes it, or as a stream of server-sent events."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BeforeValidator, WithJsonSchema

from contracts.catalogue import CATALOGUE
from post_office.api.handing import hand_out
from post_office.api.stream import Stream
from post_office.cloud_events import BATCH
from post_office.door import Door, door, held, needs
from post_office.heard import written
from post_office.openapi import FEED_ANSWER, LAST_EVENT_ID, documented
from post_office.ports import Heard
from post_office.problems import Problem
from post_office.tokens import Listed, Scope

router = APIRouter(prefix="/v1/feed", tags=["feed"])

PIECE = 50
"""Events that are read at a time: a page is never whole in memory but for what leaves."""
SSE = "text/event-stream"
_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:]{8}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")
_OURS = frozenset({"*/*", "application/*", "application/json", BATCH})
_STREAMS = frozenset({SSE, "text/*"})

Reader = Annotated[Listed, Depends(needs(frozenset({Scope.READ}), "lastEventId", "timeout", "type", "since", "limit"))]
After = Annotated[
    str | None,
    Query(alias="lastEventId", max_length=128, description="the last event that was read; left out: from the beginning"),
]
Wait = Annotated[
    int, Query(alias="timeout", ge=0, le=86_400_000, description="milliseconds to wait where there is none; 60000 at most")
]
Types = Annotated[
    list[Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(CATALOGUE)})]] | None,
    Query(alias="type", max_length=100, description="only events of this type; may be given several times"),
]


def _moment(written: object) -> object:
    """A number would be read as seconds of an epoch, which nobody was told of."""
    if isinstance(written, str) and not _RFC3339.fullmatch(written):
        raise ValueError("as in RFC 3339, with its offset")
    return written


Since = Annotated[
    AwareDatetime | None,
    BeforeValidator(_moment),
    Query(description="only what was taken at this moment or later, in place of lastEventId"),
]
Most = Annotated[int, Query(ge=1, le=1_000, description="events in an answer, at most")]


@router.get(
    "",
    operation_id="readFeed",
    **documented(
        "What other agencies sent, oldest first; nothing is ever left out or moved",
        (Scope.READ,),
        FEED_ANSWER,
        ("cursor_unknown", "not_acceptable", "too_many_waiting", "not_logged"),
        parameters=[LAST_EVENT_ID],
    ),
)
async def feed(  # noqa: PLR0913, PLR0917 - what http-feeds lets a reader say
    request: Request,
    who: Reader,
    last: After = None,
    wait: Wait = 0,
    types: Types = None,
    since: Since = None,
    limit: Most = 100,
) -> Response:
    """An event whose case was erased stands where it stood, without content."""
    here, only, streams = door(request), _known(types or []), _wants_stream(request)
    if streams:
        last = request.headers.get("last-event-id") or last
    after = await _begin(here, last, since)
    if streams:
        return Stream(here, who, after, only)
    page = await _page(here, who, after, limit, only)
    if not page and wait:
        with here.held.of(who.digest):
            await held(request, _fill(page, here, who, after, limit, only, min(wait / 1000, here.limits.wait)))
    return Response(b"[" + b",".join(page) + b"]", media_type=BATCH)


async def _fill(  # noqa: PLR0913, PLR0917
    page: list[bytes], here: Door, who: Listed, after: int, most: int, types: frozenset[str], seconds: float
) -> None:
    """Put in what comes, as soon as something does."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not page and await here.book.more(after, seconds):
                newest = await here.book.newest()  # before it is read: what comes later stands behind it
                page.extend(await _page(here, who, after, most, types))
                after = newest


async def _page(here: Door, who: Listed, after: int, most: int, types: frozenset[str]) -> list[bytes]:
    """Events after a position, as many as fit."""
    found, page, size, most = list[Heard](), list[bytes](), 0, min(most, here.limits.page)
    async for heard in _following(here, after, most, types):
        text = written(heard, here.about.directory)
        if page and size + len(text) > here.limits.page_bytes:
            break
        found.append(heard)
        page.append(text)
        size += len(text)
    await hand_out(here, who, after, found)
    return page


async def _following(here: Door, after: int, most: int, types: frozenset[str]) -> AsyncGenerator[Heard]:
    """As many as there are, read by the piece."""
    while most > 0:
        piece = await here.book.feed(after, min(PIECE, most), types)
        for heard in piece:
            yield heard
        if len(piece) < min(PIECE, most):
            return
        after, most = piece[-1].position, most - len(piece)


async def _begin(here: Door, event_id: str | None, since: datetime | None) -> int:
    """After which position somebody reads."""
    if event_id and since:
        raise Problem("parameter_invalid", "give lastEventId or since, not both", ["lastEventId", "since"])
    if since:
        return await here.book.position_at(since)
    if not event_id:
        return 0
    found = await here.book.position_of(event_id)
    if found is None:
        raise Problem("cursor_unknown", "no event with this id was ever in this feed: begin without it", ["lastEventId"])
    return found


def _known(types: list[str]) -> frozenset[str]:
    """Of a type that is misspelt nothing would ever be heard."""
    if not frozenset(types) <= CATALOGUE.keys():
        raise Problem("parameter_invalid", "`type` must be one of the catalogue: GET /v1/catalogue", ["type"])
    return frozenset(types)


def _wants_stream(request: Request) -> bool:
    accepted = {part.partition(";")[0].strip().lower() for part in ",".join(request.headers.getlist("accept")).split(",")} - {""}
    if not accepted or accepted & _OURS:
        return SSE in accepted and BATCH not in accepted
    if accepted & _STREAMS:
        return True
    raise Problem("not_acceptable", f"the feed is {BATCH}, or {SSE}")
