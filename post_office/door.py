"""Who comes in, what they may do, and how much of it: what every route asks first."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import structlog
from fastapi import Request

from contracts.agencies import Agency, Directory
from post_office.clock import now_utc
from post_office.health import Health
from post_office.limits import LIMITS, Limits, Rates, Seats
from post_office.ports import Book
from post_office.problems import Problem
from post_office.tokens import TOKEN, Listed, Scope, Tokens
from runtime.bus.sparing import SparingAlarm

log = structlog.get_logger()

Alarm = Callable[[str], Awaitable[None]]

SHOW = "send `Authorization: Bearer TOKEN`; `keten post-office token add` makes a token"
EVERY_SCOPE = frozenset(Scope)


@dataclass(frozen=True)
class About:
    """What a post office is for, and what it is given.

    Attributes:
        agency: Whose it is.
        directory: Who takes part.
        tokens: Who may ask it.
        health: Who knows how its parts do.
        alarm: Reaches a person on duty with words of ours.
        limits: How much is too much.
        examples: Of events, by type: the whole message as JSON.
        now: The clock.
    """

    agency: Agency
    directory: Directory
    tokens: Tokens
    health: Health
    alarm: Alarm
    limits: Limits = LIMITS
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    now: Callable[[], datetime] = now_utc


class Door:
    """What the routes of one application share.

    Args:
        book: What keeps.
        about: Of whom and for whom.
    """

    def __init__(self, book: Book, about: About) -> None:
        self.book, self.about, self.limits = book, about, about.limits
        self.alarm = SparingAlarm(about.alarm)
        self.rates = Rates(self.limits.rate, self.limits.burst)
        self.held = Seats(self.limits.held, self.limits.held_by_all, "answers that wait")
        self.streams = Seats(self.limits.streams, self.limits.streams_of_all, "streams")
        self.closing = asyncio.Event()
        """Set when the process ends: what is held open answers now."""

    def who(self, authorization: str | None) -> Listed:
        """Who shows this.

        Raises:
            Problem: 401, or 429 where they ask too often.
        """
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise Problem("token_missing", SHOW)
        token = token.strip()
        found = self.about.tokens.whose(token) if TOKEN.fullmatch(token) else None
        if found is None:
            raise Problem(
                "token_unknown", "this token was ended, or never was one: `keten post-office token list` shows which are"
            )
        self.rates.take(found.digest)
        return found


def door(request: Request) -> Door:
    """The door of the application that was asked."""
    return cast("Door", request.app.state.door)


def needs(scopes: frozenset[Scope], *parameters: str) -> Callable[[Request], Awaitable[Listed]]:
    """A dependency that lets in whoever has one of these scopes and asks with no other parameters than these.

    Args:
        scopes: One of them is enough.
        parameters: Names that may stand in the query.
    """

    async def allowed(request: Request) -> Listed:
        who = door(request).who(request.headers.get("authorization"))
        if not who.scopes & scopes:
            named = " or ".join(f"`{scope}`" for scope in sorted(scopes))
            raise Problem("scope_missing", f"this needs a token with the scope {named}")
        _refuse_parameters(request, parameters)
        return who

    return allowed


def nobody(request: Request) -> None:
    """A dependency of what everybody may ask, without parameters."""
    _refuse_parameters(request, ())


async def held(request: Request, waited: Awaitable[object]) -> None:
    """Wait, but not longer than the client does or the process lives.

    Args:
        request: Whose client may go; its body was read.
        waited: For what.
    """
    tasks = [
        asyncio.ensure_future(_done(waited)),
        asyncio.ensure_future(door(request).closing.wait()),
        asyncio.ensure_future(_left(request)),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    if not tasks[0].cancelled():
        tasks[0].result()  # a fault is a fault


async def _done(waited: Awaitable[object]) -> None:
    """A task of its own: what is gathered says that it failed when it was cancelled."""
    await waited


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _refuse_parameters(request: Request, allowed: tuple[str, ...]) -> None:
    """A misspelt one would be left unread in silence, and the feed would begin from the beginning."""
    given = [name for name, _ in request.query_params.multi_items()]
    several = sorted({name for name in given if name in allowed and name != "type" and given.count(name) > 1})
    if several:
        raise Problem("parameter_invalid", f"given more than once: {', '.join(several)}", several)
    if not set(given) <= set(allowed):
        known = f"known are {', '.join(allowed)}" if allowed else "none is known here"
        raise Problem("parameter_invalid", f"there is a parameter in the address that is not known: {known}")
