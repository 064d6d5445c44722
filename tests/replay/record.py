"""Records the histories of this folder: ``python -m tests.replay.record``.

Each story of ``tests.workflows.stories`` is lived by the real workflow; a recording is added where none has its commands yet. A
recording that exists is never overwritten: histories like it may be open somewhere. How much each life makes Temporal write is
written into ``written.json``.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToJson
from temporalio.api.history.v1 import History, HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from tests.replay.fingerprint import fingerprint
from tests.replay.written import write_down
from tests.workflows.servers import real_time, time_skipping
from tests.workflows.stage import Stage
from tests.workflows.stories import CASE_WITHOUT_WAITING, EXACT, STORIES
from tests.workflows.ways import Way, walk
from workflows.engine.process import Process

HISTORIES = Path(__file__).parent / "histories"
PAGE = 40
"""Events after which the server suggests a new run, for the recording of one."""


async def live(env: WorkflowEnvironment, way: Way) -> list[list[HistoryEvent]]:
    """One life; the history of each of its runs."""
    async with AsyncExitStack() as stack:

        async def staged(slug: str, process: type[Process[Any]]) -> Stage:
            return await stack.enter_async_context(Stage(env, env.client, slug, process).work())

        file = await walk(staged, replace(way, clocks=EXACT))
        await file.handle.result()
        return await file.runs()


def recordings(name: str) -> list[Path]:
    """All recordings of a story, the oldest first."""
    return sorted(HISTORIES.glob(f"{name}.*.json"))


def read(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.name, path.read_text(encoding="utf-8"))


def write(name: str, events: Sequence[HistoryEvent]) -> Path | None:
    """Beside what there is, if its commands are new."""
    known = [fingerprint(read(path).events) for path in recordings(name)]
    if fingerprint(events) in known:
        return None
    path = HISTORIES / f"{name}.{len(known) + 1:02}.json"
    path.write_text(MessageToJson(History(events=events), indent=1) + "\n", encoding="utf-8")
    return path


async def record() -> list[Path]:
    written: list[Path | None] = []
    async with time_skipping() as env:
        for name, way in STORIES.items():
            [events] = await live(env, way)
            written.append(write(name, events))
            if changed := write_down(name, events):
                print(f"{name} makes Temporal write otherwise than before: {'; '.join(changed)}")  # noqa: T201
    first, *_, last = await continued_case()
    written += [write("case-turns-its-page", first), write("case-on-a-new-page", last)]
    return [path for path in written if path]


async def continued_case() -> list[list[HistoryEvent]]:
    """A case so long that the server suggests a new run; that needs the real server, with a low limit."""
    async with real_time("--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={PAGE}") as env:
        return await live(env, CASE_WITHOUT_WAITING)


if __name__ == "__main__":
    for path in asyncio.run(record()) or ["nothing new"]:
        print(path)  # noqa: T201
