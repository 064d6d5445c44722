"""Who works at this console: what a person reads or does is first written into the audit log of the agency that it concerns."""

import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from contracts.agencies import Agency
from runtime.audit.entry import Act, Action, Outcome
from runtime.audit.log import AuditLog
from runtime.audit.store import AuditUnavailable
from runtime.people.people import People, PersonUnknown

STILL_LOOKING = 60.0
"""Seconds in which whoever looks at the same thing again is still looking: one entry, however often a program asks."""


class Witness:
    """One person, by the key in a file."""

    def __init__(self, people: People, key_file: Path, log: Callable[[str], AuditLog]) -> None:
        self._people = people
        self._key_file = key_file
        self._log = log
        self._looking: dict[tuple[str, str, str | None], float] = {}

    @property
    def person(self) -> str:
        """Their name.

        Raises:
            PersonUnknown: Nobody is named who works at this console.
        """
        return self._people.holder(self._key_file)[0]

    def works_at(self, agency: Agency) -> bool:
        """Whether this person works at an agency."""
        return self._people.works_at(self._key_file, agency.slug)

    def sign(self, claims: Mapping[str, Any], agency: Agency) -> str:
        """What this person signs for an agency: a JWS in compact form."""
        return self._people.sign(self._key_file, claims, at=agency.slug)

    async def read(self, agency: Agency, what: str, case: str | None = None) -> None:
        """Note that something will now be read; once while they are looking.

        Args:
            agency: Whose it is.
            what: A coded word.
            case: A case reference.

        Raises:
            AuditUnavailable: It could not be noted, so it may not be read.
            PersonUnknown: They do not work there.
        """
        looked = (agency.slug, what, case)
        if self._looking.get(looked, 0.0) < time.monotonic():
            await self.note(agency, Action.READ, what, case)
            self._looking[looked] = time.monotonic() + STILL_LOOKING

    @asynccontextmanager
    async def act(self, agency: Agency, action: Action, what: str, case: str | None = None) -> AsyncGenerator[None]:
        """Note what will now be done; if it is refused or breaks off, that is noted too.

        Raises:
            AuditUnavailable: It could not be noted, so it may not be done.
            PersonUnknown: They do not work there.
        """
        await self.note(agency, action, what, case)
        try:
            yield
        except BaseException as error:
            outcome = Outcome.REFUSED if isinstance(error, (ValueError, LookupError)) else Outcome.FAILED
            with suppress(AuditUnavailable):  # what was refused is what must be said now
                await self.note(agency, action, what, case, outcome)
            raise

    async def note(
        self, agency: Agency, action: Action, what: str, case: str | None = None, outcome: Outcome = Outcome.BEGUN
    ) -> None:
        """Write it down.

        Raises:
            AuditUnavailable: It could not be written.
            PersonUnknown: They do not work there.
        """
        if not self.works_at(agency):
            raise PersonUnknown(
                f"{self.person} does not work at {agency.slug}: `keten people add {self.person} --at {agency.slug}`"
            )
        act = Act(person=self.person, action=action, case=case, object=what, outcome=outcome)
        await self._log(agency.slug).append(act)
