"""Cuts a page out of lists that are kept in no order: by moments, so that only what the page shows is read, and little more.

Temporal's search sorts by nothing that a person asks for, but it counts quickly. So counting finds a window that holds the rows
of a page and not many more.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable, Sequence
from datetime import UTC, datetime
from heapq import nsmallest
from itertools import chain
from math import asinh, sinh
from typing import NamedTuple

from temporalio.client import Client

from console.order import BY_DEADLINE, SECOND, Order, Place, Window
from console.reading import together
from console.rows import Row, read_row
from console.shared import Shared
from contracts.agencies import Agency

ROOMY = 2
"""How many times the rows that are wanted a window may hold: to find a closer one takes more questions than it saves."""

REMEMBERED = 200
"""Windows of lists of which it is remembered where they ended."""

SHORT = 2
"""After so many windows that hold too little it is counted whether there is more at all."""

Placed = tuple[Place, Row]
NOWHERE = "~"
"""The agency in the place of a row that does not say where it stands: after all others, where it was found."""


class Asked(NamedTuple):
    """Which files, and in which order.

    Attributes:
        conditions: Of which each must hold (Temporal list filters).
        order: How they stand.
        like: What is the same when it is asked for again at another moment, if the conditions are not.
    """

    conditions: tuple[str, ...] = ()
    order: Order = BY_DEADLINE
    like: Hashable = None


class Known:
    """What is remembered from page to page: numbers, for a while, and where windows ended, which are tried first.

    Args:
        shared: Has the numbers.
    """

    def __init__(self, shared: Shared | None = None) -> None:
        self.shared = shared or Shared()
        self._ends: OrderedDict[Hashable, int] = OrderedDict()

    def end_of(self, window: Hashable) -> int | None:
        """Where a window ended the last time: of a first page in seconds of its part, of a further one after where it began."""
        return self._ends.get(window)

    def note(self, window: Hashable, end: int) -> None:
        """It ended there."""
        self._ends[window] = end
        self._ends.move_to_end(window)
        while len(self._ends) > REMEMBERED:
            self._ends.popitem(last=False)


class Search(NamedTuple):
    """The files of one agency that fulfil conditions."""

    client: Client
    agency: Agency
    conditions: tuple[str, ...]

    async def size(self, further: Sequence[str]) -> int:
        """How many fulfil further ones, too."""
        return (await self.client.count_workflows(" AND ".join([*self.conditions, *further]))).count

    async def rows(self, further: Sequence[str]) -> AsyncIterator[Row]:
        """Those files, in no order."""
        async for run in self.client.list_workflows(" AND ".join([*self.conditions, *further])):
            yield read_row(self.agency, run)


class Cutting:
    """Cuts a page out of what several agencies have.

    Args:
        searches: Those that have something.
        total: How many rows they have, as far as that is known: where they are few, all are read.
        asked: What was asked for.
        known: Where its windows ended before.
    """

    def __init__(self, searches: Sequence[Search], total: int, asked: Asked, known: Known) -> None:
        self._searches = searches
        self._total = total
        self._order = asked.order
        self._known = known
        like, parts = asked.like or asked.conditions, tuple(part.name for part in asked.order.parts)
        self._list = (tuple(search.agency.slug for search in searches), like, parts)

    async def rows(self, after: Place | None, wanted: int) -> list[Placed]:
        """The first rows after a place, in order: as many as are wanted, where there are as many."""
        found: list[Placed] = []
        for number in range(after.part if after else 0, len(self._order.parts)):
            if self._searches and len(found) < wanted:
                found += await self._of_part(number, after if after and after.part == number else None, wanted - len(found))
        return found

    async def _of_part(self, number: int, after: Place | None, wanted: int) -> list[Placed]:
        part, found = self._order.parts[number], list[Placed]()
        since = part.second(after.at) if after else None
        while len(found) < wanted:
            until = await self._end(number, since, wanted - len(found))
            begins = Place(number, (part.ends[0] if since is None else since) * SECOND, "", "")
            lost = max(begins, after or begins)._replace(agency=NOWHERE)
            ways = part.within(Window(since, until))
            read = (self._of_window(search, ways, lost, after, wanted) for search in self._searches)
            found += nsmallest(wanted - len(found), chain.from_iterable(await together(read)), key=_place)
            if until is None:
                break
            since = until
        return found

    async def _end(self, number: int, since: int | None, wanted: int) -> int | None:
        """Where a window ends that holds as many rows as are wanted, and not many more; None: where the part ends."""
        part, enough, searches, short = self._order.parts[number], wanted * ROOMY, self._searches, 0
        low, high = part.ends if since is None else (since, part.ends[1])
        if self._total <= enough or high - low <= 1:
            return None
        near = part.second(part.at(datetime.now(UTC))) if since is None else since
        window, begins = (*self._list, number, since is None), since or 0
        tried = self._known.end_of(window)
        while high - low > 1:
            middle = _between(low, high, near) if tried is None else min(max(begins + tried, low + 1), high - 1)
            tried = None
            having, count = await counted(searches, part.within(Window(since, middle)))
            if wanted <= count <= enough:
                self._known.note(window, middle - begins)
                return middle
            if count >= wanted:
                high, searches = middle, having
                continue
            low, short = middle, short + 1
            if short == SHORT and high == part.ends[1]:
                _, rest = await counted(searches, part.within(Window(since)))
                if rest <= enough:
                    return None
        return high

    async def _of_window(
        self, search: Search, ways: Sequence[Sequence[str]], lost: Place, after: Place | None, wanted: int
    ) -> list[Placed]:
        """The first rows of one agency; never many at a time, however many there are in one second."""
        kept: list[Placed] = []
        for way in ways:
            async for row in search.rows(way):
                place = self._order.place(row) or lost._replace(name=row.name)
                if after is None or place > after:
                    kept.append((place, row))
                if len(kept) > wanted * ROOMY * 2:
                    kept = nsmallest(wanted, kept, key=_place)
        return kept


async def counted(searches: Sequence[Search], ways: Sequence[Sequence[str]]) -> tuple[list[Search], int]:
    """Those that have something that fulfils the conditions of one of several ways, and how much that is."""
    counts = await together(search.size(way) for search in searches for way in ways)
    return having(searches, [sum(counts[begin : begin + len(ways)]) for begin in range(0, len(counts), len(ways))])


def having(searches: Sequence[Search], counts: Sequence[int]) -> tuple[list[Search], int]:
    """Those that have something, and how much that is."""
    return [search for search, count in zip(searches, counts, strict=True) if count], sum(counts)


def _place(placed: Placed) -> Place:
    return placed[0]


def _between(low: int, high: int, near: int) -> int:
    """Halfway, in steps that grow with the distance from where most rows are likely to be."""
    middle = near + round(sinh((asinh(low - near) + asinh(high - near)) / 2))
    return min(max(middle, low + 1), high - 1)
