"""A real web console on loopback, of an installation without servers, and browsers that open it."""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from console.door import DEV_ISSUER
from console.door.dev_login import Offered
from console.installation import Installation
from console.web.app import page_routes
from console.web.composition import Answering, Trying, web_console
from console.web.desk import Desk
from contracts.agencies import read_directory
from runtime.http.listening import bound
from runtime.keys.files import Keys
from runtime.people.lists import Right
from runtime.settings import Settings

HERE = {"Sec-Fetch-Site": "same-origin"}
ALMERE, URK = "coordinator-almere", "urk"
COORDINATOR = Offered("coordinator", ALMERE)
CHOOSE = f"{DEV_ISSUER}/authorize"


class Browser:
    """Opens pages as a browser does, and keeps its cookies."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none", **headers})

    async def post(
        self, path: str, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self.client.post(path, data=fields or {}, headers=HERE if headers is None else headers)

    async def log_in(self, who: Offered = COORDINATOR, path: str = "/session") -> httpx.Response:
        """Open a page, choose who to be, and come back.

        Returns:
            The answer of the callback.
        """
        sent = await self.get(path)
        while "/authorize" not in sent.headers["location"]:
            sent = await self.get(sent.headers["location"])
        chosen = await self.choose(sent.headers["location"], who)
        return await self.get(chosen.headers["location"])

    async def choose(self, address: str, who: Offered) -> httpx.Response:
        """The click on the page of the login without accounts."""
        assert (await self.get(address)).status_code == 200
        query = dict(parse_qsl(urlsplit(address).query))
        return await self.post(CHOOSE, {**query, **who._asdict()})

    def plant(self, value: str, name: str = "keten") -> None:
        """Have it show a cookie."""
        self.client.cookies.set(name, value, domain="127.0.0.1", path="/")

    @property
    def secret(self) -> str | None:
        """What says who it is."""
        return self.client.cookies.get("keten")


class Console:
    """A console that answers, and the installation behind it."""

    def __init__(self, installation: Installation, answering: Answering) -> None:
        self.installation = installation
        self.answering = answering
        self._clients: list[httpx.AsyncClient] = []

    def browser(self) -> Browser:
        """A new one, without cookies."""
        client = httpx.AsyncClient(base_url=self.answering.address)
        self._clients.append(client)
        return Browser(client)

    async def person(self, name: str, agency: str, *rights: Right) -> Browser:
        """The browser of somebody with these rights, logged in."""
        self.installation.people.add(name, agency, rights or None)
        browser = self.browser()
        assert (await browser.log_in(Offered(name, agency))).status_code == 303
        return browser

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


def installed(home: Path, **fields: object) -> Installation:
    """An installation with keys, and without servers."""
    settings = Settings.model_validate({"home": home, **fields})
    Keys(settings.keys).create(read_directory())
    return Installation(settings, "nats://127.0.0.1:1", "127.0.0.1:1", None)


@asynccontextmanager
async def consoled(
    installation: Installation,
    pages: Callable[[Desk], list[APIRouter]] = page_routes,
    trying: Trying | None = Trying(ALMERE),  # noqa: B008 - never changed
) -> AsyncGenerator[Console]:
    """A console for the agencies of an installation."""
    async with web_console(installation, bound("127.0.0.1", 0), trying, patience=1, pages=pages) as answering:
        console = Console(installation, answering)
        try:
            yield console
        finally:
            await console.close()


def with_a_form(desk: Desk) -> list[APIRouter]:
    """The pages, and one of each right, with a form that spends a ticket."""
    router = APIRouter()

    def add(right: Right) -> None:
        async def show(request: Request) -> Response:
            visit = await desk.visit(request, right)
            return PlainTextResponse(await desk.ticket(visit, "case-1", "accept_case"))

        async def send(request: Request) -> Response:
            visit = await desk.visit(request, right)
            ticket = str((await request.form()).get("ticket", ""))
            spent = await desk.spend(visit, ticket, "case-1", "accept_case")
            await desk.answered(ticket, "triage")
            return PlainTextResponse(str(spent.answer))

        router.add_api_route(f"/for/{right}", show, methods=["GET"], response_model=None)
        router.add_api_route(f"/for/{right}", send, methods=["POST"], response_model=None)

    for right in Right:
        add(right)
    return [*page_routes(desk), router]


def title(answer: httpx.Response) -> str:
    """The heading of a page."""
    found = re.search(r"<h1>(.*?)</h1>", answer.text)
    assert found, answer.text
    return found[1]
