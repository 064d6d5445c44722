"""Filters and counts on a real server: each finds what it says, and questions do not grow with the files."""

from collections import Counter
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from console.counting import counted, shares
from console.file_names import kinds_at
from console.lists import Lists
from console.order import BY_DEADLINE, BY_DELAY, BY_TURN
from console.searching import end_of_week, search_for
from console.wanted import NOWHERE, Wanted, phases_of
from contracts.agencies import Agency, Directory, read_directory
from contracts.event import File
from contracts.hours import AMSTERDAM
from contracts.places import CARE_REGIONS
from contracts.reference import new_reference
from runtime.servers.provision import provision_namespaces
from runtime.waiting import until
from tests.console.test_lists import Counting
from tests.workflows.servers import real_time
from workflows.engine.attributes import ALARM, CASE, DEADLINE, DUE, KIND, OVERDUE, OVERDUE_SINCE, OWNER, PHASE, REGION, TURN

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
"""A Wednesday."""
DAY = timedelta(days=1)
ALMERE = "coordinator-almere"
FEW = Directory(agencies=tuple(read_directory().get(slug) for slug in ("signal-desk", "comensha")))
KEYS: dict[str, Any] = {
    "kind": KIND,
    "phase": PHASE,
    "region": REGION,
    "owner": OWNER,
    "turn": TURN,
    "due": DUE,
    "deadline": DEADLINE,
    "overdue": OVERDUE,
    "since": OVERDUE_SINCE,
    "alarm": ALARM,
}


class Town:
    """One agency with files. For a list it is the installation, and who works at it."""

    def __init__(self, client: Client, agency: Agency) -> None:
        self.ours, self.witness = [agency], self
        self.asked: Counter[str] = Counter()
        self._client = client
        self._begun = 0

    async def read(self, agency: Agency, what: str) -> None:
        """Nobody is asked who looks."""

    async def client(self, agency: Agency) -> Any:
        return Counting(self._client, self.asked)

    async def begin(self, name: str, **attributes: Any) -> None:
        """A file that nobody ever works on."""
        pairs = [SearchAttributePair(KEYS[key], value) for key, value in attributes.items()]
        pairs.append(SearchAttributePair(CASE, new_reference()))
        marks = TypedSearchAttributes(pairs)
        await self._client.start_workflow("Case", id=name, task_queue="nobody", search_attributes=marks)
        self._begun += 1

    async def seen(self) -> None:
        """Until a search sees all of them."""

        async def all_are() -> bool:
            return (await self._client.count_workflows("ExecutionStatus = 'Running'")).count == self._begun

        await until(all_are, seconds=60)
        self.asked.clear()

    async def found(self, wanted: Wanted) -> list[str]:
        """The names of what somebody wants, in order."""
        return [row.name for row in (await Lists(self).page(search_for(wanted, NOW))).rows]  # type: ignore[arg-type]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clients() -> AsyncGenerator[dict[str, Client]]:
    async with real_time() as env:
        address = env.client.service_client.config.target_host
        await provision_namespaces(address, FEW)
        yield {agency.slug: await Client.connect(address, namespace=agency.namespace) for agency in FEW.agencies}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(clients: dict[str, Client]) -> Town:
    """A few files, each with something that a filter asks for."""
    town = Town(clients["comensha"], FEW.get("comensha"))
    await town.begin("late", kind="case", phase="triage", region="Almere", turn=ALMERE, due=NOW - DAY, deadline=NOW - DAY)
    await town.begin("later", kind="case", phase="intake", region="Zwolle", turn="urk", due=NOW + DAY, deadline=NOW + DAY)
    await town.begin("old", kind="registration", phase="recording", owner=ALMERE, deadline=NOW + 2 * DAY, alarm=True)
    over = {"overdue": True, "since": NOW - 2 * DAY, "alarm": True}
    await town.begin(
        "over", kind="case", phase="triage", region="Almere", turn="urk", due=NOW + 9 * DAY, deadline=NOW + 9 * DAY, **over
    )
    await town.begin("kept", kind="retention", phase="kept", region="Almere", deadline=NOW + DAY)
    await town.seen()
    return town


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), ["late", "later", "old", "over"]),
        (Wanted(region="Almere"), ["late", "over"]),
        (Wanted(region=NOWHERE), ["old"]),
        (Wanted(kind="case"), ["late", "later", "over"]),
        (Wanted(phase="triage"), ["late", "over"]),
        (Wanted(phase="kept"), ["kept"]),
        (Wanted(turn=ALMERE), ["late", "old"]),
        (Wanted(not_turn=ALMERE), ["later", "over"]),
        (Wanted(owner=ALMERE), ["old"]),
        (Wanted(overdue=True), ["over", "late"]),
        (Wanted(alarm=True), ["old", "over"]),
        (Wanted(failing=True), []),
        (Wanted(week=True), ["later", "old"]),
        (Wanted(region="Almere", phase="triage", kind="case", turn="urk", alarm=True, overdue=True), ["over"]),
        (Wanted(closed=True), ["late", "kept", "later", "old", "over"]),
    ],
    ids=str,
)
async def test_a_filter_finds_what_it_says_in_its_order(town: Town, wanted: Wanted, names: list[str]) -> None:
    found = await town.found(wanted)
    assert found == names if wanted != Wanted(closed=True) else sorted(found) == sorted(names)


async def test_counts_are_those_of_the_files(town: Town) -> None:
    found = await counted(Lists(town), FEW.get("comensha"))  # type: ignore[arg-type]
    assert (found.total, found.alarms, found.failing) == (4, 2, 0)
    assert found.overdue >= 2, "by the clock of this day more are overdue"
    assert found.oldest
    assert found.oldest.name == "over"
    assert found.regions == {"Almere": 2, "Zwolle": 1, NOWHERE: 1}
    assert found.kinds == {"case": 3, "registration": 1}
    assert found.phases == {("case", "triage"): 2, ("case", "intake"): 1, ("registration", "recording"): 1}


async def test_questions_do_not_grow_with_the_files(clients: dict[str, Client]) -> None:
    town, agency, asked = Town(clients["signal-desk"], FEW.get("signal-desk")), FEW.get("signal-desk"), list[int]()
    phases = phases_of("signal")
    later = datetime.now(UTC) + DAY
    for number in (30, 270):
        for one in range(number):
            phase = phases[one % len(phases)]
            due = later if one % 3 else later - 2 * DAY - timedelta(seconds=one)
            await town.begin(f"signal-{number}-{one}", kind="signal", phase=phase, region="Almere", turn=ALMERE, deadline=due)
        await town.seen()
        found = await counted(Lists(town), agency)  # type: ignore[arg-type]
        assert sum(found.phases.values()) == found.total
        asked.append(town.asked["questions"])
    few, many = asked
    assert many <= few + 10, "only the oldest one is looked for in more windows"
    most = len(CARE_REGIONS) + len(File) + sum(len(phases_of(kind)) for kind in {*kinds_at(agency), "signal"})
    assert few <= most + 20
    assert town.asked["rows"] <= 4, "of all these files hardly any is read"


async def test_halves_are_counted_and_nothing_is_asked_of_what_is_empty() -> None:
    there, asked = {"c": 4, "k": 1}, list[str]()

    async def count(condition: str) -> int:
        asked.append(condition)
        return sum(number for value, number in there.items() if f"'{value}'" in condition)

    values = [chr(ord("a") + number) for number in range(16)]
    assert await shares(count, "Name", values) == there
    assert len(asked) <= 1 + 2 * 4, "of two values, four halves each"
    assert asked[0].startswith("Name IN ('a', 'b', ")
    there.clear()
    asked.clear()
    assert await shares(count, "Name", values) == {}
    assert len(asked) == 1


async def test_a_number_that_changes_meanwhile_does_no_harm() -> None:
    numbers = iter([3, 9, 9, 9, 9])

    async def count(condition: str) -> int:
        return next(numbers)

    assert await shares(count, "Name", ["a", "b", "c", "d"]) == {"a": 3}


async def test_a_week_ends_on_sunday_in_amsterdam() -> None:
    assert end_of_week(NOW) == datetime(2026, 3, 9, tzinfo=AMSTERDAM)
    assert end_of_week(datetime(2026, 3, 8, 22, 59, tzinfo=UTC)) == datetime(2026, 3, 9, tzinfo=AMSTERDAM)
    assert end_of_week(datetime(2026, 3, 8, 23, 1, tzinfo=UTC)) == datetime(2026, 3, 16, tzinfo=AMSTERDAM)


async def test_what_would_end_the_quotes_is_refused_and_each_order_is_that_of_its_filter() -> None:
    for wanted in (Wanted(region="a'b"), Wanted(turn="a\\"), Wanted(not_turn="'"), Wanted(kind="'")):
        with pytest.raises(ValueError, match="quote or backslash"):
            search_for(wanted)
    orders = [search_for(wanted).order for wanted in (Wanted(), Wanted(turn="urk"), Wanted(week=True), Wanted(overdue=True))]
    assert orders == [BY_DEADLINE, BY_TURN, BY_TURN, BY_DELAY]
