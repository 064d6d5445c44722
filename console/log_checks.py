"""Checking audit logs for whoever looks: one check of a log at a time, in a thread, and never the whole log in memory."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from runtime.audit.log import AuditLog, Signer
from runtime.audit.proof import Proof, prove
from runtime.audit.store import AuditUnavailable

PATIENCE = 2.0
"""Seconds for which somebody waits; a long log is checked on without them."""


class _Ended(Exception):  # noqa: N818 - named as what is the case
    """Nobody needs it any more."""


@dataclass
class Check:
    """A check of a log.

    Attributes:
        begun: When it began.
        total: How many entries there were then.
        done: How many of them hold so far.
        ended: When it ended; None: it goes on.
        proof: What was found; None: nothing yet, or the log could not be read.
    """

    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    total: int = 0
    done: int = 0
    ended: datetime | None = None
    proof: Proof | None = None
    _unwanted: bool = False

    async def run(self, log: AuditLog, signer: Signer) -> None:
        """Do it; a process that ends does not wait for it."""
        try:
            self.proof = await asyncio.to_thread(self._prove, log, signer)
        except AuditUnavailable:
            pass  # that there is no proof says it
        except Exception as error:
            structlog.get_logger().exception("audit_log_not_checked", agency=log.agency, error=type(error).__name__)
        finally:
            self._unwanted = True
            self.ended = datetime.now(UTC)

    def _prove(self, log: AuditLog, signer: Signer) -> Proof:
        self.total = log.store.count()
        return prove(log, signer, self._advance, names=False)

    def _advance(self) -> None:
        if self._unwanted:
            raise _Ended
        self.done += 1


class Checks:
    """The newest check of each log, since this process began."""

    def __init__(self) -> None:
        self._of: dict[str, Check] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    def of(self, agency: str) -> Check | None:
        """The newest one; None: it was not checked yet."""
        return self._of.get(agency)

    async def begin(self, log: AuditLog, signer: Signer) -> None:
        """Check a log, unless that is being done; returns when it is done, or takes long."""
        running = self._running.get(log.agency)
        if running is None or running.done():
            check = self._of[log.agency] = Check()
            running = self._running[log.agency] = asyncio.create_task(check.run(log, signer))
        await asyncio.wait([running], timeout=PATIENCE)
