"""A post office as the systems of its agency meet it: at work on the bus, answering HTTP, and calling its webhooks."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import NamedTuple

import structlog
from fastapi import APIRouter, FastAPI

from contracts.agencies import Agency
from contracts.alarms import Alarm, fitting
from contracts.examples import example_of, names
from post_office.api.webhooks import webhook_routes
from post_office.app import application, serve
from post_office.door import About, needs
from post_office.looking import Look, Looking
from post_office.process import PostOffice, post_office
from post_office.tokens import Scope, Tokens
from post_office.webhooks.delivering import Delivering
from post_office.webhooks.desk import Desk
from runtime.http.listening import Door as Listener
from runtime.office.drivers import Drivers

log = structlog.get_logger()

AGAIN = 5.0
"""Seconds until webhooks are called again after a fault that nobody foresaw."""

AWAY = "the bus cannot be reached: what is handed in is kept, and leaves when it can be"
CLOCK_WRONG = "the clock of this machine differs from that of the bus: set it by NTP"


class Answering(NamedTuple):
    """A post office that answers.

    Attributes:
        office: Itself.
        address: Where it answers, as a URL.
        tokens: Who may ask it.
    """

    office: PostOffice
    address: str
    tokens: Tokens


def hook_routes(desk: Desk) -> APIRouter:
    """The routes of webhooks, with who may ask them.

    Args:
        desk: The webhooks.
    """
    return webhook_routes(desk, manage=needs(frozenset({Scope.MANAGE})), read=needs(frozenset({Scope.READ}), "before"))


@asynccontextmanager
async def answering(
    agency: Agency, drivers: Drivers, listener: Listener, around: Callable[[FastAPI], None] | None = None
) -> AsyncGenerator[Answering]:
    """Everything that a post office does, while inside.

    Args:
        agency: Whose it is.
        drivers: Settings and drivers.
        listener: Where it answers: with TLS, or on loopback.
        around: Puts something around the application.

    Raises:
        NotAlone: An office, or another post office, takes from this agency's inbox.
        KeyFileError: A key of the agency is not there, or a file for TLS is not what it should be.
        ValueError: The list of hosts that webhooks may call cannot be read.
    """
    slug = agency.slug
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(post_office(agency, drivers))
        tokens = Tokens.of(drivers.settings.keys, slug)
        looking = Looking(office.book, _looks(office))
        about = About(agency, drivers.directory, tokens, looking, partial(_plain, drivers, agency), examples=_examples())
        app = application(office.book, about, [hook_routes(office.hooks.desk)])
        if around:
            around(app)
        address = await stack.enter_async_context(serve(app, listener))
        await stack.enter_async_context(_delivered(office.hooks.delivering, slug))
        yield Answering(office, address, tokens)


def _looks(office: PostOffice) -> dict[str, Look]:
    async def bus() -> str | None:
        return None if office.bus.config.connection_state.connection.is_connected else AWAY

    async def time() -> str | None:
        return CLOCK_WRONG if office.inbox.clock_wrong else None

    async def content() -> str | None:
        findings = office.book.store.damage.findings()
        return findings[0].words if findings else None

    return {"bus": bus, "clock": time, "content": content}


def _examples() -> dict[str, dict[str, object]]:
    return {str(found["type"]): found for found in map(example_of, names())}


async def _plain(drivers: Drivers, agency: Agency, words: str) -> None:
    await drivers.pager.page(Alarm(agency=agency.slug, reference=None, words=fitting(words)))


@asynccontextmanager
async def _delivered(delivering: Delivering, agency: str) -> AsyncGenerator[None]:
    async def deliver() -> None:
        while True:
            try:
                await delivering.run()
            except Exception as error:
                log.warning("webhooks_not_called", agency=agency, error=type(error).__name__)
            await asyncio.sleep(AGAIN)

    task = asyncio.create_task(deliver())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
