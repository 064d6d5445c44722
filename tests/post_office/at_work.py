"""Post offices on a bus of a test, and what their agencies' own systems hand in."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from contracts.events.signals import SignalReceived, SignalReported
from contracts.words import Ground
from post_office.ports import Draft, Heard, Kept, Stage
from post_office.process import PostOffice, post_office
from runtime.office.drivers import Drivers
from runtime.settings import Settings
from tests.bus_server import DESK, POLICE, BusServer, eventually

FAST: dict[str, Any] = {"confirm_pause": 0.3, "gap_patience": 3.0, "opening_rate": 1000.0, "watch_pause": 0.5}
"""What a test does not wait for."""


PATIENT: dict[str, Any] = FAST | {"gap_patience": 45.0}
"""Where something is killed: what it had in hand is delivered again after half a minute, and is waited for."""


def drivers_on(bus: BusServer, **settings: Any) -> Drivers:
    """Drivers of a home beside a bus, whose keys lie there."""
    return Drivers(Settings(home=bus.keys.path.parent, nats_url=bus.url, **(FAST | settings)), bus.url)


@asynccontextmanager
async def at_work(bus: BusServer, slug: str, **settings: Any) -> AsyncGenerator[PostOffice]:
    """The post office of an agency."""
    async with post_office(bus.agency(slug), drivers_on(bus, **settings), patience=0) as office:
        yield office


def signal(number: int | str, **fields: Any) -> Draft:
    """What a reporter's own system hands in."""
    data = {"signal": {"municipality": "GM0995", "account": f"seen at door {number}"}}
    return Draft(f"signal-{number}", SignalReported.rule.type, data, Ground.LEGAL_TASK)._replace(**fields)


def receipt(number: int | str, caseref: str, **fields: Any) -> Draft:
    """What a desk's own system answers."""
    draft = Draft(f"receipt-{number}", SignalReceived.rule.type, {"status": "with_desk"}, recipient=POLICE, caseref=caseref)
    return draft._replace(**fields)


def stages(kept: Kept | None) -> Sequence[Stage]:
    """How far an event came."""
    return [rung.stage for rung in kept.rungs] if kept else []


async def until(office: PostOffice, own: str, stage: Stage) -> Kept:
    """Wait until an event has come so far."""

    async def there() -> bool:
        return stage in stages(await office.book.sent(own))

    await eventually(there)
    kept = await office.book.sent(own)
    assert kept
    return kept


async def heard(office: PostOffice, count: int) -> list[Heard]:
    """Wait for so many events in the feed; all of it."""

    async def there() -> bool:
        return await office.book.newest() >= count

    await eventually(there)
    return await office.book.feed(0, 10_000)


__all__ = ["DESK", "POLICE", "at_work", "drivers_on", "heard", "receipt", "signal", "stages", "until"]
