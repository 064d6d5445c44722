"""The smallest Temporal program with as many workflows, updates and hops as a case of Keten: plain JSON, no code of Keten.

    python -m tests.bench.bare

is its process: one worker, beside servers with the settings of the embedded ones. A hop is an activity of one workflow that
updates another, and starts it where it is not there yet.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from temporalio import activity, workflow
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from contracts.agencies import read_directory
from runtime.ending import ending
from runtime.servers.embedded import embedded, read_running
from runtime.settings import Settings, load_settings
from runtime.waiting import until
from tests.bench.counts import Counts, Handle, counted
from tests.bench.processes import kill_all
from tests.bench.sides import Heard, Side, begun, timed
from tests.installed import PATIENCE, ROOT

QUEUE = "bare"


@dataclass
class Stop:
    """A workflow that is told something, and how often it is told something before it ends."""

    name: str
    expected: int


@workflow.defn
class Bare:
    """Waits until everything was told."""

    @workflow.init
    def __init__(self, expected: int) -> None:
        self._left = expected

    @workflow.run
    async def run(self, expected: int) -> None:
        await workflow.wait_condition(lambda: self._left <= 0 and workflow.all_handlers_finished())

    @workflow.update
    async def tell(self, route: list[Stop]) -> None:
        """Pass it on."""
        self._left -= 1
        if route:
            await workflow.execute_activity("hop", route, start_to_close_timeout=timedelta(seconds=60))


class Hops:
    """From one workflow to the next."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn
    async def hop(self, route: list[Stop]) -> None:
        """Tell the first of the route, who tells the others."""
        first, *others = route
        start = WithStartWorkflowOperation(
            Bare.run, first.expected, id=first.name, task_queue=QUEUE, id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING
        )
        client: Any = self._client  # its overloads are only partly typed
        await client.execute_update_with_start_workflow(Bare.tell, others, start_workflow_operation=start)


def evenly(like: Counts) -> list[int]:
    """For each thing that is told from outside, how many hops follow from it."""
    return [like.hops * (number + 1) // like.told - like.hops * number // like.told for number in range(like.told)]


def planned(workflows: int, hops: Sequence[int], *, stays: bool = False) -> list[list[Stop]]:
    """A case: for each thing that is told from outside, the way it goes. It walks in a ring over all workflows.

    Args:
        workflows: How many.
        hops: How many follow from each thing.
        stays: Whether its workflows wait for one thing more, that never comes.
    """
    case, at, routes = uuid4().hex, 0, list[list[int]]()
    for count in hops:
        routes.append([(at + hop) % workflows for hop in range(count + 1)])
        at = routes[-1][-1]
    expected = Counter(place for route in routes for place in route)
    return [[Stop(f"{place}-{case}", expected[place] + stays) for place in route] for route in routes]


class BareSide(Side):
    """That program on servers of its own."""

    def __init__(self, home: Path) -> None:
        self._settings = Settings(home=home)
        self._process: subprocess.Popen[bytes] | None = None
        self.like = self.like_open = Counts()
        """A whole case and an open signal of Keten, as they were counted."""

    async def up(self) -> None:
        """Start it, and wait until its servers answer."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KETEN_")}
        with self._settings.home.with_suffix(".log").open("ab") as log:
            arguments, given = [sys.executable, "-m", "tests.bench.bare"], {"KETEN_HOME": str(self._settings.home)}
            process = self._process = subprocess.Popen(arguments, env=environment | given, stdout=log, stderr=log, cwd=ROOT)

        async def answers() -> bool:
            assert process.poll() is None, f"it ended: {self._settings.home.with_suffix('.log')}"
            return read_running(self._settings) is not None

        await until(answers, seconds=PATIENCE, pause=0.01)
        running = read_running(self._settings)
        assert running
        self._servers = running.pids
        self.pids = {"workers": process.pid, "temporal": running.pids["temporal"]}
        self._client = await _client(running.temporal_address)
        self._hops = Hops(self._client)

    async def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            try:
                await asyncio.to_thread(self._process.wait, PATIENCE)
            finally:
                self._process.kill()

    async def case(self) -> None:
        await self._told(planned(self.like.workflows, evenly(self.like)))

    async def signal(self) -> Heard:
        """The answer is there after one hop; so the others follow from one thing more that is told."""
        first, others = planned(self.like_open.workflows, [1, self.like_open.hops - 1], stays=True)
        sent, clock = time.time(), time.monotonic()
        await self._hops.hop(first)
        answered = time.monotonic() - clock
        await self._hops.hop(others)
        return Heard(answered, await begun(self._handle(first[1].name)) - sent)

    async def long(self, told: int) -> list[float]:
        name = uuid4().hex
        return await timed(self._hops.hop([Stop(name, told)]) for _ in range(told))

    async def count(self) -> Counts:
        """Play a case, and count it."""
        routes = planned(self.like.workflows, evenly(self.like))
        await self._told(routes)
        return await counted([self._handle(name) for name in _names(routes)], told=len(routes))

    async def restart(self) -> None:
        assert self._process
        kill_all([self._process.pid, *self._servers.values()])
        self._process.wait()
        self._settings.running_file.unlink()  # it says where the killed ones answered
        await self.up()

    async def _told(self, routes: list[list[Stop]]) -> None:
        for route in routes:
            await self._hops.hop(route)

    def _handle(self, name: str) -> Handle:
        return self._client.get_workflow_handle(name)


def _names(routes: Iterable[list[Stop]]) -> set[str]:
    return {stop.name for route in routes for stop in route}


async def _client(address: str) -> Client:
    return await Client.connect(address, namespace=read_directory().desk.namespace)


async def main() -> None:
    """The servers and the worker, until somebody ends them."""
    async with ending() as end, embedded(load_settings(), read_directory()) as running:
        client = await _client(running.temporal_address)
        hops = Hops(client)
        runner = UnsandboxedWorkflowRunner()
        async with Worker(client, task_queue=QUEUE, workflows=[Bare], activities=[hops.hop], workflow_runner=runner):
            await end.wait(running.watch())


if __name__ == "__main__":
    asyncio.run(main())
