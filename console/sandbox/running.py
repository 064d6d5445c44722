"""Where the parts of a sandbox meet."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import structlog

from console.demo.staff import SimulatedStaff
from console.event_names import event_class
from console.everything import servers
from console.installation import Installation
from console.sandbox.cast import Cast, cast
from console.sandbox.control import CONTROL
from console.sandbox.curls import TOKEN, setting_up
from console.sandbox.faults import SECONDS, Faults
from console.sandbox.home import refuse_real
from console.sandbox.kept import replace
from console.sandbox.leading import SECOND, Lead
from console.sandbox.own_agency import OwnAgency
from console.sandbox.page import Orders, page
from console.sandbox.passing import Passed, Passing
from console.sandbox.playing import Players
from console.sandbox.relay import Relay
from console.sandbox.script import USUAL, Script, read_script
from contracts.agencies import Agency
from contracts.event import Event
from runtime.servers.embedded import Embedded
from runtime.settings import Settings
from workers.kinds import offices
from workers.wiring import read_tables

log = structlog.get_logger()

PORT = 8236
"""Where the page is, if that port is free."""

Opens = Callable[[Installation, Agency, str], AbstractAsyncContextManager[OwnAgency]]
"""Opens the own agency's post office, on a bus at an address."""


class Plan(NamedTuple):
    """What a sandbox is to be; everything in it was checked.

    Attributes:
        settings: Of its home.
        cast: Who plays.
        script: What people do.
    """

    settings: Settings
    cast: Cast
    script: Script


def plan(settings: Settings, slug: str, script: Path | None = None) -> Plan:
    """What it is to be, before anything is started.

    Raises:
        LookupError: No agency has this slug.
        ValueError: The script, or another table, is wrong; says where.
        NotForSandbox: The directory has an agency that is not for tests.
    """
    directory = read_tables(settings)
    refuse_real(directory)
    who = cast(directory, directory.get(slug))
    return Plan(settings, who, read_script(script or USUAL, directory, who))


class Sandbox:
    """A sandbox that runs.

    Args:
        installation: Its servers and keys.
        running: Its servers, as processes.
        plan: What it is.
        passing: What passes.
        players: The people of the other agencies.
        own: The own agency's post office.
        relay: That one's wire to the bus.
        seconds: How long faults last.
    """

    def __init__(  # noqa: PLR0917 - where its parts meet
        self,
        installation: Installation,
        running: Embedded,
        plan: Plan,
        passing: Passing,
        players: Players,
        own: OwnAgency,
        relay: Relay,
        seconds: float = SECONDS,
    ) -> None:
        self.installation = installation
        self.running = running
        self.cast = plan.cast
        self.script = plan.script
        self.passing = passing
        self.own = own
        self.address = ""
        self._players = players
        self.faults = Faults(installation, passing, plan.cast, relay=relay, bring=self.bring, seconds=seconds)

    @property
    def setup(self) -> list[str]:
        """Lines that make a terminal ready for those of ``console.sandbox.curls``."""
        return setting_up(self.own.url, self.installation.settings.home / TOKEN)

    async def bring(self, event: type[Event]) -> Passed:
        """Have the other agencies bring an event about; afterwards people go on by the script."""
        lead = Lead(self.installation, self.cast, self.passing, self.own, self._players.lead)
        try:
            return await lead.to(event)
        finally:
            if lead.caseref:
                for reference in (lead.caseref, lead.observed):
                    self._players.release(reference, frozenset(lead.done))

    async def trigger(self, name: str) -> str:
        """The same by name, answered in words."""
        passed = await self.bring(event_class(name))
        return f"{passed.name} of case {passed.outside.caseref} came from {passed.sender}, event {passed.outside.id}"

    async def fault(self, name: str) -> str:
        """Have a fault happen, or end what lasts."""
        if name == "end":
            ended = await self.faults.end()
            return f"ended: {', '.join(ended)}" if ended else "no fault lasts"
        return await self.faults.begin(name)

    async def begin(self) -> None:
        """Bring about what the script begins with; what cannot be is said, and the sandbox stays."""
        for name in self.script.begin.get(self.cast.own.kind, ()):
            try:
                await self.trigger(name)
            except (RuntimeError, ValueError) as error:
                log.warning("sandbox_not_begun", type=name, error=type(error).__name__)


@asynccontextmanager
async def sandbox(plan: Plan, opens: Opens, seconds: float = SECONDS) -> AsyncGenerator[Sandbox]:
    """While inside, it runs.

    Args:
        plan: What it is.
        opens: Opens the own agency's post office.
        seconds: How long faults last.
    """
    own, kept = plan.cast.own, plan.settings.home / "sandbox"
    async with AsyncExitStack() as stack:
        installation, running = await stack.enter_async_context(servers(plan.settings))
        passing = Passing(installation, own)
        await stack.enter_async_context(passing.listening())
        staff = SimulatedStaff(installation)
        _ = installation.played_by(SECOND)  # before an office reads who works there
        players = Players(plan.script, plan.cast, installation.directory, staff, kept / "playing.json")
        passing.hearers.append(players.hear)
        others = [agency for agency in installation.directory.agencies if agency != own]
        await stack.enter_async_context(offices(others, installation))
        relay = await stack.enter_async_context(Relay(running.nats_url).carrying())
        box = Sandbox(
            installation,
            running,
            plan,
            passing,
            players,
            await stack.enter_async_context(opens(installation, own, relay.url)),
            relay,
            seconds,
        )
        await stack.enter_async_context(players.acting())
        await stack.enter_async_context(_page_of(box, kept))
        yield box
        await box.faults.end()


@asynccontextmanager
async def _page_of(box: Sandbox, kept: Path) -> AsyncGenerator[None]:
    """The page, and where it is, for `keten sandbox trigger` in another terminal."""
    from runtime.http.listening import bound, listening

    try:
        door = bound("127.0.0.1", PORT)
    except OSError:
        door = bound("127.0.0.1", 0)
    box.address = door.address
    orders = Orders(box.trigger, box.fault, secrets.token_urlsafe(32))
    replace(kept / CONTROL, {"address": door.address, "key": orders.key})
    async with listening(page(box.cast, box.passing, box.setup, orders), door, server="sandbox", patience=1):
        try:
            yield
        finally:
            await asyncio.to_thread((kept / CONTROL).unlink, missing_ok=True)
