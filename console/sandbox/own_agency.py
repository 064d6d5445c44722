"""The agency of whoever builds: it has no office here but a post office, and its system is theirs."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import httpx
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.installation import Installation
from console.sandbox.curls import MEDIA, TOKEN, body_of
from console.sandbox.kept import replace_text
from contracts.agencies import Agency
from contracts.event import Event
from contracts.refusals import RefusalCode
from runtime.office.drivers import Drivers
from runtime.waiting import until

if TYPE_CHECKING:
    from post_office.tokens import Tokens

SYSTEM, ITSELF = "system", "sandbox"
"""Names of tokens: of whoever builds, and of the sandbox, which sends in their place where a trigger needs it."""
PORT = 8237
"""Where the post office is, if that port is free."""
PATIENCE = 30.0
MARK = {"Keten-Sandbox": "true"}
AS_HEADER = "Authorization: Bearer "
"""Before a token in its file, so that `curl -H @token` shows it and no command line does."""


class OwnAgency(Protocol):
    """What is done here in the place of that system, where a trigger needs it: the same that a ``curl`` would do."""

    @property
    def url(self) -> str:
        """Where its post office answers."""
        ...

    @property
    def token(self) -> str:
        """What opens it."""
        ...

    async def send(self, event: Event, to: str, caseref: str | None) -> str:
        """Hand in an event.

        Args:
            event: What happened.
            to: Slug of who gets it.
            caseref: Of which case; None: it begins one.

        Returns:
            The reference of the case.
        """
        ...


class Marked:
    """Says in every answer, errors too, that it is one of a sandbox."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(MARK)
            await send(message)

        await self._app(scope, receive, marked)


class OverHttp:
    """Hands in by the same calls as whoever builds.

    Args:
        url: Where the post office answers.
        token: That of whoever builds.
        own: The sandbox's.
    """

    def __init__(self, url: str, token: str, own: str) -> None:
        self.url, self.token = url, token
        self._headers = {"Authorization": f"Bearer {own}", "Content-Type": MEDIA}

    async def send(self, event: Event, to: str, caseref: str | None) -> str:
        """See ``OwnAgency``.

        Raises:
            RuntimeError: The post office does not take it; with its code.
        """
        body = body_of(event, to, f"sandbox-{secrets.token_hex(8)}", caseref)
        found: dict[str, Any] = {}

        async def answered() -> bool:
            """What others have just sent is known here a moment later."""
            nonlocal found
            found = (await client.post(f"{self.url}/v1/events", json=body, headers=self._headers)).json()
            return found.get("code") != RefusalCode.CASE_UNKNOWN

        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            with suppress(TimeoutError):
                await until(answered, seconds=PATIENCE, pause=0.2)
        if "caseref" not in found:
            raise RuntimeError(f"your post office did not take {event.short_name()}: {found.get('code')}")
        return str(found["caseref"])


def token_of_system(tokens: "Tokens", file: Path) -> str:
    """The token of whoever builds: that of the start before, as long as it stands in its file and opens something."""
    from post_office.tokens import AT_A_TIME
    from post_office.tokens import Scope as Allowed

    with suppress(FileNotFoundError):
        kept = file.read_text(encoding="ascii").removeprefix(AS_HEADER).strip()
        if tokens.whose(kept):
            return kept
    before = [listed for listed in tokens.listed() if listed.name == SYSTEM]
    if len(before) >= AT_A_TIME:
        tokens.end(SYSTEM, before[0].id)
    made = tokens.add(SYSTEM, Allowed)
    replace_text(file, f"{AS_HEADER}{made}\n")
    return made


@asynccontextmanager
async def post_office(installation: Installation, own: Agency, nats_url: str) -> AsyncGenerator[OwnAgency]:
    """The post office of the own agency, while inside.

    Args:
        installation: Where its keys are.
        own: Whose it is.
        nats_url: By which wire it is on the bus.
    """
    from post_office.serving import answering
    from post_office.tokens import Scope as Allowed
    from post_office.tokens import Tokens
    from runtime.http.listening import bound

    drivers = Drivers(installation.settings, nats_url)
    tokens = Tokens.of(installation.settings.keys, own.slug)
    names = {listed.name for listed in tokens.listed()}
    if ITSELF in names:
        tokens.end(ITSELF)
    itself = tokens.add(ITSELF, [Allowed.SEND])
    theirs = token_of_system(tokens, installation.settings.home / TOKEN)
    try:
        listener = bound("127.0.0.1", PORT)
    except OSError:
        listener = bound("127.0.0.1", 0)
    async with answering(own, drivers, listener, lambda app: app.add_middleware(Marked)) as here:
        yield OverHttp(here.address, theirs, itself)
