"""The offices of some agencies, as one of the processes of ``keten up``.

    python -m console.offices LEVEL SLUG...

What they need is made already, and the servers run.
"""

import asyncio
import sys

import typer

from console.installation import Installation, NotRunning
from console.offices.processes import OPEN, PATIENCE
from console.screen import run, settings
from runtime.ending import ending
from runtime.logs import configure_logs
from runtime.process import keep_to_itself, leave
from runtime.servers.running import read_running
from runtime.watchdog import watched
from workers.kinds import offices


async def work(slugs: list[str]) -> None:
    """Work until it is asked to end."""
    configured = settings()
    async with ending(PATIENCE) as end:
        running = read_running(configured)
        if running is None:
            raise NotRunning(f"Keten does not run in {configured.home}: `keten up` starts these processes, with the servers")
        installation = Installation.of(configured, running)
        installation.prepared = True
        installation.prepare()
        async with offices([installation.directory.get(slug) for slug in slugs], installation), watched():
            sys.stdout.buffer.write(OPEN)
            sys.stdout.flush()
            await end.wait(asyncio.Event().wait())


def main(level: str, *slugs: str) -> int:
    """Run them.

    Args:
        level: What is logged.
        slugs: Of the agencies.

    Returns:
        The code with which the process ends.
    """
    keep_to_itself()
    configure_logs(as_json=settings().log_json, level=int(level))
    try:
        run(work(list(slugs)))
    except typer.Exit as ended:
        return ended.exit_code
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    return 0


if __name__ == "__main__":
    leave(main(*sys.argv[1:]))
