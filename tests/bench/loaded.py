"""Asks for one page again and again, several at a time, in a process of its own: ``python -m tests.bench.loaded URL TIMES``.

What a browser shows of its session comes on the standard input: it is on no command line. The seconds of each answer go out as
JSON.
"""

import asyncio
import json
import sys
import time

import httpx

AT_ONCE = 8


async def main(url: str, times: int, cookie: str) -> None:
    """Ask, and say how long each took."""
    took: list[float] = []
    waiting = iter(range(times))
    headers = {"Cookie": cookie, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"} if cookie else {}

    async def ask() -> None:
        for _ in waiting:
            began = time.monotonic()
            answer = await client.get(url, headers=headers)
            assert answer.status_code == 200, answer.status_code
            took.append(time.monotonic() - began)

    async with httpx.AsyncClient(timeout=60) as client:
        await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    sys.stdout.write(json.dumps(took))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.stdin.readline().strip()))
