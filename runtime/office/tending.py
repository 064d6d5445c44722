"""An agency's keys for events are replaced when they are old, and destroyed when nothing needs them any more."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from faststream.nats import NatsBroker

from contracts.agencies import Agency
from runtime.office.drivers import Drivers
from runtime.office.held import dead_letters

log = structlog.get_logger()

OFTEN = 3600.0
"""Seconds between two looks at the keys; also the longest that an expired key stays on disk."""

SOON = 60.0
"""Seconds after which an office looks for the first time: one that is started again every day must renew its keys, too."""

JUMP = timedelta(minutes=10)
"""By how much a clock may be set at once before it is not believed at that look."""

AWAKE_OR_NOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@asynccontextmanager
async def tended(agency: Agency, drivers: Drivers, bus: NatsBroker) -> AsyncGenerator[None]:
    """Tend the keys for as long as the context lasts; a fault is logged, and does not stop the office."""
    task = asyncio.create_task(_tend(agency, drivers, bus))
    try:
        yield
    finally:
        task.cancel()


class Steady:
    """Whether the clock goes on as time passes. One that was set is believed when it still says so at the next look.

    Args:
        now: The clock, in seconds.
        passed: What nobody can set, in seconds; it goes on while the machine sleeps.
    """

    def __init__(self, now: Callable[[], float] = time.time, passed: Callable[[], float] | None = None) -> None:
        self._now = now
        self._passed = passed or (lambda: time.clock_gettime(AWAKE_OR_NOT))
        self._apart = self._now() - self._passed()

    def jumped(self) -> timedelta | None:
        """By how much the clock was set since the last look, if that is more than it may be wrong by."""
        before, self._apart = self._apart, self._now() - self._passed()
        jump = timedelta(seconds=self._apart - before)
        return jump if abs(jump) > JUMP else None


async def tend(agency: Agency, drivers: Drivers, bus: NatsBroker) -> None:
    """New keys where the newest are old enough; dead letters sealed to them; in any case away with what has expired."""
    settings, keys = drivers.settings, drivers.event_keys
    try:
        if keys.age(agency.slug) >= timedelta(days=settings.key_age):
            keys.rotate(agency.slug, timedelta(days=settings.key_overlap))
            log.info("keys_renewed", agency=agency.slug)
        erased = await drivers.case_keys(agency.slug).erased()
        await dead_letters(agency, drivers, bus).keep_readable(drivers.directory, erased)
    finally:
        gone = keys.retire(agency.slug)
        if gone:
            log.info("keys_destroyed", agency=agency.slug, count=gone)


async def _tend(agency: Agency, drivers: Drivers, bus: NatsBroker) -> None:
    clock = Steady()
    await asyncio.sleep(SOON)
    while True:
        try:
            if jump := clock.jumped():
                log.warning("clock_jumped", agency=agency.slug, seconds=round(jump.total_seconds()))
            else:
                await tend(agency, drivers, bus)
        except Exception as error:
            log.warning("keys_not_tended", agency=agency.slug, error=type(error).__name__)
        await asyncio.sleep(OFTEN)
