"""What the parts of a post office know of each other: the book keeps, the door asks it, whoever sends and takes writes to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from contracts.awaited import Awaited
from contracts.refusals import RefusalCode
from contracts.words import Ground


class Draft(NamedTuple):
    """An event as the agency's own system hands it in.

    Attributes:
        id: Given by that system, at most 128 characters: with the same content it is the same event, however often it comes.
        type: Of the event, as the catalogue names it.
        data: Its content.
        ground: On which it is shared; None where the catalogue allows one only.
        recipient: Slug of who gets it; None where only one agency may.
        caseref: Of which case; None: the event begins one.
        subject: The agency's own number for that case. It never leaves.
        causationid: The event of the feed that it answers; None: it answers none, or nobody said so.
    """

    id: str
    type: str
    data: Mapping[str, Any]
    ground: Ground | None = None
    recipient: str | None = None
    caseref: str | None = None
    subject: str | None = None
    causationid: str | None = None


class Stage(StrEnum):
    """How far an event came that we sent."""

    KEPT = "kept"
    SENT = "sent"
    TAKEN = "taken"
    ANSWERED = "answered"
    REFUSED = "refused"
    MISSED = "missed"


class Rung(NamedTuple):
    """A stage that was reached.

    Attributes:
        stage: Which.
        at: When.
        code: Why it was refused.
        words: The same, for people.
    """

    stage: Stage
    at: datetime
    code: RefusalCode | None = None
    words: str | None = None


class Kept(NamedTuple):
    """An event that the book has, on its way out.

    Attributes:
        id: As the agency's own system gave it.
        caseref: Of which case.
        recipient: Slug of who gets it.
        type: Of the event.
        subject: The agency's own number of the case, if it gave one.
        rungs: In the order of time; the first is ``kept``.
        again: Whether it had been handed in before.
    """

    id: str
    caseref: str
    recipient: str
    type: str
    subject: str | None
    rungs: tuple[Rung, ...]
    again: bool = False


class Heard(NamedTuple):
    """An event that another agency sent, at its place in the feed.

    Attributes:
        position: In the feed, counted by 1 from 1; no position is ever left out or given twice.
        id: Of the event in the feed, in webhooks and in marks: one event, one id.
        type: Of the event.
        sender: Slug of who sent it.
        caseref: Of which case.
        subject: The agency's own number of that case, if it gave one.
        at: When it was taken.
        event: The CloudEvent as JSON, opened; None: its case was erased, its time in the book has ended, or it cannot be read.
        unreadable: Whether it was altered on the disk of the book; a person hears of it.
    """

    position: int
    id: str
    type: str
    sender: str
    caseref: str
    subject: str | None
    at: datetime
    event: Mapping[str, Any] | None
    unreadable: bool = False


class CaseSeen(NamedTuple):
    """What the book knows of a case.

    Attributes:
        caseref: Which.
        subject: The agency's own number of it.
        sent: Events that we sent, the oldest first.
        heard: Positions of what we heard, in order.
        erased: When its key was destroyed.
        awaits: Whose word it waits for.
    """

    caseref: str
    subject: str | None
    sent: tuple[Kept, ...]
    heard: tuple[int, ...]
    erased: datetime | None
    awaits: tuple[Awaited, ...] = ()


class CaseListed(NamedTuple):
    """A case as it stands in the list of all.

    Attributes:
        caseref: Which.
        subject: The agency's own number of it.
        begun: When the book first heard of it.
        erased: Whether its key was destroyed.
        sent: How many events we sent.
        heard: How many we heard.
        awaits: Whose word it waits for.
    """

    caseref: str
    subject: str | None
    begun: datetime
    erased: bool
    sent: int
    heard: int
    awaits: tuple[Awaited, ...]


class CasePage(NamedTuple):
    """A part of the list of all cases.

    Attributes:
        cases: In the order in which they began.
        next: The case after which the next part begins; None: there is none.
    """

    cases: tuple[CaseListed, ...]
    next: str | None


class Reader(NamedTuple):
    """A reader of the feed with a mark of its own.

    Attributes:
        name: Its name, lower case letters, digits and ``-``.
        position: Up to where it has acknowledged; 0: nothing.
        at: When it acknowledged last.
        waiting: How many events it has not acknowledged.
    """

    name: str
    position: int
    at: datetime | None
    waiting: int


class Refusal(Exception):  # noqa: N818 - an answer
    """A draft cannot be taken.

    Attributes:
        code: For software: a ``RefusalCode``, or one of the post office's own (``post_office.own_codes.py``).
        words: For people: what was wrong and what to do; never a value out of the draft.
        pointers: JSON pointers to what is wrong, as ``/data/signal/municipality``.
        index: Which draft of a batch.
    """

    def __init__(self, code: str, words: str, pointers: Sequence[str] = (), index: int = 0) -> None:
        super().__init__(code)
        self.code, self.words, self.pointers, self.index = code, words, tuple(pointers), index


class BookFull(Exception):  # noqa: N818 - an answer
    """There is no room, or the disk cannot be written: nothing was taken, and what is there stays."""


class Gone(LookupError):  # noqa: N818 - an answer
    """The case was erased: that there was such an event is known, nothing else."""


class Book(Protocol):
    """Everything that was handed in and heard, durable before it is said. All may be called at once by many."""

    async def keep(self, drafts: Sequence[Draft]) -> list[Kept]:
        """Take what an agency's own system sends: all of it or nothing; on disk, under the keys of its cases, when this returns.

        Raises:
            Refusal: One of them cannot be sent as it is (schema, lane, ground, places, entitlement, unknown field, size, case
                unknown or erased, ``id_reused``).
            BookFull: No room.
        """
        ...

    async def sent(self, event_id: str) -> Kept | None:
        """How far an event came, by the id that the agency's own system gave; None: there is none.

        Raises:
            Gone: Its case was erased.
        """
        ...

    async def settled(self, event_id: str, seconds: float) -> Kept | None:
        """The same, as soon as it is answered, refused or missed, or when the time has passed."""
        ...

    async def feed(self, after: int, most: int, types: frozenset[str] = frozenset()) -> list[Heard]:
        """What was heard after a position, in order.

        Args:
            after: A position; 0: from the beginning.
            most: How many at most.
            types: Only these; none: all.
        """
        ...

    async def handed(self, to: str, after: int, found: Sequence[Heard]) -> None:
        """A system of the agency's own came to read, and is given this as soon as it stands in the processing log.

        Args:
            to: What that system is called here.
            after: Up to which position it has read.
            found: What it gets; nothing: it only came.

        Raises:
            NotLogged: The log cannot be written: do not give it.
        """
        ...

    async def more(self, after: int, seconds: float) -> bool:
        """Wait until something stands after a position, or the time has passed; whether something does."""
        ...

    async def position_of(self, event_id: str) -> int | None:
        """Where an event stands in the feed."""
        ...

    async def position_at(self, moment: datetime) -> int:
        """The position of the last event that was taken before a moment; 0: none was."""
        ...

    async def newest(self) -> int:
        """The newest position."""
        ...

    async def case(self, caseref: str) -> CaseSeen | None:
        """What is known of a case."""
        ...

    async def listed(self, after: str | None, most: int, *, awaiting: bool) -> CasePage | None:
        """Cases in the order in which they began; None: there is no such case to go on from.

        Args:
            after: The case after which it begins; None: from the first.
            most: How many at most; there may be fewer, though more follow.
            awaiting: Only those that wait for our own agency.
        """
        ...

    async def name_case(self, caseref: str, subject: str) -> bool:
        """Set the agency's own number of a case; whether there is such a case.

        Raises:
            Refusal: Another case has that number.
        """
        ...

    async def readers(self) -> list[Reader]:
        """Every reader, by name."""
        ...

    async def acknowledge(self, name: str, position: int) -> Reader:
        """Set a reader's mark, forwards or back; the first time makes the reader.

        Raises:
            Refusal: The position is beyond the newest, or there are too many readers.
        """
        ...
