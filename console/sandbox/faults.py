"""What else comes at night: faults that really happen on the bus, each with an end."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from console.event_names import name_of
from console.installation import Installation
from console.sandbox.cast import Cast
from console.sandbox.lines import line_to, opening_event
from console.sandbox.passing import Passed, Passing
from console.sandbox.relay import Relay
from console.sandbox.voice import Voice, first_of
from contracts.catalogue import CATALOGUE, subject_to
from contracts.envelope import CloudEvent
from contracts.event import Event
from contracts.events.deliveries import DeliveryRefused
from contracts.refusals import RefusalCode
from runtime.bus.connection import connect, jetstream
from runtime.bus.publisher import send_once

log = structlog.get_logger()

SECONDS = 30.0
"""How long a fault lasts that ends by itself."""
APART = 3.0
"""Seconds between two events of a line that come in the wrong order."""
ARMED = 600.0
"""Seconds for which a refusal waits for an event of the own agency."""

Brings = Callable[[type[Event]], Awaitable[Passed]]
"""Brings an event about at the own agency."""


class Faults:
    """Every fault by its name; one of a kind at a time.

    Args:
        installation: Where.
        passing: What passes.
        cast: Who plays.
        relay: The own agency's wire to the bus.
        bring: What brings an event about.
        seconds: How long one lasts.
    """

    def __init__(
        self, installation: Installation, passing: Passing, cast: Cast, *, relay: Relay, bring: Brings, seconds: float = SECONDS
    ) -> None:
        self._installation = installation
        self._cast = cast
        self._passing = passing
        self._relay = relay
        self._bring = bring
        self._seconds = seconds
        self._voice = Voice(installation)
        self._lasting: dict[str, asyncio.Task[None]] = {}
        self._over = asyncio.Event()
        self.names: dict[str, Callable[[], Awaitable[str]]] = {
            "duplicate": self._duplicate,
            "late": self._late,
            "reorder": self._reorder,
            "gap": self._gap,
            "refuse": self._refuse,
            "bus-down": self._bus_down,
            "key-renewal": self._key_renewal,
        }

    async def begin(self, name: str) -> str:
        """Have one happen.

        Returns:
            What happens now, and until when, in words.

        Raises:
            ValueError: There is no such fault, or it lasts already.
        """
        if name not in self.names:
            raise ValueError(f"{name[:40]!r} is no fault; there are: {', '.join(self.names)}, and `end`, which ends what lasts")
        if name in self._lasting:
            raise ValueError(f"{name} lasts already: wait, or end it with `keten sandbox fault end`")
        return await self.names[name]()

    async def end(self) -> tuple[str, ...]:
        """End all that last; what is missing arrives."""
        ended = tuple(self._lasting)
        self._over.set()
        await asyncio.gather(*self._lasting.values(), return_exceptions=True)
        self._over.clear()
        return ended

    def _last(self, name: str, work: Awaitable[None]) -> None:
        async def lasting() -> None:
            try:
                await work
            except Exception as error:
                log.warning("fault_ended_badly", kind=name, error=type(error).__name__)
            finally:
                self._lasting.pop(name, None)

        self._lasting[name] = asyncio.create_task(lasting())

    async def _until_over(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            pass

    async def _duplicate(self) -> str:
        """The newest event to the own agency is put on the bus once more, byte for byte, by its sender."""
        known = [event for event in self._passing.shown(100) if event.to == self._cast.own.slug]
        event = known[0] if known else await self._bring(opening_event(self._cast))
        sender = self._installation.directory.get(event.sender)
        client = await connect(*self._installation.operator(sender))
        try:
            subject = subject_to(event.to, CATALOGUE[event.type])
            await send_once(jetstream(client), subject, event.raw, secrets.token_hex(16))
        finally:
            await client.close()
        return f"{event.name} of case {event.outside.caseref} came twice, with one id: the feed shows it once"

    async def _late(self) -> str:
        """What the bus says to the own agency is kept back."""
        wire = self._relay
        wire.hold()

        async def held() -> None:
            try:
                await self._until_over(self._seconds)
            finally:
                wire.mend()

        self._last("late", held())
        name = name_of(opening_event(self._cast))
        wait = f"for {self._seconds:g} seconds nothing reaches you"
        return f"{wait}; `keten sandbox trigger {name}` now, and it comes late, with the `time` of before"

    async def _reorder(self) -> str:
        """The second event of a line arrives before the first."""
        sender, (first, second, _) = line_to(self._cast)
        await self._voice.send(sender, second, self._cast.own)

        async def earlier() -> None:
            await self._until_over(APART)
            await self._voice.send(sender, first, self._cast.own)

        self._last("reorder", earlier())
        return f"number 2 of case {first.caseref} came, number 1 comes {APART:g} seconds later: the feed has them in order"

    async def _gap(self) -> str:
        """The second event of a line stays away: its sender hears that it is missed, and sends it in the end."""
        sender, (first, second, third) = line_to(self._cast)
        await self._voice.send(sender, first, self._cast.own)
        await self._voice.send(sender, third, self._cast.own)

        async def missing() -> None:
            await self._until_over(self._seconds)
            await self._voice.send(sender, second, self._cast.own)

        self._last("gap", missing())
        patience = self._installation.settings.gap_patience
        return (
            f"numbers 1 and 3 of case {first.caseref} came; 3 waits {patience:g} seconds for 2, then {sender.slug} hears that it "
            f"is missed; 2 comes after {self._seconds:g} seconds"
        )

    async def _refuse(self) -> str:
        """The next event of the own agency is refused by its recipient's keys."""
        before, own = self._passing.newest, self._cast.own.slug

        def ours(event: Passed) -> bool:
            return event.sender == own and event.to != own and not event.between_offices and event.message is not None

        async def refusing() -> None:
            seen = asyncio.create_task(self._passing.seen(ours, after=before, seconds=ARMED))
            over = asyncio.create_task(self._over.wait())
            await asyncio.wait([seen, over], return_when=asyncio.FIRST_COMPLETED)
            over.cancel()
            if seen.done():
                await self._refuse_one(seen.result())
            seen.cancel()

        self._last("refuse", refusing())
        return f"the next event that you send is refused, with the code {RefusalCode.NOT_POSSIBLE_NOW}"

    async def _refuse_one(self, event: Passed) -> None:
        recipient = self._installation.directory.get(event.to)
        refused = DeliveryRefused(
            event_id=event.outside.id,
            event_type=event.type,
            system=event.outside.system,
            code=RefusalCode.NOT_POSSIBLE_NOW,
            reason="the sandbox was told to refuse it: correct it, and send it under another id",
        )
        answer: CloudEvent = first_of(recipient, refused, event.outside.caseref, "inbox", because=event.outside.id)
        await self._voice.send(recipient, answer, self._cast.own)

    async def _bus_down(self) -> str:
        """The own agency's connection is cut, and nobody answers."""
        wire = self._relay
        wire.cut()

        async def away() -> None:
            try:
                await self._until_over(self._seconds)
            finally:
                wire.mend()

        self._last("bus-down", away())
        return f"for {self._seconds:g} seconds you cannot reach the bus: POST still says 202, and all leaves in order afterwards"

    async def _key_renewal(self) -> str:
        """Whoever writes to the own agency, and that agency itself, have new keys, used at once."""
        sender, _ = line_to(self._cast)
        for agency in (sender, self._cast.own):
            self._installation.event_keys.rotate(agency.slug, timedelta(days=self._installation.settings.key_overlap))
        event = await self._bring(opening_event(self._cast))
        return f"{sender.slug} and you have new keys; {event.name} came, signed and sealed with them: your system notices nothing"
