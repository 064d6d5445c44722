"""How much is too much: requests of one token in a second, answers that are held open, and all that is under way."""

import math
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import NamedTuple

from contracts.envelope import MAX_BYTES
from post_office.problems import Problem


class Limits(NamedTuple):
    """What a post office bounds.

    Attributes:
        event: Bytes of one event.
        body: Bytes of a batch.
        batch: Events in it.
        headers: Bytes of all headers of a request.
        path: Characters of its address, with the query.
        rate: Requests of one token in a second, over time.
        burst: The same, at once.
        held: Long polls and answers that wait, of one token.
        held_by_all: Of all tokens.
        streams: Open streams of one token.
        streams_of_all: Of all tokens.
        under_way: Requests at a time, whoever asks.
        wait: Seconds for which an answer is held at most.
        stream: Seconds after which a stream ends; its reader goes on where it was.
        alive: Seconds between two signs of life of a stream.
        page: Events of one answer of the feed.
        page_bytes: Bytes of it, but for the last event.
    """

    event: int = MAX_BYTES
    body: int = 16 * MAX_BYTES
    batch: int = 100
    headers: int = 16_384
    path: int = 4_096
    rate: float = 500.0
    burst: float = 1_000.0
    held: int = 16
    held_by_all: int = 128
    streams: int = 8
    streams_of_all: int = 64
    under_way: int = 384
    wait: float = 60.0
    stream: float = 600.0
    alive: float = 15.0
    page: int = 1_000
    page_bytes: int = 4_194_304


LIMITS = Limits()


class Rates:
    """How often each token asks: a bucket that fills with time.

    Args:
        rate: Requests in a second.
        burst: How many at once.
        now: Seconds that only grow.
    """

    def __init__(self, rate: float, burst: float, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._now = rate, burst, now
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, token: str) -> None:
        """One more request.

        Raises:
            Problem: 429, with the seconds after which there is room.
        """
        now = self._now()
        self._forget_full(now)
        left, at = self._left.pop(token, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        if left < 1:
            self._left[token] = (left, now)
            seconds = max(1, math.ceil((1 - left) / self._rate))
            words = f"at most {self._rate:g} requests of one token in a second: come again after the seconds in Retry-After"
            raise Problem("rate_limited", words, headers={"Retry-After": str(seconds)})
        self._left[token] = (left - 1, now)

    def _forget_full(self, now: float) -> None:
        """Whoever has not asked for so long has a full bucket, as who never did; they stand first, as each goes last who asks."""
        while self._left and now - next(iter(self._left.values()))[1] >= self._burst / self._rate:
            del self._left[next(iter(self._left))]


class Seats:
    """Answers that are held open.

    Args:
        each: How many one token may have.
        all_of_them: How many there may be.
        what: What they are called.
    """

    def __init__(self, each: int, all_of_them: int, what: str) -> None:
        self._each, self._all, self._what = each, all_of_them, what
        self._taken: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many there are."""
        return self._taken.total()

    def sit(self, token: str) -> None:
        """Hold one more; whoever sits rises, whatever happens.

        Raises:
            Problem: 429.
        """
        if self._taken[token] >= self._each or self.taken >= self._all:
            words = f"at most {self._each} {self._what} of one token, and {self._all} of all, are held open: end one of yours"
            raise Problem("too_many_waiting", words)
        self._taken[token] += 1

    def rise(self, token: str) -> None:
        """One less."""
        self._taken[token] -= 1
        self._taken += Counter()  # forgets whoever has none

    @contextmanager
    def of(self, token: str) -> Generator[None]:
        """Hold one while the context lasts.

        Raises:
            Problem: 429.
        """
        self.sit(token)
        try:
            yield
        finally:
            self.rise(token)
