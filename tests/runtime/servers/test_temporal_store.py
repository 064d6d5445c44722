"""The embedded Temporal server on a database with fewer indexes, and with one partition for each queue, for real."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from temporalio import workflow
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from console.filters import WITH_ALARM, whose_turn
from console.order import BY_TURN, Window
from contracts.agencies import Directory
from contracts.reference import new_reference
from runtime.servers import embedded as servers
from runtime.servers import temporal_store
from runtime.servers.embedded import Running, embedded
from runtime.servers.provision import SEARCH_ATTRIBUTES
from runtime.servers.temporal_store import KEPT, lighten, work_in_further_partitions
from runtime.settings import Settings
from runtime.temporal.failing_files import failing_files
from runtime.temporal.open_files import OpenWorkflows
from tests.bus_server import eventually
from workflows.engine.attributes import ALARM, CASE, DEADLINE, DUE, KIND, OVERDUE, PHASE, STEP, TURN

pytestmark = pytest.mark.long

OF_THE_SERVER = 58
WAITING = 20
HAND_OUT = "matching.numTaskqueueReadPartitions=1"
LISTS = (
    "KetenCase IS NOT NULL",
    "KetenKind = 'case' AND ExecutionStatus = 'Running'",
    "KetenPhase = 'intake'",
    "KetenPhase != 'kept' AND KetenCase = '{case}'",
    "ExecutionStatus = 'Running' AND (KetenOverdue = true OR KetenDeadline < '2100-01-01T00:00:00Z')",
    "KetenDeadline IS NOT NULL AND (KetenDeadline >= '2026-01-01T00:00:00Z' AND KetenDeadline < '2100-01-01T00:00:00Z')",
    "WorkflowId = 'case-{case}'",
    whose_turn("coordinator-almere"),
    f"{WITH_ALARM} AND KetenStep = 'Case.intake'",
    " AND ".join(BY_TURN.parts[0].within(Window(0, 4_102_444_800))[0]),
)
SQL_COLUMNS = {"KEYWORD": 10, "DATETIME": 3, "BOOL": 3, "INT": 3}
"""Search attributes of a type that Temporal keeps for a namespace on a SQL database."""
DATES = frozenset(f"by_datetime_{number:02}" for number in range(1, 4))
WINDOW = """
    explain query plan select count(*) from executions_visibility
    where namespace_id = 'one' and {column} >= '2026-01-01' and {column} < '2026-01-02' and status = 1
"""


@workflow.defn
class Waits:
    @workflow.run
    async def run(self) -> str:
        return "taken"


def _few(directory: Directory) -> Directory:
    return directory.model_copy(update={"agencies": (directory.desk, directory.get("almere"))})


def _indexes(settings: Settings) -> set[str]:
    query = "select name from sqlite_master where type = 'index' and tbl_name = 'executions_visibility' and sql is not null"
    with closing(sqlite3.connect(settings.temporal_db)) as database:
        return {name for (name,) in database.execute(query)}


def _forget_dates(settings: Settings) -> None:
    """As a version before left the database, whose lists used none of them."""
    with closing(sqlite3.connect(settings.temporal_db)) as database:
        for name in DATES:
            database.execute(f'drop index "{name}"')
        database.commit()


def _found_by(settings: Settings, column: str) -> str:
    with closing(sqlite3.connect(settings.temporal_db)) as database:
        return " ".join(step[3] for step in database.execute(WINDOW.format(column=column)))


def _arguments(running: Running) -> list[str]:
    return Path(f"/proc/{running.pids['temporal']}/cmdline").read_bytes().decode().split("\0")


async def _client(running: Running) -> Client:
    return await Client.connect(running.temporal_address, namespace="almere")


async def _leave_a_case(running: Running) -> str:
    client, case = await _client(running), new_reference()
    shown = [
        SearchAttributePair(CASE, case),
        SearchAttributePair(KIND, "case"),
        SearchAttributePair(PHASE, "intake"),
        SearchAttributePair(OVERDUE, False),
        SearchAttributePair(DEADLINE, datetime.now(UTC)),
        SearchAttributePair(TURN, "coordinator-almere"),
        SearchAttributePair(STEP, "Case.intake"),
        SearchAttributePair(DUE, datetime.now(UTC)),
        SearchAttributePair(ALARM, True),
    ]
    attributes = TypedSearchAttributes(shown)
    await client.start_workflow(Waits.run, id=f"case-{case}", task_queue="nobody", search_attributes=attributes)
    return case


async def _assert_listed(running: Running, case: str) -> None:
    client = await _client(running)
    for query in LISTS:

        async def listed(query: str = query) -> bool:
            return [run.id async for run in client.list_workflows(query.format(case=case))] == [f"case-{case}"]

        await eventually(listed)
    assert await OpenWorkflows(client).about(case) == (f"case-{case}",)
    assert await failing_files(client) == ()


def test_all_search_attributes_fit_into_a_sql_database() -> None:
    used = Counter(IndexedValueType.Name(value).removeprefix("INDEXED_VALUE_TYPE_") for value in SEARCH_ATTRIBUTES.values())
    assert all(number <= SQL_COLUMNS[kind] for kind, number in used.items()), used


async def test_the_first_start_leaves_out_what_no_list_uses_and_every_list_goes_on(tmp_path: Path, directory: Directory) -> None:
    settings, few = Settings(home=tmp_path / "home"), _few(directory)
    async with embedded(settings, few) as running:
        assert _indexes(settings) == KEPT
        assert HAND_OUT in _arguments(running)
        case = await _leave_a_case(running)
        await _assert_listed(running, case)
    assert lighten(settings.temporal_db) == 0
    async with embedded(settings, few) as again:
        assert _indexes(settings) == KEPT, "the server makes none anew"
        await _assert_listed(again, case)


async def test_a_window_of_a_list_is_found_by_an_index_and_without_one_the_list_is_the_same(
    tmp_path: Path, directory: Directory
) -> None:
    settings, few = Settings(home=tmp_path / "home"), _few(directory)
    case = await _one_life(settings, few)
    for name in DATES:
        assert name in _found_by(settings, name.removeprefix("by_").replace("_", "").capitalize())
    _forget_dates(settings)
    assert "by_datetime" not in _found_by(settings, "Datetime01")
    async with embedded(settings, few) as again:
        assert _indexes(settings) == KEPT - DATES, "what was left out once is not made from outside"
        await _assert_listed(again, case)


async def _one_life(settings: Settings, few: Directory) -> str:
    """Servers start, take a case, list it, and stop."""
    async with embedded(settings, few) as running:
        case = await _leave_a_case(running)
        await _assert_listed(running, case)
    return case


async def test_with_another_version_of_the_server_all_stay_and_the_known_one_goes_on_with_fewer(
    tmp_path: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, few = Settings(home=tmp_path / "home"), _few(directory)
    with monkeypatch.context() as patched:
        patched.setattr(temporal_store, "SEEN", "1.9.0")
        case = await _one_life(settings, few)
        assert lighten(settings.temporal_db) == 0
        assert len(_indexes(settings)) == OF_THE_SERVER
    async with embedded(settings, few) as again:
        assert _indexes(settings) == KEPT
        await _assert_listed(again, case)


async def test_what_waits_in_the_partitions_of_the_version_before_is_handed_out(
    tmp_path: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, few = Settings(home=tmp_path / "home"), _few(directory)
    with monkeypatch.context() as patched:

        def none(_: Path) -> list[str]:
            return []

        patched.setattr(servers, "_partitions", none)
        async with embedded(settings, few) as running:
            client = await _client(running)
            for number in range(WAITING):
                await client.start_workflow(Waits.run, id=f"waits-{number}", task_queue="queue")

            async def wait_there() -> bool:
                return work_in_further_partitions(settings.temporal_db)

            await eventually(wait_there)
    async with embedded(settings, few) as again:
        assert HAND_OUT not in _arguments(again)
        client = await _client(again)
        async with Worker(client, task_queue="queue", workflows=[Waits], workflow_runner=UnsandboxedWorkflowRunner()):
            for number in range(WAITING):
                assert await client.get_workflow_handle(f"waits-{number}").result() == "taken"

        async def nothing_waits() -> bool:
            return not work_in_further_partitions(settings.temporal_db)

        await eventually(nothing_waits)
    async with embedded(settings, few) as last:
        assert HAND_OUT in _arguments(last)


def test_what_cannot_be_read_is_left_to_its_server(tmp_path: Path) -> None:
    damaged = tmp_path / "temporal.db"
    assert not work_in_further_partitions(damaged)
    damaged.write_bytes(b"no database" * 1000)
    with capture_logs() as said:
        assert lighten(damaged) == 0
    assert [line["event"] for line in said] == ["indexes_not_dropped"]
    assert work_in_further_partitions(damaged), "nothing is left behind where it cannot be known"
    assert damaged.read_bytes() == b"no database" * 1000
