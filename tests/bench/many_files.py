"""Files that nobody works on: they bear what a list shows, and fill a namespace much faster than real cases."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from console.lists import MOST, PAGE, Lists, Page
from console.searching import search_for
from console.wanted import Wanted, phases_of
from contracts.agencies import Agency
from contracts.reference import new_reference
from tests.installed import eventually
from workflows.engine.attributes import ALARM, CASE, DEADLINE, DUE, KIND, OVERDUE, OVERDUE_SINCE, OWNER, PHASE, REGION, STEP, TURN

AT_ONCE = 16
"""Files that are opened at a time."""

NOBODY = "nobody"
"""A task queue that no office asks."""

RANDOM = Random(11)
TIMES = 7
"""How often each page is asked for; the middle one counts."""

TWO_HUNDREDTH = 200


class Reached(NamedTuple):
    """Seconds that a page of a list takes, among so many files.

    Attributes:
        files: How many the inbox has.
        inbox: Its first page.
        overdue: The first page of what is overdue, over all files.
        far: A page far from the beginning.
        page: Which one that is.
    """

    files: int
    inbox: float
    overdue: float
    far: float
    page: int


async def fill(client: Client, agency: Agency, number: int, say: Callable[[str], object]) -> None:
    """Open so many files of an agency; their clocks end from ten days ago to sixty days from now."""
    began, waiting = time.monotonic(), iter(range(number))

    async def open_some() -> None:
        for _ in waiting:
            await _open(client, agency)

    await asyncio.gather(*(open_some() for _ in range(AT_ONCE)))
    say(f"{number} files opened in {time.monotonic() - began:.0f} s")


async def _open(client: Client, agency: Agency) -> None:
    reference, now = new_reference(), datetime.now(UTC)
    due = now + timedelta(days=RANDOM.uniform(-10, 60))
    phase, late = RANDOM.choice(phases_of("case")), due < now
    pairs = [
        SearchAttributePair(KIND, "case"),
        SearchAttributePair(CASE, reference),
        SearchAttributePair(PHASE, phase),
        SearchAttributePair(STEP, f"Case.{phase}"),
        SearchAttributePair(REGION, RANDOM.choice(("Almere", "Zwolle"))),
        SearchAttributePair(OWNER, agency.slug),
        SearchAttributePair(TURN, agency.slug),
        SearchAttributePair(DUE, due),
        SearchAttributePair(DEADLINE, due),
        SearchAttributePair(OVERDUE, late),
        SearchAttributePair(ALARM, RANDOM.random() < 0.02),
    ]
    pairs += [SearchAttributePair(OVERDUE_SINCE, due)] if late else []
    marks = TypedSearchAttributes(pairs)
    await client.start_workflow("Case", id=f"case-{reference}", task_queue=NOBODY, search_attributes=marks)


async def listed(lists: Lists, agency: Agency, least: int) -> int:
    """Wait until a search shows so many; how many there are."""

    async def all_are() -> bool:
        return (await lists.turn_of(agency, most=1)).total >= least

    await eventually(all_are)
    return (await lists.turn_of(agency, most=1)).total


async def reached(lists: Lists, agency: Agency, files: int) -> Reached:
    """How long the first pages take, and one far away: the two hundredth, or the last where there are fewer."""
    page = min(TWO_HUNDREDTH, max(files // PAGE, 2))
    place = await _place(lists, agency, (page - 1) * PAGE)
    return Reached(
        files=files,
        inbox=await _middle(lambda: lists.turn_of(agency)),
        overdue=await _middle(lambda: lists.page(search_for(Wanted(overdue=True)))),
        far=await _middle(lambda: lists.turn_of(agency, place)),
        page=page,
    )


async def _place(lists: Lists, agency: Agency, rows: int) -> str | None:
    """Where a list goes on after so many rows."""
    place: str | None = None
    while rows > 0:
        page: Page = await lists.turn_of(agency, place, min(rows, MOST))
        place, rows = page.after, rows - len(page.rows)
        if place is None:
            break
    return place


async def _middle(ask: "Callable[[], object]") -> float:
    took: list[float] = []
    for _ in range(TIMES):
        began = time.monotonic()
        await ask()  # type: ignore[misc]
        took.append(time.monotonic() - began)
    return sorted(took)[TIMES // 2]
