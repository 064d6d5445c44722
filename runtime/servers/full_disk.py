"""After a full disk has room again the bus must be started anew: it goes on refusing what it could not write once."""

import asyncio
import shutil
from pathlib import Path

import structlog

from runtime.servers.process import ServerProcess
from runtime.servers.store_repair import mend_store

log = structlog.get_logger()

FAILED = "critical write error"
STARTED = "Server is ready"
"""What the server writes into its log; the last of the two tells how it is."""
ROOM = 32 * 1024**2
"""Bytes that must be free before it is worth while."""
PAUSE = 5.0
TAIL = 256 * 1024
"""How much of the log is looked at: a store that cannot write says so at every message."""


def refuses_to_store(nats_log: Path) -> bool:
    """Whether the bus could not write something since it was started, and so refuses to store any more there."""
    try:
        with nats_log.open("rb") as file:
            file.seek(max(0, nats_log.stat().st_size - TAIL))
            end = file.read().decode(errors="replace")
    except FileNotFoundError:
        return False
    return end.rfind(FAILED) > end.rfind(STARTED)


async def reopened_when_there_is_room(nats: ServerProcess, nats_log: Path, store: Path) -> None:
    """Watch for as long as the server runs; those who are connected to it connect again by themselves."""
    said = False
    while True:
        await asyncio.sleep(PAUSE)
        if not await asyncio.to_thread(refuses_to_store, nats_log):
            continue
        if not said:
            said = True
            log.critical("bus_cannot_store", server=nats.name)
        if shutil.disk_usage(store).free >= ROOM:
            await nats.start_anew(lambda: mend_store(store))
            said = False
            log.error("bus_started_anew", server=nats.name)
