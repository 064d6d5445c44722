import asyncio
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
