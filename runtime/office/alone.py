"""An agency has an office or a post office, never both: each would take half of what comes, and know nothing of the rest."""

import asyncio
import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from nats.aio.client import Client
from sqlalchemy import inspect, select
from sqlalchemy.engine import make_url

from runtime.database import open_database
from runtime.post_office.tables import CASE
from runtime.settings import Settings

PAUSE = 0.3
LOOKS = 3
"""So often it is found that nobody pulls before it is believed: between two pulls nobody waits for a moment."""

PATIENCE = 10.0
"""Seconds in which whoever was killed a moment ago may vanish from the bus."""


class NotAlone(RuntimeError):  # noqa: N818 - named as what is the case
    """An agency's inbox, or its cases, belong to another process already; the message says what to do."""


@contextmanager
def as_post_office(settings: Settings, slug: str) -> Generator[None]:
    """While inside, no office and no other post office of this agency runs in this home.

    Raises:
        NotAlone: One does.
    """
    words = f"an office or a post office of {slug} runs already in this home: stop it first"
    with _locked(settings, slug, fcntl.LOCK_EX, words):
        yield


@contextmanager
def as_office(settings: Settings, slug: str) -> Generator[None]:
    """While inside, no post office of this agency runs in this home; another process of the same office may.

    Raises:
        NotAlone: One does, or has taken cases, of which an office would know nothing.
    """
    words = (
        f"the post office of {slug} runs in this home, and an agency has an office or a post office, never both: stop it first"
    )
    with _locked(settings, slug, fcntl.LOCK_SH, words):
        if has_book(settings, slug):
            raise NotAlone(
                f"the post office of {slug} has cases in its book, of which an office would know nothing: run `keten post-office "
                f"{slug}`; where an office must take its place, put the book away first (post-office/{slug}.db in the home)"
            )
        yield


def runs_as_post_office(settings: Settings, slug: str) -> bool:
    """Whether this agency has a post office in this home: one that runs, or one that has taken cases."""
    try:
        with as_office(settings, slug):
            return False
    except NotAlone:
        return True


def has_book(settings: Settings, slug: str) -> bool:
    """Whether the book of an agency's post office is here, with at least one case in it."""
    url = settings.post_office(slug)
    if make_url(url).drivername.startswith("sqlite") and not (settings.home / "post-office" / f"{slug}.db").exists():
        return False
    engine = open_database(url, existing=True)
    try:
        with engine.connect() as connection:
            there = inspect(connection).has_table(CASE.name)
            return there and connection.execute(select(CASE.c.case_reference).limit(1)).first() is not None
    finally:
        engine.dispose()


@contextmanager
def _locked(settings: Settings, slug: str, how: int, words: str) -> Generator[None]:
    settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(settings.keys / f"{slug}.lock", os.O_WRONLY | os.O_CREAT, 0o600), "a") as lock:
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except OSError:
            raise NotAlone(words) from None
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
