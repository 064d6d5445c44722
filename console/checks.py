"""What `keten doctor` looks at, each by itself: a check that cannot be made is a finding, and keeps no other from being made."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from console.installation import Installation
from contracts.agencies import Agency
from contracts.alarms import WHAT_TO_DO, AlarmCode
from runtime.bus.connection import Access, connect
from runtime.bus.standing import standing
from runtime.keys.files import Role
from runtime.private_files import KeyFileError
from runtime.stores.mark import MarkedDatabase, MarkedFolder
from runtime.stores.stores import KEYS, NATS, RESTORE, TEMPORAL, StoreLost, Stores, file_of
from runtime.temporal.client import connect_plainly
from runtime.temporal.failing_files import REMEDY, failing_files
from workers.looks import ROOM, inbox_findings

POLLED = timedelta(seconds=90)
"""An office asks Temporal for work at least once a minute; one that has not for so long is away."""

SQLITE = b"SQLite format 3\0"


class Trouble(NamedTuple):
    """Something that is not as it should be."""

    where: str
    what: str
    do: str


Check = Callable[[Installation], AsyncIterator[Trouble]]


async def found_by(checks: Sequence[Check], installation: Installation) -> list[Trouble]:
    """What the checks find, in their order."""
    return [trouble for found in [await _safely(check, installation) for check in checks] for trouble in found]


async def _safely(check: Check, installation: Installation) -> list[Trouble]:
    """A check that fails says so; of a fault that nobody foresaw only its type is told."""
    found: list[Trouble] = []
    try:
        async for trouble in check(installation):
            found.append(trouble)  # noqa: PERF401 - what was found before a fault stays
    except Exception as error:
        where = check.__name__.replace("_", " ").strip()
        found.append(Trouble(where, f"could not be looked at ({type(error).__name__})", "mend what else stands here, look again"))
    return found


async def disk(installation: Installation) -> AsyncIterator[Trouble]:
    """Room for the stores."""
    home = installation.settings.home
    left = shutil.disk_usage(home).free if home.exists() else ROOM
    if left < ROOM:
        yield Trouble("disk", f"{left // 1024**2} MB are left where {home} lies", WHAT_TO_DO[AlarmCode.DISK_FULL])


async def stores(installation: Installation) -> AsyncIterator[Trouble]:
    """Every store that the home knows is there, whole, and the one that it was."""
    known = installation.stores.names
    for name, look in _stores(installation):
        if name in known:
            try:
                await asyncio.to_thread(look)
            except StoreLost as lost:
                what, _, do = str(lost).partition(": ")
                yield Trouble(name, what, do)


async def keys(installation: Installation) -> AsyncIterator[Trouble]:
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


async def bus(installation: Installation) -> AsyncIterator[Trouble]:
    """It answers."""
    fault = await _fault(_ask_bus(installation))
    if fault:
        yield Trouble("bus", f"does not answer ({fault})", "look into logs/nats.log, start it again")


async def temporal(installation: Installation) -> AsyncIterator[Trouble]:
    """It answers."""
    fault = await _fault(_ask_temporal(installation))
    if fault:
        yield Trouble("Temporal", f"does not answer ({fault})", "look into logs/temporal.log, start it again")


async def offices(installation: Installation) -> AsyncIterator[Trouble]:
    """Each asks Temporal for work."""
    for agency in _ours(installation):
        if not await _at_work(installation, agency):
            yield Trouble(f"office of {agency.slug}", "is away: nobody works there", f"start it: `keten worker {agency.slug}`")


async def inboxes(installation: Installation) -> AsyncIterator[Trouble]:
    """Each moves, and has room."""
    for agency in _ours(installation):
        for finding in inbox_findings(await standing(installation.operator(agency), agency.slug), datetime.now(UTC)):
            yield Trouble(f"inbox of {agency.slug}", finding.words, WHAT_TO_DO[finding.code])


async def files(installation: Installation) -> AsyncIterator[Trouble]:
    """None stands still."""
    for agency in _ours(installation):
        for file in await failing_files(await installation.client(agency)):
            yield Trouble(f"{file.name} at {agency.slug}", f"stands still: {file.cause}", REMEDY)


AT_REST: tuple[Check, ...] = (disk, stores, keys)
SERVERS: tuple[Check, ...] = (bus, temporal)
WORK: tuple[Check, ...] = (offices, inboxes, files)


def _ours(installation: Installation) -> Iterator[Agency]:
    """Those whose operator's key lies here."""
    for agency in installation.directory.agencies:
        try:
            installation.operator(agency)
        except KeyFileError:
            continue
        yield agency


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


async def _at_work(installation: Installation, agency: Agency) -> bool:
    client = await installation.client(agency)
    request = DescribeTaskQueueRequest(
        namespace=agency.namespace,
        task_queue=TaskQueue(name=agency.slug),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    found = await client.workflow_service.describe_task_queue(request)
    since = datetime.now(UTC) - POLLED
    return any(poller.last_access_time.ToDatetime(UTC) > since for poller in found.pollers)
