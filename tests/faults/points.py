"""The points between two steps of posting and taking at which a process may be killed, and how a test kills it there."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

from activities.post import Post
from runtime.bus import NatsBus
from runtime.deliveries import SqlDeliveries
from workers.filing import Filing
from workers.office import Office


class Point(StrEnum):
    """What was done last before the kill."""

    WRITTEN = "written"
    LOGGED = "logged"
    PUBLISHED = "published"
    TAKEN = "taken"
    AWAITED = "awaited"
    ARRIVED = "arrived"
    NOTED = "noted"
    ACCEPTED = "accepted"
    HANDLED = "handled"


UNTIL_TAKEN = 3.0
"""Seconds in which a recipient in this process takes what its disk has."""


class Place(NamedTuple):
    """A method of the product, and whether the kill comes before or after it."""

    owner: type
    method: str
    after: bool


PLACES = {
    Point.WRITTEN: Place(Post, "_note", after=False),
    Point.LOGGED: Place(Post, "_note", after=True),
    Point.PUBLISHED: Place(NatsBus, "publish", after=True),
    Point.TAKEN: Place(NatsBus, "publish", after=True),
    Point.AWAITED: Place(SqlDeliveries, "expect", after=True),
    Point.ARRIVED: Place(Office, "take", after=False),
    Point.NOTED: Place(Filing, "hand_over", after=False),
    Point.ACCEPTED: Place(Filing, "hand_over", after=True),
    Point.HANDLED: Place(Office, "take", after=True),
}
Method = Callable[..., Awaitable[Any]]


def armed(point: Point, event: str, victim: int, once: Path) -> None:
    """From now on, this process kills a process the first time that an event passes a point.

    Args:
        point: Where.
        event: The type of the event, as the catalogue writes it.
        victim: The process that dies; it may be this one.
        once: A file that is made at the kill; while it exists nobody is killed.
    """
    place = PLACES[point]
    method: Method = getattr(place.owner, place.method)

    @wraps(method)
    async def deadly(self: Any, *arguments: Any, **named: Any) -> Any:
        concerned = event in repr(arguments)
        if concerned and not place.after:
            _kill(victim, once)
        answer = await method(self, *arguments, **named)
        if concerned and point is Point.TAKEN and not once.exists():
            await asyncio.sleep(UNTIL_TAKEN)
        if concerned and place.after:
            _kill(victim, once)
        return answer

    setattr(place.owner, place.method, deadly)


def _kill(victim: int, once: Path) -> None:
    if not once.exists():
        once.touch()
        os.kill(victim, signal.SIGKILL)
