"""What has ended is removed now and then: sessions, batches, and what was begun long ago or about erased cases."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from console.installation import Installation
from console.web.desk import Rows
from runtime.drafts.erasing import Begun

EVERY = 300.0
"""Seconds between two looks."""

log = structlog.get_logger()


Part = Callable[[], Awaitable[object]]
"""Removes something that has ended."""


@asynccontextmanager
async def swept(installation: Installation, rows: Rows) -> AsyncGenerator[None]:
    """While inside, what has ended is removed now and then."""
    begun = begun_at(installation)
    sweeping = asyncio.create_task(_go_on(parts_of(installation, rows, begun)))
    try:
        yield
    finally:
        sweeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweeping
        for part in begun:
            await part.close()


def begun_at(installation: Installation) -> list[Begun]:
    """What the people of each agency have begun."""
    return [Begun(installation.settings.console, agency.slug) for agency in installation.with_key]


def parts_of(installation: Installation, rows: Rows, begun: Sequence[Begun]) -> list[Part]:
    """All that there is to remove.

    Args:
        installation: Whose agencies' keys lie here.
        rows: What is kept.
        begun: What the people of each agency have begun.
    """
    of_erased = [_of_erased(installation, one) for one in begun]
    return [rows.sessions.sweep, rows.drafts.sweep, rows.taken.sweep, rows.batches.sweep, rows.corrections.sweep, *of_erased]


async def sweep(parts: Sequence[Part]) -> None:
    """Remove what has ended. What cannot be removed now hinders nothing else, and is in the log."""
    for part in parts:
        try:
            await part()
        except (SQLAlchemyError, TimeoutError):
            log.exception("console_not_swept")


def _of_erased(installation: Installation, begun: Begun) -> Part:
    """Where the office that erases does not reach this database, and what was kept while it erased."""

    async def forget() -> None:
        await begun.forget_erased(await installation.case_keys(begun.agency).erased())

    return forget


async def _go_on(parts: Sequence[Part]) -> None:
    while True:
        await asyncio.sleep(EVERY)
        await sweep(parts)
