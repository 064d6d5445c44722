"""Numbers, gaps and chain of a line: the events about one case from one system of an agency to one kind of file of another.

Both directions, without a clock, a store or a workflow: ``Said`` is the end of a line that we write, ``Heard`` what was taken of
one that another agency writes. Whoever keeps them, keeps them by ``line_to`` and ``line_from``, a case apart. What is wrong with
an event is an answer here, never an error.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from pydantic import BaseModel, Field, field_validator

from contracts.event import Event
from contracts.refusals import RefusalCode

MOST_AHEAD = 1_000
"""How far a number may be beyond the last that was taken: one case has some dozens of events on a line, and at most hundreds."""

MOST_GAPS = 100
"""How many gaps of one line are remembered; of older ones a person was told, and what comes late of them is refused."""

MOST_LINES = 200
"""How many systems of one agency may write to a file: each offer has a file of its own at whom it is made, and so a system."""

NAMED = 4
"""How many gaps are named to a person; of the others there is only how many."""

Span = tuple[int, int]
"""The first and the last of numbers that follow each other."""


class Link(NamedTuple):
    """What an event says of its place on its line.

    Attributes:
        number: Its ``sequence``; 0: it is not counted.
        fingerprint: Its own, which the event after it must repeat; empty where it is not known.
        previous: What it says of the event before it.
        by_hand: Whether a person here put it in again, and signed for it: then it need not be linked to what was heard.
    """

    number: int
    fingerprint: str = ""
    previous: str | None = None
    by_hand: bool = False


class Objection(NamedTuple):
    """Why an event is not taken now.

    Attributes:
        code: For its sender; None: it is early, and taken when the one before it is there.
        words: For people.
    """

    code: RefusalCode | None
    words: str


class Heard(BaseModel):
    """Which numbers of a line were taken. What is missing is kept as pairs of numbers: no gap is larger than another."""

    last: int = 0
    missing: list[Span] = Field(default_factory=list[Span])
    said: dict[int, str] = Field(default_factory=dict[int, str], description="fingerprints of the last, and of those missing")

    @field_validator("missing", mode="before")
    @classmethod
    def _of_a_list(cls, missing: Sequence[int | Span]) -> Sequence[Span]:
        """Files of an earlier version hold every number that is missing."""
        return [*spans(one for one in missing if isinstance(one, int)), *(one for one in missing if not isinstance(one, int))]

    @classmethod
    def beginning(cls, number: int, *, opens: bool) -> Self:
        """A line of which nothing was taken: an event that opens the file begins the count, whatever its number."""
        return cls(last=number - 1 if opens else 0)

    def misses(self, number: int) -> bool:
        """Whether this number is missing: it was passed over, and can still come late."""
        return any(first <= number <= last for first, last in self.missing)

    def take(self, link: Link) -> Span | None:
        """Take note of an event to which there is no objection.

        Returns:
            The numbers before it that are missing since now.
        """
        number, gap = link.number, None
        if number > self.last + 1:
            gap = (self.last + 1, number - 1)
            self.missing.append(gap)
        self.missing = [part for span in self.missing for part in _without(number, span)][-MOST_GAPS:]
        self.last = max(self.last, number)
        self.said[number] = "" if link.by_hand else link.fingerprint  # what follows such a one need not repeat it
        if link.previous and self.misses(number - 1):
            self.said[number - 1] = link.previous
        self.said = {one: said for one, said in self.said.items() if said and (one == self.last or self.misses(one))}
        return gap


def objection(
    heard: Heard | None, link: Link, *, opens: bool = False, past_gap: bool = False, lines: int = 0
) -> Objection | None:
    """Why an event that is counted cannot be taken now; None: it is due, begins its line, or comes late into its gap.

    Args:
        heard: What was taken of its line; None: nothing yet.
        link: Its place.
        opens: Whether it may open the file it is for.
        past_gap: Whether what is missing before it was waited for long enough.
        lines: How many lines of the same agency are known (``lines_of``).
    """
    if heard is None and opens:
        return None
    line = heard or Heard()
    if link.number > line.last + MOST_AHEAD:
        words = f"the last number taken here is {line.last}, and nobody sends {MOST_AHEAD} more about one case: count by 1"
        return Objection(RefusalCode.SEQUENCE_AHEAD, words)
    if heard is None and lines >= MOST_LINES:
        return Objection(RefusalCode.SEQUENCE_AHEAD, f"more than {MOST_LINES} systems of yours have written to this file")
    if link.number > line.last + 1 and not past_gap:
        return Objection(None, f"number {link.number} came before number {line.last + 1}")
    return objection_after_the_end(line, link)


def objection_after_the_end(heard: Heard | None, link: Link) -> Objection | None:
    """Why an event that comes when its file has ended cannot be of this line; None: it can.

    Then nothing waits for a predecessor any more; but what a line said stays said.
    """
    line = heard or Heard()
    if link.number <= line.last and not line.misses(link.number):
        return Objection(RefusalCode.SEQUENCE_REUSED, f"another event had the number {link.number} already; count on")
    if link.by_hand or _follows(line, link):
        return None
    return Objection(
        RefusalCode.CHAIN_BROKEN, "`previous` must be the fingerprint of the event with the number before, as you sent it"
    )


def objection_to_id(before: str, link: Link) -> Objection | None:
    """Why an event whose id was taken already is another one; None: it is the same, come again.

    Args:
        before: Fingerprint of the event that had this id; empty where it is not known.
        link: The place of the one that came now.
    """
    if link.number and before and link.fingerprint and before != link.fingerprint:
        return Objection(
            RefusalCode.ID_REUSED,
            "another event of yours had this `id` already: give each event an id of its own, and keep it when you send it again",
        )
    return None


class Said(NamedTuple):
    """The end of a line that we write.

    Attributes:
        number: Of the last event; 0: there is none yet.
        fingerprint: Of the same; empty where it is not known.
    """

    number: int = 0
    fingerprint: str = ""

    @property
    def next(self) -> int:
        """The number of the next event."""
        return self.number + 1

    @property
    def previous(self) -> str | None:
        """What the next event says of the last one; None before the first."""
        return self.fingerprint or None

    def then(self, fingerprint: str) -> "Said":
        """The end of the line when the next event, of this fingerprint, stands on it."""
        return Said(self.next, fingerprint)


def line_to(agency: str, event: type[Event]) -> str | None:
    """The line of a case on which one system of ours writes an event; None: it is not counted.

    Answers are for the file that sent what they answer, and would be counted over all such files.
    """
    return f"{agency}/{event.rule.file}" if is_counted(event) else None


def is_counted(event: type[Event]) -> bool:
    """Whether an event has a number on its line; of all others a number says nothing."""
    return event.rule.counted and event.rule.file is not None


def line_from(agency: str, system: str) -> str:
    """The line to a file on which a system of another agency writes."""
    return f"{agency}/{system}"


def lines_of(agency: str, lines: Iterable[str]) -> int:
    """How many of these lines an agency writes."""
    return sum(line.partition("/")[0] == agency for line in lines)


def spans(numbers: Iterable[int]) -> list[Span]:
    """Numbers as pairs."""
    found: list[Span] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def in_words(gaps: Sequence[Span]) -> str:
    """``event number 5``, ``events number 5 to 9 and 12``: short, however many there are."""
    named = [str(first) if first == last else f"{first} to {last}" for first, last in gaps[:NAMED]]
    several = len(gaps) > 1 or any(first != last for first, last in gaps)
    more = f", and {len(gaps) - NAMED} more gaps" if len(gaps) > NAMED else ""
    return f"event{'s' * several} number {', '.join(named)}{more}"


def _follows(line: Heard, link: Link) -> bool:
    """Whether it follows the event before it, and is the one that a later event spoke of."""
    before = line.said.get(link.number - 1) if link.number - 1 == line.last else None
    expected = line.said.get(link.number) if line.misses(link.number) else None
    return (before in {None, link.previous} or not link.fingerprint) and expected in {None, link.fingerprint}


def _without(number: int, span: Span) -> list[Span]:
    first, last = span
    if not first <= number <= last:
        return [span]
    return [part for part in ((first, number - 1), (number + 1, last)) if part[0] <= part[1]]
