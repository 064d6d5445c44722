"""The head of an agency's audit log is signed once a day, beside its office and never in its way.

Its number and hash go into the log of the process, once an hour where something was added: whoever has the disk can put back
the database and the file beside it together, but not what was sent away.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import structlog

from runtime.audit.entry import Head
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
    noted: Head | None = None
    while True:
        try:
            await asyncio.to_thread(audit.prepare)
            signed = await audit.sign_head(signer)
            newest = await audit.newest(noted)
        except Exception:  # whatever it is, the office goes on
            log.exception("audit_head_not_signed", agency=audit.agency)
        else:
            if signed:
                log.info("audit_head_signed", agency=audit.agency, count=signed.seq, head=str(signed))
            elif newest and newest != noted:
                log.info("audit_head_noted", agency=audit.agency, count=newest.seq, head=str(newest))
            noted = newest or noted
        await asyncio.sleep(PAUSE)
