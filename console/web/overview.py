"""All files of an agency for the pages of one person: who looks is written down first, and what is counted is shared."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from nats.errors import Error as NatsError
from sqlalchemy.exc import SQLAlchemyError

from console.counting import Counted, counted
from console.cutting import Known
from console.health import Health, Line
from console.installation import Installation
from console.lists import Lists, Page
from console.searching import search_for
from console.shared import LASTS, Answer
from console.wanted import Wanted
from console.web.heard import SILENT
from console.web.looking import NoAnswer
from console.web.one_agency import OneAgency
from console.witness import LoggedIn, Witness
from contracts.agencies import Agency
from runtime.audit.entry import Action
from runtime.bus.connection import BusUnreachable
from runtime.bus.standing import standing
from runtime.private_files import KeyFileError
from runtime.processing.deliveries import Unconfirmed

T = TypeVar("T")
ROWS, ELSEWHERE = 50, 20
"""Of a page; and of what waits for others beside it."""

FRESH = 5.0
"""Seconds in which an answer will do for whoever opens a list. What is decided here is forgotten at once, so it is seen."""

AWAY = (*SILENT, SQLAlchemyError, NatsError, BusUnreachable, KeyFileError, OSError)
"""A part is there, and does not answer now."""


class Written(Witness):
    """Whoever looks was written down before, each by themselves; what is asked for all of them is asked in nobody's name."""

    def __init__(self, installation: Installation) -> None:
        super().__init__(LoggedIn(installation.people.lists, "-"), installation.audit)

    def works_at(self, agency: Agency) -> bool:  # noqa: ARG002 - it is asked for one agency only
        """See ``Witness``."""
        return True

    async def read(self, agency: Agency, what: str, case: str | None = None, action: Action = Action.READ) -> None:
        """See ``Witness``."""


class Overview:
    """All files of an agency, as one person may see them.

    Args:
        here: The agency, as this person sees it.
        agency: Which one.
        known: What was answered in the last seconds, for all who look.
        health: How the parts of the installation do.
    """

    def __init__(self, here: OneAgency, agency: Agency, known: Known, health: Health) -> None:
        self._here = here
        self._agency = agency
        self._known = known
        self._shared = known.shared
        self._health = health

    async def cases(self, wanted: Wanted, after: str | None = None, most: int = ROWS) -> Page:
        """The files that somebody wants.

        Raises:
            ValueError: It is no place in this list.
        """
        return await Lists(self._here, self._here.witness, self._known).page(search_for(wanted), after, most)

    async def turns(self, *, opened: bool = False) -> Answer[Page]:
        """The first page of what waits for the agency, for all who look; not as old for whoever opens it."""
        return await self._of_all("turns", lambda lists: lists.turn_of(self._agency, most=ROWS), FRESH if opened else LASTS)

    async def waiting(self) -> Answer[Page]:
        """What waits for others first, for all who look."""
        return await self._of_all("waiting", lambda lists: lists.waiting(self._agency, most=ELSEWHERE), FRESH)

    async def counts(self) -> Answer[Counted]:
        """Counts of all open files."""
        return await self._of_all("counts", lambda lists: counted(lists, self._agency))

    async def unconfirmed(self) -> Answer[tuple[Unconfirmed, ...]]:
        """Letters of which their recipient has not said for long that it knows them."""
        await self._here.witness.read(self._agency, "deliveries")

        async def ask() -> tuple[Unconfirmed, ...]:
            return await self._here.deliveries(self._agency.slug).unconfirmed(datetime.now(UTC))

        return await self._answer("unconfirmed", ask)

    async def dead_letters(self) -> Answer[int]:
        """How many events could not be taken."""
        await self._here.witness.read(self._agency, "dead_letters")

        async def ask() -> int:
            found = await standing(self._here.operator(self._agency), self._agency.slug)
            return next(stream.messages for stream in found.streams if stream.name == "DEAD")

        return await self._answer("dead_letters", ask)

    async def health(self) -> Answer[tuple[Line, ...]]:
        """How the parts of the installation do; no file and no log is read for it."""
        return await self._shared.answer(self._agency.slug, "health", lambda: self._health.of(self._everybody(), self._agency))

    async def _of_all(self, question: str, ask: Callable[[Lists], Awaitable[T]], lasts: float = LASTS) -> Answer[T]:
        await self._here.witness.read(self._agency, "cases")
        everybody = self._everybody()
        return await self._answer(question, lambda: ask(Lists(everybody, everybody.witness, self._known)), lasts)

    async def _answer(self, question: str, ask: Callable[[], Awaitable[T]], lasts: float = LASTS) -> Answer[T]:
        with _silence():
            return await self._shared.answer(self._agency.slug, question, ask, lasts)

    def _everybody(self) -> OneAgency:
        return OneAgency(self._here, self._agency, Written(self._here))


@contextmanager
def _silence() -> Generator[None]:
    try:
        yield
    except AWAY as error:
        raise NoAnswer from error
