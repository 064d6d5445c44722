"""The web console beside the offices of an embedded installation: it may fail, and they go on."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from console.screen import errors, words_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from console.installation import Installation
    from runtime.http.listening import Door
    from runtime.settings import Settings

log = structlog.get_logger()

PATIENCE = 1
"""Seconds for answers under way when it stops: offices and servers must end after it, and all of it within ten."""


@asynccontextmanager
async def console_beside(installation: Installation, first: str = "") -> AsyncGenerator[str | None]:
    """While inside, it answers, and whoever uses this machine may be anybody; nothing real is in an embedded installation.

    Args:
        installation: Whose agencies.
        first: Slug of the agency whose person has something to do.

    Yields:
        Its address; None: it could not be started, and that was said.
    """
    stack = AsyncExitStack()
    try:
        yield await _started(stack, installation, first)
    finally:
        try:
            await stack.aclose()
        except Exception:
            log.exception("console_ended_badly")


async def _started(stack: AsyncExitStack, installation: Installation, first: str) -> str | None:
    from console.web.composition import Trying, web_console

    settings = installation.settings
    try:
        trying = None if settings.oidc_issuer else Trying(first)
        console = web_console(installation, _door(settings), trying, patience=PATIENCE)
        return (await stack.enter_async_context(console)).address
    except Exception as error:
        log.exception("console_not_started")
        words = words_of(error) or type(error).__name__
        errors.print(f"The web console does not run, everything else does: {words}", style="red", soft_wrap=True)
        return None


def _door(settings: Settings) -> Door:
    """At the usual port, so that an address can be kept; where that is taken, and nobody named one, at a free one."""
    from runtime.http.listening import bound

    try:
        return bound("127.0.0.1", settings.console_port)
    except OSError:
        if {"console_port", "console_origin"} & settings.model_fields_set:
            raise
        return bound("127.0.0.1", 0)
