"""What has ended is removed now and then: sessions, batches, and what was begun long ago or about erased cases."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from console.installation import Installation
from console.web.desk import Rows
from contracts.agencies import Agency
from runtime.drafts.erasing import Begun

EVERY = 300.0
"""Seconds between two looks."""

log = structlog.get_logger()


Part = Callable[[], Awaitable[object]]
"""Removes something that has ended."""


@asynccontextmanager
async def swept(installation: Installation, rows: Rows) -> AsyncGenerator[None]:
    """While inside, what has ended is removed now and then."""
    sweeping = asyncio.create_task(_go_on(parts_of(installation, rows)))
    try:
        yield
    finally:
        sweeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweeping


def parts_of(installation: Installation, rows: Rows) -> list[Part]:
    """All that there is to remove.

    Args:
        installation: Whose agencies' keys lie here.
        rows: What is kept.
    """
    of_erased = [_of_erased(installation, agency) for agency in installation.with_key]
    return [rows.sessions.sweep, rows.drafts.sweep, rows.taken.sweep, rows.batches.sweep, rows.corrections.sweep, *of_erased]


async def sweep(parts: Sequence[Part]) -> None:
    """Remove what has ended. What cannot be removed now hinders nothing else, and is in the log."""
    for part in parts:
        try:
            await part()
        except (SQLAlchemyError, TimeoutError):
            log.exception("console_not_swept")


def _of_erased(installation: Installation, agency: Agency) -> Part:
    """Where the office that erases does not reach this database, and what was kept while it erased."""
    begun = Begun(installation.settings.console, agency.slug)

    async def forget() -> None:
        await begun.forget_erased(await installation.case_keys(agency.slug).erased())

    return forget


async def _go_on(parts: Sequence[Part]) -> None:
    while True:
        await asyncio.sleep(EVERY)
        await sweep(parts)
