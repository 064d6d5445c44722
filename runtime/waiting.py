"""Waiting for a server, which cannot tell us when it is ready."""

import asyncio
from collections.abc import Awaitable, Callable


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
