"""What pages need of others. Pages import nothing that reaches a server: what does is given to them, and fits these."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Literal, Protocol

from fastapi import Request
from fastapi.responses import HTMLResponse

from console.web.batch_ports import Batches
from console.web.dead_ports import Corrector, Letters
from console.web.ladder_ports import Logbook
from contracts.agencies import Agency, Directory

HANDLE = "handle"
"""The right of whoever works on cases."""

Language = Literal["nl", "en"]


class Visit(Protocol):
    """Who visits."""

    @property
    def person(self) -> str:
        """Their pseudonym."""
        ...

    @property
    def agency(self) -> Agency:
        """Where they work."""
        ...

    @property
    def rights(self) -> Collection[Any]:
        """What they may do there."""
        ...

    @property
    def language(self) -> Language:
        """In which they are answered."""
        ...


class Words(Protocol):
    """Everything that is said, in one language."""

    def kind(self, kind: str) -> str:
        """A kind of file."""
        ...

    def title(self, table: str) -> str:
        """What a track is called."""
        ...

    def phase(self, table: str, phase: str) -> str:
        """A state as a short phrase."""
        ...

    def waits(self, table: str, phase: str) -> str:
        """Why it waits."""
        ...

    def then(self, table: str, phase: str) -> str:
        """What happens when the clock ends."""
        ...

    def command(self, name: str) -> str:
        """A decision as a button."""
        ...

    def explain(self, command: str) -> str:
        """What a decision does, and who hears of it."""
        ...

    def part(self, what: str) -> str:
        """The heading of a piece of content."""
        ...

    def field(self, model: str, name: str) -> str:
        """The label of a field."""
        ...

    def hint(self, model: str, name: str) -> str:
        """What helps to fill it in."""
        ...

    def value(self, enum: str, value: str) -> str:
        """A member of an enum."""
        ...

    def story(self, what: str, facts: Mapping[str, str], who: str) -> str:
        """A line of the story."""
        ...

    def said(self, text: str) -> str:
        """A sentence that the engine says in English."""
        ...

    def validation(self, error_type: str, ctx: Mapping[str, Any]) -> str:
        """What is wrong with a field."""
        ...

    def page(self, key: str, **facts: object) -> str:
        """Words of the pages themselves."""
        ...


class Row(Protocol):
    """A file in a list."""

    @property
    def name(self) -> str:
        """By which it is found."""
        ...

    @property
    def reference(self) -> str:
        """Of its case."""
        ...

    @property
    def kind(self) -> str:
        """What kind of file it is."""
        ...

    @property
    def phase(self) -> str:
        """Where its main track is."""
        ...

    @property
    def owner(self) -> str:
        """Whose turn it is on that track."""
        ...

    @property
    def deadline(self) -> datetime | None:
        """When its first clock ends."""
        ...

    @property
    def turn(self) -> str | None:
        """Whose turn it is."""
        ...

    @property
    def step(self) -> str | None:
        """In which state of which table."""
        ...

    @property
    def due(self) -> datetime | None:
        """When that state's clock ends."""
        ...

    @property
    def alarm(self) -> bool:
        """Whether a person must look."""
        ...

    @property
    def waits_for(self) -> str | None:
        """For which other agency it waits, too."""
        ...

    @property
    def waits_in(self) -> str | None:
        """In which state of which table."""
        ...


class Page(Protocol):
    """A part of a list."""

    @property
    def rows(self) -> Sequence[Row]:
        """In order."""
        ...

    @property
    def total(self) -> int:
        """How many the whole list has."""
        ...

    @property
    def after(self) -> str | None:
        """Where the next part begins."""
        ...


class Lists(Protocol):
    """Lists of files; never a question per row."""

    async def turn_of(self, agency: Agency, after: str | None = None, most: int = ...) -> Page:
        """Where an agency must act, what is due first first."""
        ...

    async def waiting(self, agency: Agency, after: str | None = None, most: int = ...) -> Page:
        """Where an agency waits for others."""
        ...

    async def with_alarm(self, after: str | None = None, most: int = ...) -> Page:
        """Where an alarm is open, whoever's turn it is."""
        ...

    async def of_case(self, reference: str) -> Page:
        """What there is about a case."""
        ...


class Files(Protocol):
    """Files, one at a time. A file is handed back as it was given; one that does not answer raises `NoAnswer`."""

    async def one(self, agency: Agency, name: str) -> Any:
        """A file by its name, with what fails in it; None where there is none."""
        ...

    async def content(self, file: Any) -> Any:
        """What it holds inside."""
        ...

    async def answered(self, file: Any, command: str, ticket: str) -> str | None:
        """What a decision that was sent before with this ticket was answered; None: there was none."""
        ...

    async def decide(self, file: Any, command: str, content: dict[str, Any], ticket: str | None = None) -> str:
        """Do what a person decided; the phase after it."""
        ...


class Spent(Protocol):
    """What is known of a ticket."""

    @property
    def answer(self) -> str | None:
        """What was answered, if it was sent before."""
        ...


class Aside(Protocol):
    """Forms that were set aside: of a person, at an agency, for a path."""

    def keep(self, key: tuple[str, str, str], pairs: Sequence[tuple[str, str]]) -> None:
        """Set one aside."""
        ...

    def find(self, key: tuple[str, str, str]) -> Sequence[tuple[str, str]] | None:
        """What was kept."""
        ...

    def forget(self, key: tuple[str, str, str]) -> None:
        """Keep it no longer."""
        ...


class Desk(Protocol):
    """What pages are given."""

    @property
    def directory(self) -> Directory:
        """Who takes part."""
        ...

    @property
    def closing(self) -> tuple[type[Exception], ...]:
        """What ends every page, whatever was typed in it: nothing may be shown or done then."""
        ...

    async def visit(self, request: Request, right: Any) -> Any:
        """Who visits (`Visit`), if they have a right."""
        ...

    def words(self, request: Request) -> Any:
        """All words (`Words`), in the language of whoever asks."""
        ...

    def files(self, visit: Any) -> Files:
        """The files of their agency."""
        ...

    def lists(self, visit: Any) -> Lists:
        """Lists of these."""
        ...

    def logbook(self, visit: Any) -> Logbook:
        """What their agency wrote down of what it sent and took."""
        ...

    def letters(self, visit: Any) -> Letters:
        """What their agency could not take."""
        ...

    def corrector(self, visit: Any) -> Corrector:
        """What corrects that, in their name."""
        ...

    def batches(self, visit: Any) -> Batches:
        """Their batches at this agency."""
        ...

    async def ticket(self, visit: Any, file: str, command: str) -> str:
        """A ticket for a form."""
        ...

    async def spend(self, visit: Any, ticket: str, file: str, command: str) -> Spent:
        """What is known of one that was sent."""
        ...

    def once(self, visit: Any, ticket: str, file: str, command: str) -> AbstractAsyncContextManager[Spent]:
        """Act on one that was sent, and keep the answer before leaving: whoever sends it at the same moment waits for that."""
        ...

    async def answered(self, ticket: str, answer: str) -> None:
        """Keep what was answered."""
        ...

    async def has_answered(self, visit: Any, file: str, command: str, answer: str) -> bool:
        """Whether this session sent this decision, and got this answer."""
        ...

    def is_fresh(self, visit: Any) -> bool:
        """Whether they have just been asked who they are; see ``console.web.fresh``."""
        ...

    @property
    def aside(self) -> Aside:
        """What people typed, while they log in once more."""
        ...

    def page(self, request: Request, visit: Any, template: str, **shown: Any) -> HTMLResponse:
        """A page."""
        ...
