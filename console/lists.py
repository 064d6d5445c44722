"""Lists of files, a page at a time: a page costs as much among ten thousand files as among a hundred.

It is a search: it lags a moment behind. How a page is cut out of it says ``console/cutting.py``.
"""

from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any, NamedTuple

from temporalio.service import RPCError, RPCStatusCode

from console import filters
from console.batches.commands import Where
from console.cutting import Asked, Cutting, Known, Search, counted, having
from console.file_names import is_reference
from console.installation import Installation
from console.order import BY_DEADLINE, BY_TURN
from console.reading import described, together, view
from console.rows import Row
from console.shared import Answer
from console.troubles import Trouble, troubles
from console.witness import Witness
from contracts.agencies import Agency
from contracts.views import FileView
from runtime.temporal.failing_files import FAILING

PAGE = 50
MOST = 300
"""Rows of a page: unless told, and at most."""

WORTH = 20
"""A list is counted anew after so many times as long as it took to count: that takes a twentieth of the time, at most."""


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


class Lists:
    """The files of all agencies for which this console may act. That somebody looks is written into their audit logs first."""

    def __init__(self, installation: Installation, witness: Witness | None = None, known: Known | None = None) -> None:
        self._installation = installation
        self._witness = witness or installation.witness
        self._known = known or Known()

    async def page(self, asked: Asked, after: str | None = None, most: int = PAGE) -> Page:
        """The rows after a place.

        Raises:
            ValueError: It is no place in this list.
        """
        place = asked.order.read(after) if after else None
        looking = (self._search(agency, asked.conditions) for agency in self._installation.ours)
        searches, total = await self._whole(await together(looking))
        _, failing = await self._whole(searches, FAILING)
        placed = await Cutting(searches, total, asked, self._known).rows(place, most + 1)
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
        _, total = await counted(await together(looking), [[]])
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
        description = await described(client, row.name)
        if description is None:
            if row.status != "running":
                return None
            raise RPCError("it is listed, and there is none", RPCStatusCode.NOT_FOUND, b"")
        run = description.workflow_execution_info.execution.run_id
        past = row.status != "running" and run != row.run
        return None if past else troubles(description, row.agency)

    async def _whole(self, searches: Sequence[Search], *further: str) -> tuple[list[Search], int]:
        """Those that have something, and how much that is: as it was counted a moment ago, where that took long."""

        def asking(search: Search) -> Coroutine[Any, Any, Answer[int]]:
            question = " AND ".join((*search.conditions, *further))
            return self._known.shared.answer(search.agency.slug, question, lambda: search.size(further), worth=WORTH)

        return having(searches, [answer.value for answer in await together(asking(search) for search in searches)])

    async def _search(self, agency: Agency, conditions: tuple[str, ...]) -> Search:
        await self._witness.read(agency, "cases")
        return Search(await self._installation.client(agency), agency, conditions)
