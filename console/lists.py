"""Lists of files, a page at a time: a page costs as much among ten thousand files as among a hundred.

Temporal's search sorts by nothing that a person asks for, but it counts quickly. So a page is cut out by moments: counting
finds a window that holds the rows of a page and not many more, and only these are read. It is a search: it lags a moment behind.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from heapq import nsmallest
from itertools import chain
from math import asinh, sinh
from typing import NamedTuple

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from console import filters
from console.batches.commands import Where
from console.file_names import is_reference
from console.installation import Installation
from console.order import BY_DEADLINE, BY_TURN, SECOND, Order, Part, Place, Window
from console.reading import together, view
from console.rows import Row, read_row
from console.troubles import Trouble, troubles
from console.witness import Witness
from contracts.agencies import Agency
from contracts.views import FileView
from runtime.temporal.failing_files import FAILING

PAGE = 50
MOST = 300
"""Rows of a page: unless told, and at most."""

ROOMY = 2
"""How many times the rows that are wanted a window may hold: to find a closer one takes more questions than it saves."""


class Asked(NamedTuple):
    """Which files, by conditions of which each must hold (Temporal list filters), and in which order."""

    conditions: tuple[str, ...] = ()
    order: Order = BY_DEADLINE


class Page(NamedTuple):
    """A part of a list.

    Attributes:
        rows: In order.
        total: How many the whole list has. Of files that have ended, runs are counted: a few began again.
        after: Where the next page begins; None: there is none.
        failing: How many of the whole list stand still because their workflow fails at every try.
    """

    rows: list[Row]
    total: int
    after: str | None
    failing: int


Placed = tuple[Place, Row]
NOWHERE = "~"
"""The agency in the place of a row that does not say where it stands: after all others, where it was found."""


class Lists:
    """The files of all agencies for which this console may act. That somebody looks is written into their audit logs first."""

    def __init__(self, installation: Installation, witness: Witness | None = None) -> None:
        self._installation = installation
        self._witness = witness or installation.witness

    async def page(self, asked: Asked, after: str | None = None, most: int = PAGE) -> Page:
        """The rows after a place.

        Raises:
            ValueError: It is no place in this list.
        """
        place = asked.order.read(after) if after else None
        looking = (self._search(agency, asked.conditions) for agency in self._installation.ours)
        searches, total = await _counted(await together(looking), ())
        _, failing = await _counted(searches, (FAILING,))
        placed = await Cutting(searches, asked.order).rows(place, most + 1)
        rows = [row._replace(place=asked.order.written(place)) for place, row in placed[:most]]
        return Page(rows, total, rows[-1].place if len(placed) > most else None, failing)

    async def turn_of(self, agency: Agency, after: str | None = None, most: int = PAGE) -> Page:
        """Where an agency must act, what is due first first.

        Raises:
            ValueError: It is no place in this list.
        """
        open_ones = (filters.RUNNING, filters.NOT_KEPT)
        return await self.page(Asked((*open_ones, filters.whose_turn(agency.slug)), BY_TURN), after, most)

    async def waiting(self, agency: Agency, after: str | None = None, most: int = PAGE) -> Page:
        """Where an agency waits for others, also where it has something to do there itself; by the first clock of each file.

        Raises:
            ValueError: It is no place in this list.
        """
        open_ones = (filters.RUNNING, filters.NOT_KEPT)
        return await self.page(Asked((*open_ones, filters.not_whose_turn(agency.slug)), BY_DEADLINE), after, most)

    async def count(self, *conditions: str) -> int:
        """How many files fulfil conditions: one question to each agency."""
        looking = (self._search(agency, conditions) for agency in self._installation.ours)
        _, total = await _counted(await together(looking), ())
        return total

    async def with_alarm(self, after: str | None = None, most: int = PAGE) -> Page:
        """Where an alarm is open, whoever's turn it is, what is due first first.

        Raises:
            ValueError: It is no place in this list.
        """
        return await self.page(Asked((filters.RUNNING, filters.WITH_ALARM), BY_TURN), after, most)

    async def where(self, place: Where, after: str | None = None, most: int = PAGE) -> Page:
        """Open files in which something can be decided over a selection, what is due first first.

        Raises:
            ValueError: It is no place in this list.
        """
        return await self.page(Asked(filters.where(place), BY_TURN), after, most)

    async def of_case(self, reference: str) -> Page:
        """What there is about a case, also what has ended.

        Raises:
            ValueError: It is no reference.
        """
        if not is_reference(reference):
            raise ValueError("this is no reference of a case")
        return await self.page(Asked((f"KetenCase = '{reference}'", "ExecutionStatus != 'ContinuedAsNew'")))

    async def every(self, *conditions: str) -> AsyncIterator[Row]:
        """All rows, page after page."""
        page = await self.page(Asked(conditions), most=MOST)
        while True:
            for row in page.rows:
                yield row
            if page.after is None:
                return
            page = await self.page(Asked(conditions), page.after, MOST)

    async def view_of(self, row: Row) -> FileView | None:
        """The file as a person sees it; None if it is gone."""
        agency = self._installation.directory.get(row.agency)
        client = await self._installation.client(agency)
        await self._witness.read(agency, row.kind, row.reference)
        return await view(client.get_workflow_handle(row.name), self._installation.case_keys(agency.slug), row.reference)

    async def troubles_of(self, row: Row) -> tuple[Trouble, ...] | None:
        """What fails in a file; None where the row is of a run that has ended, and the file began again or is gone."""
        client = await self._installation.client(self._installation.directory.get(row.agency))
        try:
            description = await client.get_workflow_handle(row.name).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND and row.status != "running":
                return None
            raise
        past = row.status != "running" and description.run_id != row.run
        return None if past else troubles(description, row.agency)

    async def _search(self, agency: Agency, conditions: tuple[str, ...]) -> "Search":
        await self._witness.read(agency, "cases")
        return Search(await self._installation.client(agency), agency, conditions)


class Search(NamedTuple):
    """The files of one agency that fulfil conditions."""

    client: Client
    agency: Agency
    conditions: tuple[str, ...]

    async def size(self, *further: str) -> int:
        """How many fulfil further ones, too."""
        return (await self.client.count_workflows(" AND ".join([*self.conditions, *further]))).count

    async def rows(self, *further: str) -> AsyncIterator[Row]:
        """Those files, in no order."""
        async for run in self.client.list_workflows(" AND ".join([*self.conditions, *further])):
            yield read_row(self.agency, run)


class Cutting:
    """Cuts a page out of what several agencies have."""

    def __init__(self, searches: Sequence[Search], order: Order) -> None:
        self._searches = searches
        self._order = order

    async def rows(self, after: Place | None, wanted: int) -> list[Placed]:
        """The first rows after a place, in order: as many as are wanted, where there are as many."""
        found: list[Placed] = []
        for number in range(after.part if after else 0, len(self._order.parts)):
            if len(found) < wanted:
                found += await self._of_part(number, after if after and after.part == number else None, wanted - len(found))
        return found

    async def _of_part(self, number: int, after: Place | None, wanted: int) -> list[Placed]:
        part, found = self._order.parts[number], list[Placed]()
        since = part.second(after.at) if after else None
        while len(found) < wanted:
            until = await self._end(part, since, wanted - len(found))
            begins = Place(number, (part.ends[0] if since is None else since) * SECOND, "", "")
            lost = max(begins, after or begins)._replace(agency=NOWHERE)
            read = (self._of_window(search, part.within(Window(since, until)), lost, after, wanted) for search in self._searches)
            found += nsmallest(wanted - len(found), chain.from_iterable(await together(read)), key=_place)
            if until is None:
                break
            since = until
        return found

    async def _end(self, part: Part, since: int | None, wanted: int) -> int | None:
        """Where a window ends that holds as many rows as are wanted, and not many more; None: where the part ends."""
        enough = wanted * ROOMY
        searches, count = await _counted(self._searches, part.within(Window(since)))
        if count <= enough:
            return None
        low, high = part.ends if since is None else (since, part.ends[1])
        near = part.second(part.at(datetime.now(UTC))) if since is None else since
        while high - low > 1:
            middle = _between(low, high, near)
            having, count = await _counted(searches, part.within(Window(since, middle)))
            if wanted <= count <= enough:
                return middle
            if count < wanted:
                low = middle
            else:
                high, searches = middle, having
        return high

    async def _of_window(self, search: Search, window: list[str], lost: Place, after: Place | None, wanted: int) -> list[Placed]:
        """The first rows of one agency; never many at a time, however many there are in one second."""
        kept: list[Placed] = []
        async for row in search.rows(*window):
            place = self._order.place(row) or lost._replace(name=row.name)
            if after is None or place > after:
                kept.append((place, row))
            if len(kept) > wanted * ROOMY * 2:
                kept = nsmallest(wanted, kept, key=_place)
        return kept


async def _counted(searches: Sequence[Search], conditions: Sequence[str]) -> tuple[list[Search], int]:
    """Those that have something, and how much that is."""
    counts = await together(search.size(*conditions) for search in searches)
    return [search for search, count in zip(searches, counts, strict=True) if count], sum(counts)


def _place(placed: Placed) -> Place:
    return placed[0]


def _between(low: int, high: int, near: int) -> int:
    """Halfway, in steps that grow with the distance from where most rows are likely to be."""
    middle = near + round(sinh((asinh(low - near) + asinh(high - near)) / 2))
    return min(max(middle, low + 1), high - 1)
