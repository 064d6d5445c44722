"""Pages of a list, on a real server: every file once, in order, and a page reads no more where there are many files."""

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from console.cutting import ROOMY, Asked, Known
from console.filters import not_whose_turn, whose_turn
from console.lists import Lists, Page
from console.order import BY_DEADLINE, BY_DELAY, BY_TURN, Order
from console.rows import Row
from console.shared import Shared
from contracts.agencies import Agency, Directory, read_directory
from contracts.reference import new_reference
from runtime.servers.provision import provision_namespaces
from runtime.waiting import until
from tests.workflows.servers import real_time
from workflows.engine.attributes import ALARM, CASE, DEADLINE, DUE, OVERDUE, OVERDUE_SINCE, OWNER, PHASE, REGION, TURN, WAITS_FOR

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime.now(UTC).replace(microsecond=250_000)
RANDOM = Random(7)
FEW = Directory(agencies=tuple(read_directory().get(slug) for slug in ("signal-desk", "comensha")))
NOT_KEPT = "(KetenPhase != 'kept' OR KetenPhase IS NULL)"
"""As `keten cases` asks: what bears no phase is none of them."""


class Counting:
    """A client that counts what it is asked, and what it reads."""

    def __init__(self, client: Client, asked: Counter[str]) -> None:
        self._client = client
        self._asked = asked

    async def count_workflows(self, query: str) -> Any:
        self._asked["questions"] += 1
        return await self._client.count_workflows(query)

    async def list_workflows(self, query: str) -> AsyncIterator[Any]:
        async for run in self._client.list_workflows(query):
            self._asked["rows"] += 1
            yield run


class Town:
    """Two agencies and the files of one test. For a list it is the installation, and who works at it."""

    def __init__(self, clients: dict[str, Client]) -> None:
        self.ours = list(FEW.agencies)
        self.witness = self
        self.asked: Counter[str] = Counter()
        self.names: list[str] = []
        self._region = uuid4().hex
        self._clients = clients

    async def read(self, agency: Agency, what: str) -> None:
        self.asked[f"{what} at {agency.slug}"] += 1

    async def client(self, agency: Agency) -> Any:
        return Counting(self._clients[agency.slug], self.asked)

    async def begin(self, number: int = 1, **attributes: Any) -> None:
        """Files that bear these search attributes, in turn at the one and the other agency."""
        keys: dict[str, Any] = {"deadline": DEADLINE, "phase": PHASE, "overdue": OVERDUE, "since": OVERDUE_SINCE}
        keys |= {"due": DUE, "turn": TURN, "owner": OWNER, "waits": WAITS_FOR, "alarm": ALARM}
        for _ in range(number):
            reference, agency = new_reference(), self.ours[len(self.names) % 2]
            pairs = [SearchAttributePair(keys[name], value) for name, value in attributes.items()]
            marks = [SearchAttributePair(CASE, reference), SearchAttributePair(REGION, self._region)] if pairs else []
            self.names.append(f"case-{reference}")
            await self._clients[agency.slug].start_workflow(
                "Case", id=self.names[-1], task_queue="nobody", search_attributes=TypedSearchAttributes([*pairs, *marks])
            )

    async def seen(self) -> None:
        """Until a search sees all of them."""

        async def all_are() -> bool:
            return (await self.page(1)).total == len(self.names)

        await until(all_are, seconds=30)
        self.asked.clear()

    async def page(self, most: int, *conditions: str, order: Order = BY_DEADLINE, after: str | None = None) -> Page:
        """A page of what was begun here, for somebody of whom nothing is known yet."""
        return await Lists(self).page(self.begun(*conditions, order=order), after, most)  # type: ignore[arg-type]

    def begun(self, *conditions: str, order: Order = BY_DEADLINE) -> Asked:
        """What was begun here."""
        ours = f"(KetenRegion = '{self._region}' OR WorkflowId = '{self.names[-1]}')"
        return Asked(("ExecutionStatus = 'Running'", ours, *conditions), order)

    async def pages(self, most: int, *conditions: str, order: Order = BY_DEADLINE) -> list[Page]:
        """All of them."""
        await self.seen()
        pages = [await self.page(most, *conditions, order=order)]
        while pages[-1].after:
            pages.append(await self.page(most, *conditions, order=order, after=pages[-1].after))
        return pages


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clients() -> AsyncGenerator[dict[str, Client]]:
    """A client in each namespace, made as an installation makes them."""
    async with real_time() as env:
        address = env.client.service_client.config.target_host
        await provision_namespaces(address, FEW)
        yield {agency.slug: await Client.connect(address, namespace=agency.namespace) for agency in FEW.agencies}


@pytest.fixture
def town(clients: dict[str, Client]) -> Town:
    return Town(clients)


def rows(pages: Sequence[Page]) -> list[Row]:
    return [row for page in pages for row in page.rows]


def due(row: Row) -> tuple[bool, float, str, str]:
    """The order that is wanted, reckoned without pages."""
    return (row.deadline is None, row.deadline.timestamp() if row.deadline else -row.began.timestamp(), row.agency, row.name)


async def test_every_file_stands_on_one_page_once_in_the_order_of_deadlines(town: Town) -> None:
    for _ in range(40):
        await town.begin(deadline=NOW + timedelta(seconds=RANDOM.uniform(-1e6, 1e7)), phase="triage")
    await town.begin(14, deadline=NOW, phase="triage")
    await town.begin(6, deadline=NOW + timedelta(microseconds=300), phase="triage")
    await town.begin(6, deadline=NOW + timedelta(milliseconds=300), phase="triage")
    await town.begin(2, deadline=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), phase="triage")
    await town.begin(2, deadline=datetime(1970, 1, 1, tzinfo=UTC), phase="triage")
    await town.begin(5, phase="triage")
    await town.begin(3, deadline=NOW, phase="kept")
    await town.begin()
    pages = await town.pages(7, NOT_KEPT)
    listed = rows(pages)
    assert [len(page.rows) for page in pages] == [7] * 10 + [6]
    assert {page.total for page in pages} == {76}
    assert Counter(row.name for row in listed) == Counter(set(town.names[:-4]) | {town.names[-1]})
    assert listed == sorted(listed, key=due)
    between = [(before.rows[-1].deadline, after.rows[0].deadline) for before, after in pairwise(pages)]
    assert (NOW, NOW) in between, "files of one deadline stand on two pages"
    assert {row.phase for row in listed[-6:]} == {"triage", "-"}, "what bears no deadline, or nothing at all, is listed too"


async def test_the_control_a_deadline_alone_is_no_place(town: Town) -> None:
    """Of files with one deadline some would stand on no page, or on two."""
    await town.begin(10, deadline=NOW, phase="triage")
    await town.seen()
    first = await town.page(6)
    for name, rest in (("~", 0), ("!", 10)):
        assert len((await town.page(10, after=f"until:{NOW.isoformat()}/{name}/{name}")).rows) == rest
    assert len((await town.page(10, after=first.after)).rows) == 4


@pytest.mark.parametrize(
    "place", ["2", "until:", "until:soon/a/b", "until:2026-03-02T12:00:00/a/b", "overdue:2026-03-02T12:00:00Z/a/b"]
)
async def test_what_is_no_place_in_this_list_is_refused_in_words(town: Town, place: str) -> None:
    await town.begin()
    with pytest.raises(ValueError, match="is no place in this list: take the one that the page before shows"):
        await town.page(1, after=place)


async def test_the_control_the_server_has_another_order(town: Town) -> None:
    for days in (3, 1, 2):
        await town.begin(deadline=NOW + timedelta(days=days), phase="triage")
    [page] = await town.pages(7)
    assert [row.name for row in page.rows] == [town.names[1], town.names[2], town.names[0]]
    assert [row.name for row in page.rows] not in (town.names, town.names[::-1])


async def test_what_is_overdue_for_longest_stands_first_and_a_file_of_before_by_its_deadline(town: Town) -> None:
    later = NOW + timedelta(days=5)
    await town.begin(deadline=later, overdue=True, since=NOW - timedelta(days=1))
    await town.begin(deadline=later, overdue=True)
    await town.begin(deadline=NOW - timedelta(days=2))
    await town.begin(deadline=NOW + timedelta(days=1), overdue=True, since=NOW - timedelta(days=3))
    await town.begin(deadline=later)
    late = f"(KetenOverdue = true OR KetenDeadline < '{NOW.isoformat()}')"
    for most in (1, 7):
        pages = await town.pages(most, late, order=BY_DELAY)
        assert [row.name for row in rows(pages)] == [town.names[number] for number in (3, 2, 0, 1)]
        assert {page.total for page in pages} == {4}


async def test_whose_turn_it_is_stands_by_the_clock_of_that_step_and_a_file_of_before_by_its_deadline(town: Town) -> None:
    almere, days = "coordinator-almere", [timedelta(days=number) for number in range(9)]
    await town.begin(turn=almere, due=NOW + days[3], deadline=NOW, owner="-")
    await town.begin(owner=almere, deadline=NOW + days[2])
    await town.begin(turn=almere, due=NOW + days[1], deadline=NOW + days[1], owner="-")
    await town.begin(turn="cosm-shelter", due=NOW, deadline=NOW, owner=almere)
    await town.begin(owner="cosm-shelter", deadline=NOW + days[4])
    await town.begin(turn=almere, owner=almere)
    for most in (1, 2, 7):
        mine = rows(await town.pages(most, whose_turn(almere), order=BY_TURN))
        assert [row.name for row in mine] == [town.names[number] for number in (2, 1, 0, 5)]
        assert [row.turn for row in mine][:3] == [almere] * 3
        others = rows(await town.pages(most, not_whose_turn(almere), order=BY_TURN))
        assert [row.name for row in others] == [town.names[number] for number in (3, 4)]


async def test_what_waits_for_others_is_there_also_where_its_agency_has_its_own_turn(town: Town) -> None:
    """A shelter is asked, and the coordinator looks at the case in some weeks: it waits for the shelter."""
    almere, hour = "coordinator-almere", timedelta(hours=1)
    await town.begin(turn=almere, due=NOW + 9 * hour, deadline=NOW + 2 * hour, owner=almere, waits="cosm-shelter")
    await town.begin(turn=almere, due=NOW + hour, deadline=NOW + hour, owner=almere)
    await town.begin(turn="lelystad", due=NOW + hour, deadline=NOW + hour, owner="lelystad", waits="lelystad")
    await town.begin(owner="cosm-shelter", deadline=NOW + 3 * hour)
    await town.begin(owner=almere, deadline=NOW + 3 * hour)
    found = rows(await town.pages(7, not_whose_turn(almere)))
    assert [row.name for row in found] == [town.names[number] for number in (2, 0, 3)]
    assert [row.waits_for for row in found] == ["lelystad", "cosm-shelter", None]


async def test_a_page_reads_and_asks_no_more_where_there_are_many_files(town: Town) -> None:
    most, asked = 5, dict[int, Counter[str]]()
    for number in (30, 270):
        for _ in range(number):
            await town.begin(deadline=NOW + timedelta(seconds=RANDOM.expovariate(1e-6)), phase="triage")
        await town.seen()
        page = await town.page(most)
        asked[page.total] = Counter(town.asked)
    few, many = asked[30], asked[300]
    assert many["rows"] <= (most + 1) * ROOMY
    assert many["questions"] <= few["questions"] + 10
    assert few["cases at comensha"] == many["cases at comensha"] == 1


async def test_every_file_with_an_alarm_is_listed_whoever_must_act_by_deadline(town: Town) -> None:
    for number, (turn, alarm) in enumerate((("comensha", True), ("signal-desk", False), ("signal-desk", True))):
        await town.begin(due=NOW - timedelta(hours=number), deadline=NOW, turn=turn, owner=turn, alarm=alarm)
    await town.seen()
    page = await Lists(town).with_alarm()  # type: ignore[arg-type]
    assert [row.name for row in page.rows] == [town.names[2], town.names[0]]
    assert page.total == 2
    assert [row.turn for row in (await Lists(town).with_alarm(None, 1)).rows] == ["signal-desk"]  # type: ignore[arg-type]


async def test_whoever_looks_again_asks_for_the_window_of_before_and_counts_it(town: Town) -> None:
    """What is remembered is only tried: a file that came meanwhile, and one that went, are seen."""
    for _ in range(120):
        await town.begin(deadline=NOW + timedelta(seconds=RANDOM.expovariate(1e-6)), phase="triage")
    await town.seen()
    lists, asked = Lists(town, known=Known(Shared(lambda: 0.0))), town.begun()  # type: ignore[arg-type]
    first = await lists.page(asked, most=5)
    town.asked.clear()
    assert [row.name for row in (await lists.page(asked, most=5)).rows] == [row.name for row in first.rows]
    assert town.asked["questions"] == 6, "at each of two agencies: the whole, what fails, and one window"
    await town.begin(50, deadline=NOW - timedelta(days=1), phase="triage")
    await town.seen()
    again = await lists.page(asked, most=5)
    assert {row.name for row in again.rows} < set(town.names[-50:])
    assert again.total == 170
    assert town.asked["questions"] > 6, "the window of before holds too many now, so another one is looked for"


async def test_whoever_reads_on_tries_a_window_as_long_as_the_one_before(town: Town) -> None:
    for number in range(200):
        await town.begin(deadline=NOW + timedelta(minutes=number), phase="triage")
    await town.seen()
    lists, asked = Lists(town, known=Known(Shared(lambda: 0.0))), town.begun()  # type: ignore[arg-type]
    page, questions, listed = await lists.page(asked, most=5), list[int](), list[str]()
    while page.after and len(questions) < 12:
        listed += [row.name for row in page.rows]
        town.asked.clear()
        page = await lists.page(asked, page.after, 5)
        questions.append(town.asked["questions"])
    assert listed == town.names[:60]
    assert questions[1:] == [6] * 11, "at each of two agencies: the whole, what fails, and one window"
    assert questions[0] > 6, "the control: how long a further window is was not known yet"


async def test_a_list_with_few_files_is_read_without_looking_for_windows(town: Town) -> None:
    await town.begin(8, deadline=NOW, phase="triage")
    await town.seen()
    assert len((await town.page(5)).rows) == 5
    assert town.asked["questions"] == 4


async def test_of_the_files_of_which_few_have_a_clock_those_stand_first(town: Town) -> None:
    """No window of moments ever holds a page: whether there is more is counted, and then all of the part is read."""
    await town.begin(30, phase="triage")
    await town.begin(3, deadline=NOW + timedelta(days=400), phase="triage")
    pages = await town.pages(7)
    assert [row.deadline is None for row in rows(pages)] == [False] * 3 + [True] * 30
    assert len({row.name for row in rows(pages)}) == 33
