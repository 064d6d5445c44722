"""Half-done forms and files that somebody takes, for the pages of one agency at a time."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import structlog

from console.web.drafts_ports import SENT, TOO_LARGE, TOO_MANY, NotKept
from console.web.visit import Visit
from runtime.drafts import drafts, taken
from runtime.drafts.sealing import Altered, Place, TooLarge, Typed, seal, unseal
from runtime.keys.case_keys import CaseKeys
from runtime.sessions.tickets import TicketRefused, Tickets

Form = tuple[str, str]
"""A file and a command."""


class Draft(NamedTuple):
    """That somebody has a half-done form."""

    person: str
    file: str
    command: str
    began: datetime
    saved: datetime
    until: datetime


class Written(NamedTuple):
    """What stands in it."""

    draft: Draft
    pairs: Sequence[tuple[str, str]]
    seen: str


class Drafts:
    """Half-done forms. Of whom one is, the visit says, and no address; what is in it is bound to them.

    Args:
        rows: Where they lie.
        tickets: What forms may send once.
        keys: The keys of the cases of somebody's agency.
    """

    def __init__(self, rows: drafts.Drafts, tickets: Tickets, keys: Callable[[Visit], CaseKeys]) -> None:
        self._rows = rows
        self._tickets = tickets
        self._keys = keys

    async def keep(self, visit: Visit, form: Form, ticket: str, typed: tuple[Sequence[tuple[str, str]], str]) -> Draft:
        """Keep a form as it was typed; the ticket is looked at by whoever asks.

        Raises:
            NotKept: It was sent, there are too many, or it is too large.
        """
        place = _place(visit, form)
        try:
            sealed = await seal(self._keys(visit), place, Typed(*typed))
            draft = await self._rows.keep(place, ticket, sealed)
        except TooLarge:
            raise NotKept(TOO_LARGE) from None
        except drafts.TooMany:
            raise NotKept(TOO_MANY) from None
        if await self._is_sent(visit, form, ticket):  # meanwhile, in another window or before a script came here
            await self._rows.sent(place, ticket)
            raise NotKept(SENT)
        return _draft(draft)

    async def mine(self, visit: Visit, form: Form) -> Written | None:
        """One's own for a form; what cannot be read is as good as none."""
        place = _place(visit, form)
        found = await self._rows.find(place)
        if found is None:
            return None
        try:
            typed = await unseal(self._keys(visit), place, found.sealed)
        except Altered:
            structlog.get_logger().warning("draft_not_readable", command=place.command)
            return None
        return Written(_draft(found.draft), typed.pairs, typed.seen)

    async def all_mine(self, visit: Visit) -> list[Draft]:
        """One's own, the newest first."""
        return [_draft(draft) for draft in await self._rows.of(visit.agency.slug, visit.person)]

    async def about(self, visit: Visit, files: Collection[str]) -> list[Draft]:
        """Those of everybody at the agency about some files."""
        return [_draft(draft) for draft in await self._rows.about(visit.agency.slug, files)]

    async def sent(self, visit: Visit, form: Form, ticket: str) -> None:
        """The form was sent with this ticket."""
        await self._rows.sent(_place(visit, form), ticket)

    async def throw_away(self, visit: Visit, form: Form) -> None:
        """Its owner does not want it any more."""
        await self._rows.throw_away(_place(visit, form))

    async def _is_sent(self, visit: Visit, form: Form, ticket: str) -> bool:
        try:
            return (await self._tickets.spend(visit.session, ticket, *form)).answer is not None
        except TicketRefused:  # the session has ended meanwhile: what was typed before is theirs all the same
            return False


class Taking:
    """Who takes which file of their agency."""

    def __init__(self, rows: taken.Taking) -> None:
        self._rows = rows

    async def of(self, visit: Visit, files: Collection[str]) -> Mapping[str, taken.Taken]:
        """Who takes which of some files."""
        return await self._rows.of(visit.agency.slug, files) if files else {}

    async def take(self, visit: Visit, file: str, instead_of: str = "") -> None:
        """Take one that nobody has, or one of whom one knows to have it."""
        await self._rows.take(visit.agency.slug, file, visit.person, instead_of)

    async def let_go(self, visit: Visit, file: str) -> None:
        """Let one's own go."""
        await self._rows.let_go(visit.agency.slug, file, visit.person)

    async def ended(self, visit: Visit, file: str) -> None:
        """It is not the agency's turn any more."""
        await self._rows.let_go(visit.agency.slug, file)


def _place(visit: Visit, form: Form) -> Place:
    return Place(visit.agency.slug, visit.person, *form)


def _draft(draft: drafts.Draft) -> Draft:
    place = draft.place
    return Draft(place.person, place.file, place.command, draft.began, draft.saved, draft.until)
