"""The books of an agency, as somebody there reads them: who did what, whether that log is whole, and who works there."""

import asyncio
from datetime import datetime

from console.log_checks import Check, Checks
from console.witness import Witness
from contracts.agencies import Agency
from runtime.audit.entry import Action, Entry
from runtime.audit.store import Wanted
from runtime.people.lists import Listed
from workers.wiring import Wiring

AUDIT_LOG = "audit_log"


class Books:
    """The books of one agency.

    Args:
        installation: Where they are kept.
        agency: Whose they are.
        witness: Who writes down that somebody reads who did what.
        checks: The checks of logs, which everybody shares.
    """

    def __init__(self, installation: Wiring, agency: Agency, witness: Witness, checks: Checks) -> None:
        self._installation = installation
        self._agency = agency
        self._witness = witness
        self._checks = checks

    async def entries(
        self,
        *,
        case: str | None,
        person: str | None,
        action: str | None,
        since: datetime | None,
        until: datetime | None,
        before: int | None,
        most: int,
    ) -> list[Entry]:
        """Entries of the audit log, the newest first; that they are read is written down first.

        Args:
            case: Only of this case.
            person: Only of this person.
            action: Only of this kind.
            since: Only from this moment on.
            until: Only up to this moment.
            before: Only with a lower number.
            most: How many.

        Raises:
            AuditUnavailable: They cannot be read, or that cannot be written down.
            PersonUnknown: Whoever asks works there no more.
        """
        await self._witness.read(self._agency, AUDIT_LOG, case, Action.READ_AUDIT)
        wanted = Wanted(case, person, action, since, until)
        store = self._installation.audit(self._agency.slug).store
        return await asyncio.to_thread(store.newest_first, wanted, before, most)

    def checked(self) -> Check | None:
        """The newest check of the log; None: there was none yet."""
        return self._checks.of(self._agency.slug)

    async def check(self) -> None:
        """Check the log now; returns when that is done, or takes long.

        Raises:
            AuditUnavailable: That somebody asks for it cannot be written down.
            PersonUnknown: Whoever asks works there no more.
        """
        await self._witness.read(self._agency, AUDIT_LOG, action=Action.READ_AUDIT)
        slug = self._agency.slug
        await self._checks.begin(self._installation.audit(slug), self._installation.audit_signer(slug))

    def people(self) -> list[Listed]:
        """Everybody who works there, or has worked there."""
        return self._installation.people.lists.ever(self._agency.slug)
