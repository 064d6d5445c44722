"""One process takes from an inbox: an office beside a post office would take half of what comes, each without the other."""

import asyncio
import fcntl
import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nats.aio.client import Client

PAUSE = 0.3
LOOKS = 3
"""So often it is found that nobody pulls before it is believed: between two pulls nobody waits for a moment."""

PATIENCE = 10.0
"""Seconds in which whoever was killed a moment ago may vanish from the bus."""


class NotAlone(RuntimeError):  # noqa: N818 - named as what is the case
    """Somebody takes from this inbox already; the message says what to do."""


@contextmanager
def locked(path: Path, slug: str) -> Generator[None]:
    """While inside, no other post office of this agency runs in this home.

    Raises:
        NotAlone: One does.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotAlone(f"the post office of {slug} runs already in this home: stop it first") from None
        yield


async def refuse_company(client: Client, slug: str, patience: float = PATIENCE) -> None:
    """Look whether somebody waits for events of this agency's inbox.

    Args:
        client: In the agency's account.
        slug: Of the agency.
        patience: Seconds in which they may still go.

    Raises:
        NotAlone: Somebody does.
    """
    loop = asyncio.get_running_loop()
    until, quiet = loop.time() + patience, 0
    while quiet < LOOKS:
        quiet = 0 if await _somebody_pulls(client) else quiet + 1
        if not quiet and loop.time() >= until:
            raise NotAlone(
                f"somebody takes from the inbox of {slug} already: an office (`keten up`, `keten worker`) or a post office. "
                "An agency has one of them: stop that one first"
            )
        await asyncio.sleep(PAUSE)


async def _somebody_pulls(client: Client) -> bool:
    names: list[str] = (await _asked(client, "NAMES.INBOX")).get("consumers") or []
    for name in names:
        if (await _asked(client, f"INFO.INBOX.{name}")).get("num_waiting"):
            return True
    return False


async def _asked(client: Client, what: str) -> dict[str, Any]:
    answer = await client.request(f"$JS.API.CONSUMER.{what}", b"", timeout=5)
    return json.loads(answer.data)
