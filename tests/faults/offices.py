"""The offices of all agencies as a process of their own, on servers that another process runs.

    python -m tests.faults.offices [--leaves-at-once] [POINT EVENT VICTIM FILE]

With a point, it kills the victim there (0: itself; ``tests/faults/points.py``). With ``--leaves-at-once``, files are as they were
before letters waited until they are recorded.
"""

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from console.installation import Installation
from runtime.ending import ending
from runtime.logs import configure_logs
from tests.faults.points import Point, armed
from workers.filing import Filing
from workers.kinds import office


async def main() -> None:
    installation = Installation.reach()
    installation.prepare()
    async with ending() as end, AsyncExitStack() as stack:
        for agency in installation.directory.agencies:
            await stack.enter_async_context(office(agency, installation).open())
        await end.wait(asyncio.Event().wait())


def leave_at_once() -> None:
    """Let new files post within the task that writes, as files did before."""
    new_file: Any = Filing.new_file

    async def older(self: Filing, *about: Any) -> Any:
        return (await new_file(self, *about)).model_copy(update={"leaves_recorded": False})

    Filing.new_file = older  # type: ignore[method-assign]


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if "--leaves-at-once" in arguments:
        arguments.remove("--leaves-at-once")
        leave_at_once()
    if arguments:
        point, event, victim, once = arguments
        armed(Point(point), event, int(victim) or os.getpid(), Path(once))
    configure_logs(as_json=True)
    asyncio.run(main())
