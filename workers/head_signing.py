"""The head of an agency's audit log is signed once a day, beside its office and never in its way."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import structlog

from runtime.audit.log import AuditLog, Signer

log = structlog.get_logger()

PAUSE = 3600.0
"""Seconds until it is looked again whether a day has begun and something was added."""


@asynccontextmanager
async def heads_signed(audit: AuditLog, signer: Signer) -> AsyncGenerator[None]:
    """While inside, the log's head is signed: at once if that was not done today, then once a day."""
    signing = asyncio.create_task(_sign(audit, signer))
    try:
        yield
    finally:
        signing.cancel()
        with suppress(asyncio.CancelledError):
            await signing


async def _sign(audit: AuditLog, signer: Signer) -> None:
    while True:
        try:
            await asyncio.to_thread(audit.store.prepare)
            head = await audit.sign_head(signer)
        except Exception:  # whatever it is, the office goes on
            log.exception("audit_head_not_signed", agency=audit.agency)
        else:
            if head:
                log.info("audit_head_signed", agency=audit.agency, count=head.seq)
        await asyncio.sleep(PAUSE)
