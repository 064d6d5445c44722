"""The points between two steps of posting, taking and refusing at which a process may be killed, and how a test does it."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from activities.post import Post
from runtime.bus import Inbox, NatsBus, answers
from runtime.bus.answers import Answers
from runtime.bus.refusal import Refusals
from workers.filing import Filing
from workers.office import Office


class Point(StrEnum):
    """What was done last before the kill."""

    WRITTEN = "written"
    LOGGED = "logged"
    PUBLISHED = "published"
    TAKEN = "taken"
    POSTED = "posted"
    ARRIVED = "arrived"
    NOTED = "noted"
    ACCEPTED = "accepted"
    HANDLED = "handled"
    REFUSED = "refused"
    KEPT = "kept"
    ANSWER_KEPT = "answer kept"
    SETTLED = "settled"
    ANSWERING = "answering"
    ANSWERED = "answered"
    FORGOTTEN = "forgotten"


ANSWERING = (
    Point.REFUSED,
    Point.KEPT,
    Point.ANSWER_KEPT,
    Point.SETTLED,
    Point.ANSWERING,
    Point.ANSWERED,
    Point.FORGOTTEN,
)
"""Those of refusing: before the dead letter is kept, after it, after its answer is kept, after the inbox is told, before the
answer is sent, after it, and after it is kept no longer."""

UNTIL_TAKEN = 3.0
"""Seconds in which a recipient in this process takes what its disk has."""


class Place(NamedTuple):
    """A method or function of the product, and whether the kill comes before or after it."""

    owner: type | ModuleType
    method: str
    after: bool


PLACES = {
    Point.WRITTEN: Place(Post, "_note", after=False),
    Point.LOGGED: Place(Post, "_note", after=True),
    Point.PUBLISHED: Place(NatsBus, "publish", after=True),
    Point.TAKEN: Place(NatsBus, "publish", after=True),
    Point.POSTED: Place(Post, "post", after=True),
    Point.ARRIVED: Place(Office, "take", after=False),
    Point.NOTED: Place(Filing, "hand_over", after=False),
    Point.ACCEPTED: Place(Filing, "hand_over", after=True),
    Point.HANDLED: Place(Office, "take", after=True),
    Point.REFUSED: Place(Refusals, "keep", after=False),
    Point.KEPT: Place(Refusals, "keep", after=True),
    Point.ANSWER_KEPT: Place(Answers, "put", after=True),
    Point.SETTLED: Place(Inbox, "_settle", after=True),
    Point.ANSWERING: Place(Answers, "_send", after=False),
    Point.ANSWERED: Place(answers, "send", after=True),
    Point.FORGOTTEN: Place(Answers, "_send", after=True),
}
Method = Callable[..., Awaitable[Any]]


def armed(point: Point, event: str, victim: int, once: Path) -> None:
    """From now on, this process kills a process the first time that an event passes a point.

    Args:
        point: Where.
        event: The type of the event, as the catalogue writes it, or another word that only what concerns it has.
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
