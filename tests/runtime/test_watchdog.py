import asyncio
import os
import signal
import subprocess
import sys
import threading
import time

from runtime.watchdog import watched


async def test_a_loop_that_stands_still_is_ended() -> None:
    ended = threading.Event()
    async with watched(patience=0.2, leave=ended.set):
        time.sleep(1)
        assert ended.is_set()


async def test_a_loop_that_runs_is_left_alone() -> None:
    ended = threading.Event()
    async with watched(patience=5, leave=ended.set):
        await asyncio.sleep(0.6)
    assert not ended.is_set()


SLEEPER = """
import asyncio
from runtime.watchdog import watched

async def main():
    async with watched(patience=1.0):
        print("runs", flush=True)
        await asyncio.sleep(4)
    print("ran", flush=True)

asyncio.run(main())
"""


def test_a_machine_that_slept_is_left_alone() -> None:
    """Without looking at its own delay the watchdog ends the process as it wakes."""
    with subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "runs\n"
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(2.5)
        os.kill(process.pid, signal.SIGCONT)
        assert process.stdout.read().endswith("ran\n")
    assert process.returncode == 0
