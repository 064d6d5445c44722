"""An agency's keys for events are replaced when they are old, and destroyed when nothing needs them any more."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from faststream.nats import NatsBroker

from contracts.agencies import Agency
from workers.holdings import dead_letters
from workers.wiring import Wiring

log = structlog.get_logger()

OFTEN = 3600.0
"""Seconds between two looks at the keys; also the longest that an expired key stays on disk."""

SOON = 60.0
"""Seconds after which an office looks for the first time: one that is started again every day must renew its keys, too."""


@asynccontextmanager
async def tended(agency: Agency, wiring: Wiring, bus: NatsBroker) -> AsyncGenerator[None]:
    """Tend the keys for as long as the context lasts; a fault is logged, and does not stop the office."""
    task = asyncio.create_task(_tend(agency, wiring, bus))
    try:
        yield
    finally:
        task.cancel()


async def tend(agency: Agency, wiring: Wiring, bus: NatsBroker) -> None:
    """New keys where the newest are old enough; dead letters sealed to them; then away with what has expired."""
    settings, keys = wiring.settings, wiring.event_keys
    if keys.age(agency.slug) >= timedelta(days=settings.key_age):
        keys.rotate(agency.slug, timedelta(days=settings.key_overlap))
        log.info("keys_renewed", agency=agency.slug)
    await dead_letters(agency, wiring, bus).keep_readable(wiring.directory)
    gone = keys.retire(agency.slug)
    if gone:
        log.info("keys_destroyed", agency=agency.slug, count=gone)


async def _tend(agency: Agency, wiring: Wiring, bus: NatsBroker) -> None:
    await asyncio.sleep(SOON)
    while True:
        try:
            await tend(agency, wiring, bus)
        except Exception as error:
            log.warning("keys_not_tended", agency=agency.slug, error=type(error).__name__)
        await asyncio.sleep(OFTEN)
