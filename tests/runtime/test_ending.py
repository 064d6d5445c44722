"""A process that is asked to end does so in time, and says what kept it."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from runtime.ending import EXIT_CUT_OFF, together

WORK = """
import asyncio, sys, time
from runtime.ending import ending
from runtime.logs import configure_logs

async def never_ends():
    await asyncio.Event().wait()

async def main():
    async with ending(patience=1.0) as end:
        try:
            print("starts", flush=True)
            if sys.argv[1] == "start":
                await asyncio.sleep(60)
            await end.wait(asyncio.sleep(0.1) if sys.argv[1] == "other" else asyncio.Event().wait())
        finally:
            if sys.argv[1] == "task":
                await asyncio.gather(asyncio.shield(asyncio.create_task(never_ends())))
            if sys.argv[1] in {"loop", "other"}:
                time.sleep(60)

configure_logs(as_json=True)
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("how", "code", "named"),
    [
        ("order", 0, ""),
        ("start", 0, ""),
        ("task", EXIT_CUT_OFF, "never_ends"),
        ("loop", EXIT_CUT_OFF, "main"),
        ("other", EXIT_CUT_OFF, "main"),
    ],
)
def test_a_signal_ends_it_whatever_hangs(how: str, code: int, named: str) -> None:
    arguments = [sys.executable, "-c", WORK, how]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "starts\n"
        if how != "other":
            process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == code, said
    assert ("end_cut_off" in said) is bool(named)
    assert named in said


class Noted:
    def __init__(self) -> None:
        self.seen: list[str] = []

    @asynccontextmanager
    async def context(self, name: str, waits_for: asyncio.Event | None = None) -> AsyncGenerator[None]:
        self.seen.append(f"+{name}")
        yield
        if waits_for:
            await waits_for.wait()
        self.seen.append(f"-{name}")

    @asynccontextmanager
    async def fails(self) -> AsyncGenerator[None]:
        raise LookupError("not today")
        yield


async def test_who_hangs_at_the_end_keeps_nobody_else_from_ending() -> None:
    noted, hangs = Noted(), asyncio.Event()
    async with together([noted.context("a"), noted.context("b", hangs), noted.context("c")]):
        assert noted.seen == ["+a", "+b", "+c"]
        asyncio.get_running_loop().call_later(0.1, hangs.set)
    assert noted.seen[3:] == ["-a", "-c", "-b"]


async def test_what_cannot_be_entered_fails_and_the_others_are_left() -> None:
    noted = Noted()
    with pytest.raises(LookupError, match="not today"):
        async with together([noted.context("a"), noted.fails(), noted.context("c")]):
            pass
    assert noted.seen == ["+a", "-a"]
