"""Handing in events, and how far each came."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from post_office import shown
from post_office.cloud_events import drafts
from post_office.door import Door, door, held, needs
from post_office.openapi import EVENT_BODY, EVENT_ID, KEY, PREFER, documented
from post_office.ports import BookFull, Draft, Kept, Refusal
from post_office.problems import Problem, full
from post_office.tokens import Listed, Scope
from post_office.waiting import applied, preferred

router = APIRouter(prefix="/v1/events", tags=["events"])

Sender = Annotated[Listed, Depends(needs(frozenset({Scope.SEND})))]
Asker = Annotated[Listed, Depends(needs(frozenset({Scope.SEND, Scope.READ})))]

NO_EVENT = "no event was handed in with this id"


@router.post(
    "",
    operation_id="sendEvents",
    status_code=202,
    **documented(
        "Hand in an event, or a batch of which all or none is taken",
        (Scope.SEND,),
        {200: shown.Status, 202: shown.Status},
        ("content_type_unsupported", "book_full", "too_large", "id_reused", "subject_taken", "gone"),
        parameters=[PREFER, KEY],
        body=EVENT_BODY,
        headers={"Location": "where it can be asked how far it came"},
    ),
)
async def send(request: Request, who: Sender) -> Response:
    """202 when it is on disk; 200 when it had been handed in before, with the same answer."""
    here = door(request)
    handed, is_batch = await drafts(request, here.limits, here.about.now())
    kept = await _keep(here, handed, is_batch=is_batch)
    waited = preferred(request, here.limits.wait)
    if waited:
        kept, waited = await _settled(request, who, kept, waited)
    code = 200 if all(one.again for one in kept) else 202
    if is_batch:
        answer = shown.answers(shown.STATUSES, [shown.status(one) for one in kept], code)
        answer.headers.update(applied(waited))
        return answer
    return shown.answer(shown.status(kept[0]), code, {"Location": f"/v1/events/{kept[0].id}", **applied(waited)})


@router.get(
    "/{id}",
    operation_id="getEvent",
    **documented(
        "How far an event came, with the time of each step",
        (Scope.SEND, Scope.READ),
        {200: shown.Status},
        ("not_found", "gone"),
        parameters=[EVENT_ID, PREFER],
    ),
)
async def status(request: Request, who: Asker) -> Response:
    """404 where there is none, 410 where its case was erased."""
    here, event_id = door(request), request.path_params["id"]
    found = await here.book.sent(event_id)
    if found is None:
        raise Problem("not_found", NO_EVENT)
    waited = preferred(request, here.limits.wait)
    if waited:
        (found,), waited = await _settled(request, who, [found], waited)
    return shown.answer(shown.status(found), headers=applied(waited))


async def _keep(here: Door, handed: Sequence[Draft], *, is_batch: bool) -> list[Kept]:
    try:
        kept = await here.book.keep(handed)
    except Refusal as refusal:
        at = f"/{refusal.index}" if is_batch else ""
        raise Problem(
            refusal.code, refusal.words, [at + pointer for pointer in refusal.pointers] or ([at] if at else [])
        ) from None
    except BookFull as error:
        problem = full(error)
        await here.alarm.say("full", problem.words)
        raise problem from None
    here.alarm.over("full")
    return kept


async def _settled(request: Request, who: Listed, kept: list[Kept], seconds: float) -> tuple[list[Kept], float]:
    """How far they came when all are settled or the time has passed; and the seconds that were waited at most.

    What was kept is kept: where no place to wait is left, the answer comes at once.
    """
    here = door(request)
    try:
        here.held.sit(who.digest)
    except Problem:
        return kept, 0
    try:
        await held(request, asyncio.gather(*[here.book.settled(one.id, seconds) for one in kept]))
        now = [await here.book.sent(one.id) or one for one in kept]
    finally:
        here.held.rise(who.digest)
    return [after._replace(again=before.again) for before, after in zip(kept, now, strict=True)], seconds
