"""Readers of the feed, and how far each came."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from post_office import shown
from post_office.body import object_of
from post_office.door import Door, door, needs
from post_office.openapi import documented
from post_office.ports import Reader
from post_office.problems import Problem
from post_office.tokens import Listed, Scope

router = APIRouter(prefix="/v1/consumers", tags=["consumers"])

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
LARGEST = 4_096
"""Bytes of a mark."""
NAME_PARAMETER = {
    "name": "name",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": f"^{NAME.pattern}$", "maxLength": 40},
    "description": "of a reader: lower case letters, digits and dashes",
}
MARK = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["lastEventId"],
                "properties": {
                    "lastEventId": {
                        "type": ["string", "null"],
                        "minLength": 1,
                        "maxLength": 128,
                        "description": "null: back to the beginning",
                    }
                },
                "additionalProperties": False,
            }
        }
    },
}

Asker = Annotated[Listed, Depends(needs(frozenset({Scope.READ})))]


@router.get(
    "",
    operation_id="listConsumers",
    **documented(
        "Every reader, and how many events each has not acknowledged",
        (Scope.READ,),
        {
            200: {
                "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Consumer"}}}}
            }
        },
    ),
)
async def consumers(request: Request, who: Asker) -> Response:
    """By name."""
    del who
    here = door(request)
    return shown.answers(shown.CONSUMERS, [await _shown(here, reader) for reader in await here.book.readers()])


@router.get(
    "/{name}",
    operation_id="getConsumer",
    **documented("A reader and its mark", (Scope.READ,), {200: shown.Consumer}, ("not_found",), parameters=[NAME_PARAMETER]),
)
async def consumer(request: Request, who: Asker) -> Response:
    """404 until it has acknowledged something."""
    del who
    here, name = door(request), request.path_params["name"]
    found = next((reader for reader in await here.book.readers() if reader.name == name), None)
    if found is None:
        raise Problem("not_found", "no reader of this name has acknowledged anything: PUT its first mark")
    return shown.answer(await _shown(here, found))


@router.put(
    "/{name}",
    operation_id="acknowledge",
    **documented(
        "Set a reader's mark: everything up to this event is acknowledged, what comes after it is not",
        (Scope.READ,),
        {200: shown.Consumer},
        ("cursor_unknown", "readers_full", "mark_ahead"),
        parameters=[NAME_PARAMETER],
        body=MARK,
    ),
)
async def acknowledge(request: Request, who: Asker) -> Response:
    """Forwards or back; the first time makes the reader."""
    del who
    here, name = door(request), request.path_params["name"]
    if not NAME.fullmatch(name):
        raise Problem("parameter_invalid", "a reader's name is up to 40 of a-z, 0-9 and -, and begins with a letter", ["name"])
    position = await _position(here, await object_of(request, LARGEST))
    return shown.answer(await _shown(here, await here.book.acknowledge(name, position)))


async def _position(here: Door, mark: dict[str, object]) -> int:
    if mark.keys() != {"lastEventId"}:
        raise Problem("body_invalid", "send `lastEventId` and nothing else", ["/lastEventId"])
    event_id = mark["lastEventId"]
    if event_id is None:
        return 0
    if not isinstance(event_id, str) or not 0 < len(event_id) <= 128:
        raise Problem("body_invalid", "`lastEventId` is the id of an event, or null", ["/lastEventId"])
    found = await here.book.position_of(event_id)
    if found is None:
        raise Problem("cursor_unknown", "no event with this id was ever in this feed", ["/lastEventId"])
    return found


async def _shown(here: Door, reader: Reader) -> shown.Consumer:
    at = await here.book.feed(reader.position - 1, 1) if reader.position else []
    return shown.Consumer(
        name=reader.name,
        last_event_id=at[0].id if at else None,
        position=reader.position,
        at=reader.at,
        waiting=reader.waiting,
    )
