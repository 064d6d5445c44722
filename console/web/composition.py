"""Where the parts of the web console meet."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from console.batches.runner import Runner
from console.door import DEV_ISSUER
from console.door.client import Client, read_key
from console.door.dev_login import DevLogin
from console.door.dev_people import DevPeople
from console.door.issuer import Issuer
from console.door.login import Login
from console.installation import Installation
from console.web.app import application, around, page_routes, routes_of
from console.web.batch_acts import Acts
from console.web.cookies import Cookies
from console.web.desk import Desk, Rows
from console.web.dev_entrance import TOKEN, for_clients, for_people
from console.web.entrance import Entrance
from console.web.given_answers import GivenAnswers
from console.web.guards import Guards
from console.web.looks import Looks
from console.web.spoken import spoken
from console.web.sweeping import swept
from runtime.drafts.drafts import Drafts
from runtime.drafts.taken import Taking
from runtime.http.listening import PATIENCE, Door, listening
from runtime.migrations import Tables, upgrade
from runtime.people.lists import Right
from runtime.private_files import read_private
from runtime.sessions.batches import Batches
from runtime.sessions.corrections import Corrections
from runtime.sessions.sessions import Sessions
from runtime.settings import Mode, Settings
from runtime.web_address import stays_here


class Trying(NamedTuple):
    """That people log in without accounts, to try things out.

    Attributes:
        first: Slug of the agency whose person has something to do.
    """

    first: str = ""


def check_login(settings: Settings, *, trying: bool) -> None:
    """Say before anything is started who may log in.

    Raises:
        ValueError: Nobody says it, or two do, or whoever comes could.
    """
    if not trying and settings.oidc_issuer is None:
        raise ValueError("nobody says who may log in: set KETEN_OIDC_ISSUER, or try it on this machine with --dev-issuer")
    if trying and settings.mode is Mode.PRODUCTION:
        raise ValueError("KETEN_MODE is production, and --dev-issuer lets in whoever comes: set KETEN_OIDC_ISSUER instead")
    if settings.console_client_secret and settings.console_client_key:
        raise ValueError(
            "KETEN_CONSOLE_CLIENT_SECRET and KETEN_CONSOLE_CLIENT_KEY: an issuer is shown one of the two, set that one"
        )
    if trying and settings.oidc_issuer:
        raise ValueError("KETEN_OIDC_ISSUER names an issuer already: leave one of the two away, it or --dev-issuer")


class Answering(NamedTuple):
    """A console that answers.

    Attributes:
        address: As browsers see it.
        routes: All but the first page.
        desk: What its pages are given.
    """

    address: str
    routes: list[APIRoute]
    desk: Desk


@asynccontextmanager
async def web_console(
    installation: Installation,
    door: Door,
    trying: Trying | None = None,
    *,
    patience: int = PATIENCE,
    pages: Callable[[Desk], list[APIRouter]] = page_routes,
) -> AsyncGenerator[Answering]:
    """Answer while the context lasts.

    Args:
        installation: Whose agencies' keys lie here.
        door: Where it listens.
        trying: People log in without accounts; None: at the issuer that the settings name.
        patience: Seconds for answers under way when it stops.
        pages: What pages there are.

    Yields:
        What answers.

    Raises:
        ValueError: Nobody says who may log in, or somebody could who should not.
    """
    settings = installation.settings
    origin = settings.console_origin or door.address
    check_login(settings, trying=trying is not None)
    if trying and not (stays_here(door.address) and stays_here(origin)):
        raise ValueError(f"--dev-issuer lets in whoever comes, so it serves this machine only, not {origin}")
    await asyncio.to_thread(upgrade, settings.console, Tables.SESSIONS)
    rows = rows_of(installation)
    cookies, looks = Cookies(origin.startswith("https://")), Looks()
    desk = Desk(installation, rows, cookies, looks, spoken)
    client = _client(settings, f"{origin}/callback")
    people = DevPeople(installation.with_key, installation.people, trying.first) if trying else None
    dev = DevLogin(origin + DEV_ISSUER, client.id, client.callback, people.be) if people else None
    async with _speaking(installation, dev) as (issuer, http):
        entrance = Entrance(desk, Login(issuer, client, http), rows.sessions, cookies, installation)
        routers = [entrance.routes(), looks.routes(), *pages(desk)]
        if dev and people:
            routers += [for_clients(dev), for_people(dev, people, desk)]
        guards = Guards(origin, cookies, frozenset({TOKEN}) if dev else frozenset())
        outside = around(application(desk, guards, routers), tls=cookies.tls)
        async with (
            closed_at_the_end(rows),
            listening(outside, door, server="console", patience=patience),
            swept(installation, rows),
            rows.runner.running(),
        ):
            yield Answering(origin, routes_of(routers), desk)


def rows_of(installation: Installation) -> Rows:
    """Who is logged in, what may be sent once, what was begun, the batches, with what works on these, and corrections."""
    url, lists = installation.settings.console, installation.people.lists
    batches = Batches(url)
    runner = Runner(batches, Acts(installation), lambda agency, person: Right.OPERATE in lists.rights(person, agency))
    return Rows(Sessions(url), GivenAnswers(url), Drafts(url), Taking(url), batches, runner, Corrections(url))


@asynccontextmanager
async def closed_at_the_end(rows: Rows) -> AsyncGenerator[None]:
    """Whoever has one console after another in a process keeps no connection of those that ended."""
    try:
        yield
    finally:
        await rows.close()


@asynccontextmanager
async def _speaking(installation: Installation, dev: DevLogin | None) -> AsyncGenerator[tuple[Issuer, httpx.AsyncClient]]:
    """The issuer, and what speaks to it. To one in this process nothing crosses a network."""
    named = installation.settings.oidc_issuer
    if dev:
        app = FastAPI(openapi_url=None)
        app.include_router(for_clients(dev))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
            yield Issuer(dev.url, http), http
        return
    assert named, "it was looked at before"
    async with httpx.AsyncClient(trust_env=not stays_here(named)) as http:
        yield Issuer(named, http), http


def _client(settings: Settings, callback: str) -> Client:
    secret, key = settings.console_client_secret, settings.console_client_key
    return Client(settings.console_client_id, read_private(secret) if secret else None, callback, read_key(key) if key else None)
