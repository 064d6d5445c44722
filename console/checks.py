"""What `keten doctor` looks at, each by itself: a check that cannot be made is a finding, and keeps no other from being made."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

from console.agency_checks import audit_logs, backlogs, certificates, event_keys, inboxes, offices
from console.finding import Check, Trouble, Well
from console.installation import Installation
from contracts.alarms import WHAT_TO_DO, AlarmCode
from runtime.bus.connection import Access, connect
from runtime.keys.files import Role
from runtime.office.looks import ROOM
from runtime.private_files import KeyFileError
from runtime.stores.mark import MarkedDatabase, MarkedFolder
from runtime.stores.stores import KEYS, NATS, RESTORE, TEMPORAL, StoreLost, Stores, file_of
from runtime.temporal.client import connect_plainly
from runtime.temporal.failing_files import REMEDY, failing_files

SQLITE = b"SQLite format 3\0"


async def disk(installation: Installation) -> AsyncIterator[Trouble | Well]:
    """Room for the stores."""
    home = installation.settings.home
    left = shutil.disk_usage(home).free if home.exists() else ROOM
    if left < ROOM:
        yield Trouble("disk", f"{left // 1024**2} MB are left where {home} lies", WHAT_TO_DO[AlarmCode.DISK_FULL])
    else:
        yield Well("disk", f"{left // 1024**2} MB are free")


async def stores(installation: Installation) -> AsyncIterator[Trouble | Well]:
    """Every store that the home knows is there, whole, and the one that it was."""
    known = installation.stores.names
    for name, look in _stores(installation):
        if name in known:
            try:
                await asyncio.to_thread(look)
            except StoreLost as lost:
                what, _, do = str(lost).partition(": ")
                yield Trouble(name, what, do)


async def keys(installation: Installation) -> AsyncIterator[Trouble | Well]:
    """An embedded installation has every agency's keys."""
    if installation.settings.servers_elsewhere:
        return
    for agency in installation.directory.agencies:
        for read in _keys(installation, agency.slug):
            try:
                read()
            except (KeyFileError, OSError, LookupError, ValueError) as error:
                words = str(error) if isinstance(error, KeyFileError) else type(error).__name__
                yield Trouble(f"keys of {agency.slug}", words, RESTORE)


async def bus(installation: Installation) -> AsyncIterator[Trouble | Well]:
    """It answers."""
    fault = await _fault(_ask_bus(installation))
    if fault:
        yield Trouble("bus", f"does not answer ({fault})", "look into logs/nats.log, start it again")


async def temporal(installation: Installation) -> AsyncIterator[Trouble | Well]:
    """It answers."""
    fault = await _fault(_ask_temporal(installation))
    if fault:
        yield Trouble("Temporal", f"does not answer ({fault})", "look into logs/temporal.log, start it again")


async def files(installation: Installation) -> AsyncIterator[Trouble | Well]:
    """None stands still."""
    for agency in installation.with_key:
        for file in await failing_files(await installation.client(agency)):
            yield Trouble(f"{file.name} at {agency.slug}", f"stands still: {file.cause}", REMEDY)


AT_REST: tuple[Check, ...] = (disk, stores, keys, event_keys, certificates, audit_logs)
SERVERS: tuple[Check, ...] = (bus, temporal)
WORK: tuple[Check, ...] = (offices, backlogs, inboxes, files)


def _stores(installation: Installation) -> Iterator[tuple[str, Callable[[], None]]]:
    known, settings = installation.stores, installation.settings
    yield TEMPORAL, lambda: _whole(known, settings.temporal_db)
    for name, path in ((NATS, settings.nats_dir), (KEYS, settings.keys)):
        yield name, lambda name=name, path=path: known.inspect(name, path, MarkedFolder(path))
    databases = {"registry": settings.registry}
    for agency in installation.directory.agencies:
        slug = agency.slug
        databases[f"case-keys/{slug}"] = settings.case_keys(slug)
        databases[f"processing-log/{slug}"] = settings.processing_log(slug)
        databases[f"audit/{slug}"] = settings.audit(slug)
    for name, url in databases.items():
        yield name, lambda name=name, url=url: known.inspect(name, file_of(url), MarkedDatabase(url))


def _whole(known: Stores, path: Path) -> None:
    """A SQLite file says how long it is."""
    known.require(TEMPORAL, path)
    with path.open("rb") as file:
        head = file.read(100)
    size = int.from_bytes(head[16:18], "big")
    told = int.from_bytes(head[28:32], "big") * (65536 if size == 1 else size)
    if not head.startswith(SQLITE) or path.stat().st_size < told:
        raise StoreLost(f"{path} is damaged: {RESTORE}")


def _keys(installation: Installation, slug: str) -> Iterator[Callable[[], object]]:
    own, events = installation.keys, installation.event_keys
    for role in Role:
        yield lambda role=role: own.seed(slug, role)
    yield lambda: own.identity(slug)
    yield lambda: own.wrapping_key(slug, max(own.wrapping_numbers(slug), default=1))
    yield lambda: events.to_sign(slug)
    yield lambda: events.to_seal(slug)


async def _fault(asking: Awaitable[None]) -> str | None:
    try:
        await asking
    except Exception as error:
        return type(error).__name__
    return None


async def _ask_bus(installation: Installation) -> None:
    certificate = installation.certificates.system
    client = await connect(*Access(installation.nats_url, installation.keys.system_seed(), certificate))
    await client.close()


async def _ask_temporal(installation: Installation) -> None:
    client = await connect_plainly(installation.temporal_address, installation.certificates.for_temporal.system)
    if not await client.service_client.check_health(timeout=timedelta(seconds=5)):
        raise ConnectionError
