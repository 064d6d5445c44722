"""Waiting: for a server, which cannot tell us when it is ready, and for the first of several things."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any


async def until(ready: Callable[[], Awaitable[bool]], *, seconds: float, pause: float = 0.1) -> None:
    """Ask again and again until the answer is yes.

    Raises:
        TimeoutError: It did not become so in time.
    """
    async with asyncio.timeout(seconds):
        while True:
            if await ready():
                return
            await asyncio.sleep(pause)


async def first_to_end(*waits: Coroutine[Any, Any, Any]) -> None:
    """Wait until one of them ends, and end the others before what it raised goes on.

    Raises:
        Exception: What the first one raised.
    """
    tasks = [asyncio.create_task(one) for one in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
