"""A post office as a process of its own, which takes drafts on its standard input and says when each is kept.

python -m tests.post_office.driven HOME NATS_URL SLUG
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from contracts.words import Ground
from post_office.hearing import Came, Hearing
from post_office.ports import BookFull, Draft
from post_office.process import PostOffice, post_office
from post_office.writer import Writer
from runtime import database
from runtime.office.drivers import Drivers
from runtime.settings import Settings
from tests.post_office.at_work import PATIENT


async def _keep(office: PostOffice, line: bytes) -> None:
    fields = json.loads(line)
    try:
        [kept] = await office.book.keep([Draft(**fields | {"ground": Ground(fields["ground"])})])
    except BookFull:
        return
    os.write(1, f"{kept.id} {kept.caseref}\n".encode())


def _answer_before_it_is_written() -> None:
    """The control: what would be if nobody waited for the disk."""

    def never(self: Writer, group: list[object]) -> list[object]:
        with self._engine.connect() as connection:  # pyright: ignore[reportPrivateUsage]
            connection.exec_driver_sql("BEGIN")
            answers = [self._changed(connection, asked.change) for asked in group]  # type: ignore[attr-defined]
            connection.rollback()
        return answers

    Writer._write = never  # type: ignore[assignment, method-assign]


def _acknowledge_before_it_is_written() -> None:
    """The control: what came is acknowledged to the bus, and written a while later."""
    hear, under_way = Hearing.hear, set[asyncio.Task[None]]()

    async def later(self: Hearing, came: Came) -> None:
        await asyncio.sleep(600)
        await hear(self, came)

    async def at_once(self: Hearing, came: Came) -> None:
        under_way.add(asyncio.create_task(later(self, came)))

    Hearing.hear = at_once  # type: ignore[assignment, method-assign]


def _trust_the_system_s_cache() -> None:
    """The control: the database does not wait for its disk."""
    database.PRAGMAS = (*(pragma for pragma in database.PRAGMAS if "FULL" not in pragma), "synchronous=OFF")


CONTROLS: dict[str, Callable[[], None]] = {
    "answer": _answer_before_it_is_written,
    "acknowledge": _acknowledge_before_it_is_written,
    "cache": _trust_the_system_s_cache,
}


async def main(home: str, nats_url: str, slug: str) -> None:
    drivers = Drivers(Settings(home=Path(home), nats_url=nats_url, **PATIENT), nats_url)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1_000_000)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    control = os.environ.get("CONTROL")
    if control and control != "answer":
        CONTROLS[control]()
    async with post_office(drivers.directory.get(slug), drivers, patience=20) as office:
        if control == "answer":
            CONTROLS[control]()
        os.write(1, b"open -\n")
        under_way: set[asyncio.Task[None]] = set()
        while line := await reader.readline():
            task = asyncio.create_task(_keep(office, line))
            under_way.add(task)
            task.add_done_callback(under_way.discard)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
