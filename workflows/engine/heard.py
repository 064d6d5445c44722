"""Which numbers of a line were taken. What is missing is kept as pairs of numbers, so that no gap is larger than another."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, Field, field_validator

MOST_AHEAD = 1_000
"""How far a number may be beyond the last that was taken: one case has some dozens of events on a line, and at most hundreds."""

MOST_GAPS = 100
"""How many gaps of one line are remembered; of older ones a person was told, and what comes late of them is refused."""

NAMED = 4
"""How many gaps are named to a person; of the others there is only how many."""

Span = tuple[int, int]
"""The first and the last of numbers that follow each other."""


class Heard(BaseModel):
    """Which numbers of a sender were taken."""

    last: int = 0
    missing: list[Span] = Field(default_factory=list[Span])
    said: dict[int, str] = Field(default_factory=dict[int, str], description="fingerprints of the last, and of those missing")

    @field_validator("missing", mode="before")
    @classmethod
    def _of_a_list(cls, missing: Sequence[int | Span]) -> Sequence[Span]:
        """Files of an earlier version hold every number that is missing."""
        return [*spans(one for one in missing if isinstance(one, int)), *(one for one in missing if not isinstance(one, int))]

    def misses(self, number: int) -> bool:
        """Whether this number is missing: it was passed over, and can still come."""
        return any(first <= number <= last for first, last in self.missing)

    def take(self, number: int, fingerprint: str, previous: str | None) -> Span | None:
        """Take note of an event.

        Args:
            number: Its number: a missing one, or one beyond the last.
            fingerprint: What the event after it must say of it; empty where nothing is asked of that one.
            previous: What it says of the event before it.

        Returns:
            The numbers before it that are missing since now.
        """
        gap = (self.last + 1, number - 1) if number > self.last + 1 else None
        if gap:
            self.missing.append(gap)
        self.missing = [part for span in self.missing for part in _without(number, span)][-MOST_GAPS:]
        self.last = max(self.last, number)
        self.said[number] = fingerprint
        if previous and self.misses(number - 1):
            self.said[number - 1] = previous
        self.said = {one: said for one, said in self.said.items() if said and (one == self.last or self.misses(one))}
        return gap


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


def _without(number: int, span: Span) -> list[Span]:
    first, last = span
    if not first <= number <= last:
        return [span]
    return [part for part in ((first, number - 1), (number + 1, last)) if part[0] <= part[1]]
