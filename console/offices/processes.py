"""The offices of all agencies, divided among processes of their own: one Python process uses one core."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import structlog

from console.installation import Installation
from contracts.agencies import Agency
from contracts.words import AgencyKind
from runtime.servers.process import before_it_begins
from runtime.waiting import first_to_end
from workers.dividing import divided, serving
from workers.kinds import offices

log = structlog.get_logger()

OPEN = b"open\n"
"""What such a process says, once, when the last of its offices is open."""
PATIENCE = 4.0
"""Seconds that its offices may take to end; the servers end after them, and all of it within ten."""
LONGER = 1.0
"""By then such a process has cut itself off and said what hung; after that it is killed."""


class OfficesFailed(RuntimeError):  # noqa: N818 - named as what happened
    """A process with offices ended, or could not open them; the message says which."""


class OfficeProcess:
    """The offices of some agencies, as a process that ends with this one.

    Args:
        agencies: Whose offices they are.
        process: What was started.
    """

    def __init__(self, agencies: Sequence[Agency], process: Process) -> None:
        self._names = ", ".join(agency.slug for agency in agencies)
        self._process = process

    @classmethod
    async def start(cls, agencies: Sequence[Agency], level: int) -> "OfficeProcess":
        """Start it in a session of its own, so that an interrupt at the terminal reaches it through this process only.

        It logs where this process does. On Linux the kernel kills it if this process dies.

        Args:
            agencies: Whose offices it opens.
            level: What it logs.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "console.offices", str(level), *(agency.slug for agency in agencies)),
            stdin=DEVNULL,
            stdout=PIPE,
            start_new_session=True,
            preexec_fn=before_it_begins(),
        )
        started = cls(agencies, process)
        log.info("offices_started", pid=process.pid, agency=started._names)
        return started

    async def opened(self) -> None:
        """Wait until its offices are open.

        Raises:
            OfficesFailed: They cannot be; it has said why.
        """
        assert self._process.stdout
        if await self._process.stdout.readline() != OPEN:
            await self.died()

    async def died(self) -> None:
        """Wait until it ends, which it should not.

        Raises:
            OfficesFailed: Always.
        """
        code = await self._process.wait()
        log.critical("offices_died", pid=self._process.pid, agency=self._names, exit_code=code)
        raise OfficesFailed(f"the process with the offices of {self._names} ended with code {code}: what it logged says why")

    async def stop(self) -> None:
        """Ask it to end, and end it if it does not."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(PATIENCE + LONGER):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def offices_of(
    installation: Installation, agencies: Sequence[Agency], processes: int, level: int
) -> AsyncGenerator[list[OfficeProcess]]:
    """While inside, the offices of these agencies are open; whatever several of them could want to make at once is made before.

    Args:
        installation: Where.
        agencies: Whose offices.
        processes: Among how many they are divided, of which this is one; 0: as many as serve.
        level: What they log.

    Yields:
        The other processes.
    """
    here, *elsewhere = divided(agencies, processes or serving(agencies, _cores()))
    for agency in (agency for share in elsewhere for agency in share):
        installation.prepare_stores(agency.slug)
        if agency.kind is AgencyKind.REGISTRY:
            _ = installation.registrar
    started: list[OfficeProcess] = []
    try:
        for share in elsewhere:
            started.append(await OfficeProcess.start(share, level))  # noqa: PERF401 - what runs is stopped if the next does not
        async with offices(here, installation):
            for one in started:
                await one.opened()
            yield started
    finally:
        await asyncio.gather(*(one.stop() for one in started))


async def watch(processes: Sequence[OfficeProcess]) -> None:
    """Wait until one of them dies, if there are any.

    Raises:
        OfficesFailed: It says which.
    """
    await first_to_end(asyncio.Event().wait(), *(one.died() for one in processes))


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
