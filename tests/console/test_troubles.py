"""What fails in a file is shown with what to do: an activity that nobody provides, and a workflow whose code fails."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.worker import Worker

from console.files import Files
from contracts.reference import new_reference
from tests.console.cli import Cli
from tests.installed import Keten, eventually

OWNER = "coordinator-almere"


@workflow.defn(name="Asking", sandboxed=False)
class Asking:
    """Asks for an activity that the office of the agency does not have."""

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            "ask_nobody", task_queue=OWNER, start_to_close_timeout=timedelta(seconds=30), activity_id="1"
        )


@asynccontextmanager
async def standing(keten: Keten, kind: str, queue: str) -> AsyncGenerator[tuple[Client, str]]:
    """A workflow that cannot go on, listed like a file of a case."""
    here = keten.here
    client = await here.installation.client(here.installation.directory.get(OWNER))
    reference = new_reference()
    shown = {"KetenCase": reference, "KetenKind": "case", "KetenPhase": "triage", "KetenOwner": OWNER}
    pairs = [SearchAttributePair(SearchAttributeKey.for_keyword(name), value) for name, value in shown.items()]
    attributes = TypedSearchAttributes(pairs)
    handle: WorkflowHandle[Any, Any] = await client.start_workflow(
        kind, id=f"case-{reference}", task_queue=queue, search_attributes=attributes
    )
    try:
        yield client, reference
    finally:
        await handle.terminate("the test is over")


async def until_wrong(keten: Keten, reference: str) -> None:
    files = Files(keten.here.installation)

    async def wrong() -> bool:
        looked = await files.look(reference)
        return any(file.troubles for file in (*looked.found, *looked.silent))

    await eventually(wrong)


def screens(cli: Cli, reference: str) -> tuple[str, str, Any]:
    rows = [row for row in cli.rows("cases") if row["case"] == reference]
    return cli("case", reference), cli.pages("cases"), rows


async def look(keten: Keten, cli: Cli, kind: str, queue: str) -> tuple[str, str, Any]:
    async with standing(keten, kind, queue) as (_, reference):
        await until_wrong(keten, reference)

        async def listed() -> bool:
            return reference in await asyncio.to_thread(cli.pages, "cases")

        await eventually(listed)
        return await asyncio.to_thread(screens, cli, reference)


async def test_a_workflow_whose_code_fails_is_shown_with_what_to_do(keten: Keten, cli: Cli) -> None:
    case, cases, rows = await look(keten, cli, "ThereIsNone", OWNER)
    for said in (case, cases):
        assert "workflow ThereIsNone fails: its code fails, try" in said
        assert f"nothing is lost: the log of the office of {OWNER} names the fault" in said
    assert "does not answer" in case
    assert rows[0]["troubles"][0]["what"] == "workflow"


async def test_what_stands_still_is_counted_below_every_list_and_has_one_of_its_own(keten: Keten, cli: Cli) -> None:
    async with standing(keten, "ThereIsNone", OWNER) as (_, reference):

        async def listed() -> bool:
            return reference in await asyncio.to_thread(cli.pages, "cases", "--failing")

        await eventually(listed)
        assert re.search(
            r"[1-9]\d* of \d+ files? stands? still: `keten cases --failing` says why", await asyncio.to_thread(cli, "cases")
        )
        assert "stand still" not in await asyncio.to_thread(cli, "cases", "--region", "Zwolle")


async def test_an_activity_that_nobody_provides_is_shown_with_its_error(keten: Keten, cli: Cli) -> None:
    there = keten.here.installation
    client = await there.client(there.directory.get(OWNER))
    worker = Worker(client, task_queue="asking", workflows=[Asking])
    async with worker:
        case, cases, rows = await look(keten, cli, "Asking", "asking")
    for said in (case, cases):
        assert "activity ask_nobody fails: NotFoundError, try" in said
        assert f"the office of {OWNER} does not have this activity" in said
    [trouble] = rows[0]["troubles"]
    assert (trouble["name"], trouble["error"]) == ("ask_nobody", "NotFoundError")


def test_a_case_that_goes_on_shows_no_trouble(cli: Cli, reported: Callable[[], str]) -> None:
    """The control."""
    assert "stands still" not in cli("case", reported())
