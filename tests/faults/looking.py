"""Waiting until nothing is under way any more, and looking at everything that is there then."""

import asyncio
import sqlite3
from contextlib import closing
from typing import NamedTuple

from console.files import Found
from console.rows import Row
from contracts.agencies import read_directory
from runtime.bus.connection import connect, jetstream
from tests.faults.checker import Kept, Seen
from tests.faults.progress import say
from tests.faults.record import Record
from tests.faults.town import entered_in, kept
from tests.installed import Here, Keten

STILL = 240.0
"""Seconds without any change after which it will not become quiet any more."""
LOOK = 2.0
SIDE_BY_SIDE = 8


class Pending(NamedTuple):
    """What is still under way."""

    open_files: int
    in_inboxes: int
    answers: int
    unconfirmed: int


async def settled(keten: Keten, record: Record) -> None:
    """Wait until every case that was played to its end is closed, and all that was sent is taken and confirmed."""
    here, loop = keten.here, asyncio.get_running_loop()
    before, since = None, loop.time()
    while (now := await pending(keten, here, record)) != Pending(0, 0, 0, 0):
        if now != before:
            say(f"not quiet yet: {now}")
            before, since = now, loop.time()
        assert loop.time() - since < STILL, f"it does not become quiet: {now}"
        await asyncio.sleep(LOOK)


async def pending(keten: Keten, here: Here, record: Record) -> Pending:
    """What is under way just now."""
    played = record.signals.keys() - record.left
    kinds = "KetenKind IN ('signal', 'report', 'case', 'registration')"
    running = [row async for row in here.lists.every("ExecutionStatus = 'Running'", kinds)]
    inboxes, answers, unconfirmed = 0, 0, 0
    for agency in here.installation.directory.agencies:
        client = await connect(*here.installation.operator(agency))
        try:
            inboxes += (await jetstream(client).stream_info("INBOX")).state.messages
            answers += (await jetstream(client).stream_info("ANSWERS")).state.messages
        finally:
            await client.close()
        unconfirmed += _awaited(keten, agency.slug)
    return Pending(sum(row.reference in played for row in running), inboxes, answers, unconfirmed)


def _awaited(keten: Keten, slug: str) -> int:
    """How many events of an agency its recipients' offices have not confirmed."""
    with closing(sqlite3.connect(keten.home / "processing-log" / f"{slug}.db")) as log:
        return int(log.execute("select count(*) from awaited").fetchone()[0])


async def seen(keten: Keten, record: Record) -> Seen:
    """Everything that is there: of what was acknowledged, and of what nobody recorded."""
    here = keten.here
    runs = sorted([row async for row in here.lists.every("KetenCase IS NOT NULL")], key=lambda row: row.began)
    rows = list({(row.agency, row.name): row for row in runs}.values())
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def look(row: Row) -> Kept:
        async with places:
            return await _kept(here, row)

    cases: dict[str, list[Kept]] = {}
    for row, file in zip(rows, await asyncio.gather(*(look(row) for row in rows)), strict=True):
        cases.setdefault(row.reference, []).append(file)
    return Seen(
        cases=cases,
        dead=[
            f"{agency.slug}: {letter.code} {letter.event}"
            for agency in read_directory().agencies
            for letter in await here.dead(agency.slug)
        ],
        alarms=[f"{line['agency']}: {line['words']}" for line in keten.logged("alarm_raised")],
        registered={one: _registered(keten, one) for one in record.signals},
    )


async def _kept(here: Here, row: Row) -> Kept:
    agency = here.installation.directory.get(row.agency)
    client = await here.installation.client(agency)
    view = await here.lists.view_of(row)
    assert view, row
    file = Found(agency, client.get_workflow_handle(row.name), view)
    return kept(file, await entered_in(here, file), running=row.status == "running")


def _registered(keten: Keten, reference: str) -> tuple[int, tuple[str, ...]]:
    return len(keten.registered(reference)), tuple(outcome for _, outcome in keten.amended(reference))
