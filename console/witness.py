"""Who works at this console: what a person reads or does is first written into the audit log of the agency that it concerns."""

import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from contracts.agencies import Agency
from runtime.audit.entry import Act, Action, Outcome
from runtime.audit.log import AuditLog
from runtime.audit.store import AuditUnavailable
from runtime.people.lists import PeopleLists
from runtime.people.people import People, PersonUnknown

STILL_LOOKING = 60.0
"""Seconds in which whoever looks at the same thing again is still looking: one entry, however often a program asks."""


class Somebody(Protocol):
    """A person, however it is known who that is."""

    @property
    def name(self) -> str:
        """Their pseudonym."""
        ...

    def works_at(self, agency: str) -> bool:
        """Whether they work there now."""
        ...

    def sign(self, claims: Mapping[str, Any], agency: str) -> str:
        """What they sign for an agency: a JWS in compact form."""
        ...


class KeyHolder:
    """Who has the key in a file."""

    def __init__(self, people: People, key_file: Path) -> None:
        self._people = people
        self._key_file = key_file

    @property
    def name(self) -> str:
        """See ``Somebody``.

        Raises:
            PersonUnknown: Nobody is named who works at this console.
        """
        return self._people.holder(self._key_file)[0]

    def works_at(self, agency: str) -> bool:
        """See ``Somebody``."""
        return self._people.works_at(self._key_file, agency)

    def sign(self, claims: Mapping[str, Any], agency: str) -> str:
        """See ``Somebody``."""
        return self._people.sign(self._key_file, claims, at=agency)


class LoggedIn:
    """Who has logged in. Their key is not on this machine, so nothing is signed for them."""

    def __init__(self, lists: PeopleLists, name: str) -> None:
        self._lists = lists
        self.name = name

    def works_at(self, agency: str) -> bool:
        """See ``Somebody``; it is looked up each time, so that whoever leaves is out at once."""
        return any(person.name == self.name for person in self._lists.now(agency))

    def sign(self, claims: Mapping[str, Any], agency: str) -> str:  # noqa: ARG002 - nothing is signed
        """See ``Somebody``.

        Raises:
            PersonUnknown: Always.
        """
        raise PersonUnknown(
            f"the key of {self.name} is not at this console, so nothing is signed here: use `keten` at a terminal"
        )


class Witness:
    """One person, who is first written down.

    Args:
        somebody: Who.
        log: The audit log of an agency, by its slug.
    """

    def __init__(self, somebody: Somebody, log: Callable[[str], AuditLog]) -> None:
        self._somebody = somebody
        self._log = log
        self._looking: dict[tuple[str, str, str, str | None], float] = {}

    @property
    def person(self) -> str:
        """Their name.

        Raises:
            PersonUnknown: Nobody is named who works at this console.
        """
        return self._somebody.name

    def works_at(self, agency: Agency) -> bool:
        """Whether this person works at an agency."""
        return self._somebody.works_at(agency.slug)

    def sign(self, claims: Mapping[str, Any], agency: Agency) -> str:
        """What this person signs for an agency: a JWS in compact form."""
        return self._somebody.sign(claims, agency.slug)

    async def read(self, agency: Agency, what: str, case: str | None = None, action: Action = Action.READ) -> None:
        """Note that something will now be read; once while they are looking.

        Args:
            agency: Whose it is.
            what: A coded word.
            case: A case reference.
            action: How reading it is called.

        Raises:
            AuditUnavailable: It could not be noted, so it may not be read.
            PersonUnknown: They do not work there.
        """
        looked = (agency.slug, action, what, case)
        if self._looking.get(looked, 0.0) < time.monotonic():
            await self.note(agency, action, what, case)
            now = time.monotonic()
            self._looking = {known: until for known, until in self._looking.items() if until >= now}
            self._looking[looked] = now + STILL_LOOKING

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

    async def left(self, agency: str, action: Action, why: str) -> None:
        """Write down that they have left; whoever was struck from the list leaves, too.

        Args:
            agency: The slug of where they worked.
            action: They went, or were put out.
            why: A coded word.

        Raises:
            AuditUnavailable: It could not be written.
        """
        await self._log(agency).append(Act(person=self.person, action=action, object=why))
