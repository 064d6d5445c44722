"""An agency that attacks the gate before Temporal: connections that say nothing, large requests, many calls; and such a gate.

    python -m tests.faults.hostile_gate FOLDER TEMPORAL

is a gate as a process of its own, as an installation with several machines runs it; it says where it answers.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import structlog

from contracts.agencies import read_directory
from runtime.temporal.gate.server import Behind, temporal_gate
from runtime.tls.certificates import Certificates, Tls
from tests.gated import Caller, caller, path, request_of

IDLE = 400
"""Connections that say nothing, more than the gate keeps, from where others come from, too; who is sent away comes again."""
POLLS = 700
"""More than one agency may have at a time."""
LARGE_AT_ONCE = 8


class Asked:
    """How many calls ended."""

    def __init__(self) -> None:
        self.count = 0


@asynccontextmanager
async def at_the_gate(address: str, shown: Tls, slug: str) -> AsyncGenerator[Asked]:
    """While inside, everything at once, again and again."""
    asked = Asked()
    async with caller(address, shown) as there:
        calls = [*(_large(slug) for _ in range(LARGE_AT_ONCE)), *(_poll(slug) for _ in range(POLLS))]
        tasks = [asyncio.create_task(_keep_asking(there, *call, asked)) for call in calls]
        tasks += [asyncio.create_task(_keep_silent(address)) for _ in range(IDLE)]
        try:
            yield asked
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _large(slug: str) -> tuple[str, bytes]:
    """Parts of 38 bytes, 2.5 MB of them; looking at them all would take a second."""
    part: Any = request_of("RespondWorkflowTaskCompleted", namespace=slug)
    for _ in range(70_000):
        part.messages.add().body.type_url = "t/temporal.api.update.v1.Response"
    return path("RespondWorkflowTaskCompleted"), part.SerializeToString()


def _poll(slug: str) -> tuple[str, bytes]:
    """A call that waits for a minute, for work that nobody gives."""
    poll: Any = request_of("PollActivityTaskQueue", namespace=slug)
    poll.task_queue.name = "nobody"
    return path("PollActivityTaskQueue"), poll.SerializeToString()


async def _keep_asking(there: Caller, method: str, request: bytes, asked: Asked) -> None:
    while True:
        await there.ask(method, request, timeout=60)
        asked.count += 1
        await asyncio.sleep(1)


async def _keep_silent(address: str) -> None:
    host, _, port = address.rpartition(":")
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(host, int(port))
            await reader.read()
            writer.close()
        await asyncio.sleep(1)


@asynccontextmanager
async def gate(folder: Path, temporal: str) -> AsyncGenerator[str]:
    """A gate before a Temporal, as a process of its own; gives where it answers."""
    command = [sys.executable, "-m", "tests.faults.hostile_gate", str(folder), temporal]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.kill()
        await process.wait()


def be_silent() -> None:
    """What these processes write is read by who started them."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)


def say(words: str) -> None:
    """Write one line to who started this process."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


async def main(folder: str, temporal: str) -> None:
    """Stand open for ever."""
    shown = Certificates(Path(folder)).of("gate.server")
    assert shown
    async with temporal_gate("127.0.0.1:0", shown, read_directory(), Behind(temporal, None)) as address:
        say(address)
        await asyncio.Event().wait()


if __name__ == "__main__":
    be_silent()
    asyncio.run(main(*sys.argv[1:]))
