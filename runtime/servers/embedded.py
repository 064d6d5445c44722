"""The embedded installation: a bus and a Temporal server as child processes, with their data under one directory."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

import structlog
from nats.errors import Error as NatsError
from pydantic import PrivateAttr, ValidationError
from temporalio.service import RPCError

from contracts.agencies import Directory
from runtime.bus.connection import Access, connect
from runtime.home import private_home
from runtime.keys.event_keys import EventKeys
from runtime.keys.files import Keys
from runtime.servers.full_disk import reopened_when_there_is_room
from runtime.servers.nats_config import render
from runtime.servers.process import PortTaken, ServerFailed, ServerProcess, binary, free_ports, works_in
from runtime.servers.production import refuse_embedded
from runtime.servers.provision import provision_namespaces, provision_streams
from runtime.servers.running import AlreadyRunning, Running, locked, read_running
from runtime.servers.store_repair import mend_store
from runtime.servers.temporal_store import lighten, may_be_lighter, work_in_further_partitions
from runtime.settings import Settings
from runtime.stores.stores import KEYS, NATS, TEMPORAL, Stores, lost_while_running
from runtime.temporal.client import connect_plainly
from runtime.temporal.failing_files import FAILURES, FAILURES_SETTING
from runtime.temporal.mark import mark_namespace, mark_of
from runtime.tls.authority import Authority
from runtime.tls.certificates import Certificates, Tls
from runtime.waiting import first_to_end, until

__all__ = ["AlreadyRunning", "Running", "ServerFailed", "binary", "embedded", "read_running"]

HOST = "127.0.0.1"
STARTS = 3
"""How often the servers are started when others take their ports."""
READY_PATIENCE = 30.0
STATES = 512
"""Files whose state the Temporal server keeps in memory; another is read from its database when something happens in it."""
STORES_PAUSE = 5.0
"""Seconds between two looks whether the servers' stores are where they were."""

log = structlog.get_logger()
LEFTOVER_PATIENCE = 5.0


class Embedded(Running):
    """The servers that this process has started."""

    _servers: tuple[ServerProcess, ...] = PrivateAttr(default=())
    _stores: Stores | None = PrivateAttr(default=None)

    def of(self, *servers: ServerProcess) -> Self:
        """The same, knowing the processes behind it."""
        self._servers = servers
        return self

    def writes_to(self, stores: Stores) -> None:
        """Where its servers write; ``watch`` sees to it that this stays where it is."""
        self._stores = stores

    async def watch(self) -> None:
        """Wait until one of the servers dies, or what it writes is not where it should be.

        Raises:
            ServerFailed: With the last lines of its log.
            StoreLost: Whatever was written from now on would be lost.
        """
        watched = [server.died() for server in self._servers]
        await first_to_end(*watched, *([self._until_a_store_is_gone(self._stores)] if self._stores else []))

    async def _until_a_store_is_gone(self, stores: Stores) -> None:
        while True:
            await asyncio.sleep(STORES_PAUSE)
            gone = stores.gone()
            if gone:
                log.critical("store_gone", path=", ".join(gone))
                raise lost_while_running(gone)


@asynccontextmanager
async def embedded(settings: Settings, directory: Directory) -> AsyncGenerator[Embedded]:
    """Start both servers, provision them, and stop them at the end.

    Raises:
        AlreadyRunning: The servers of this home run already.
        ServerFailed: A server did not come up.
        StoreDamaged: The bus cannot be started without losing what it stores.
        NotForProduction: The settings say that this is production.
    """
    refuse_embedded(settings)
    private_home(settings.home)
    settings.logs_dir.mkdir(mode=0o700, exist_ok=True)
    with _sole_owner(settings):
        await _refuse_leftovers(settings)
        stores = _stores(settings)
        keys = Keys(settings.keys)
        keys.create(directory)
        EventKeys(settings.keys, settings.public_keys).create(directory)
        certificates = _certificates(settings, directory)
        async with AsyncExitStack() as stack:
            running = await _start(settings, directory, keys, certificates, stack)
            running.writes_to(stores)
            await provision_streams(running.nats_url, directory, keys, certificates)
            await provision_namespaces(running.temporal_address, directory)
            await _take_temporal(settings, running, stores)
            _write_private(settings.running_file, running.model_dump_json(indent=1))
            try:
                yield running
            finally:
                settings.running_file.unlink(missing_ok=True)


def _stores(settings: Settings) -> Stores:
    """What this home had must be there before anything makes it anew."""
    stores = Stores(settings.home)
    stores.require(TEMPORAL, settings.temporal_db)
    for name, path in ((NATS, settings.nats_dir), (KEYS, settings.keys)):
        stores.folder(name, path)
    return stores


async def _take_temporal(settings: Settings, running: Running, stores: Stores) -> None:
    """Its mark stands beside a namespace: the database belongs to the server."""
    client = await connect_plainly(running.temporal_address)
    mark = stores.next_mark(TEMPORAL, await mark_of(client), settings.temporal_db)
    await mark_namespace(client, mark)
    stores.enlist(TEMPORAL, mark)
    stores.watch(TEMPORAL, settings.temporal_db)


def _certificates(settings: Settings, directory: Directory) -> Certificates:
    """Those of this home, if `keten provision --tls` was ever asked for some; what is about to expire is issued again."""
    authority = Authority(settings.tls_dir)
    if authority.is_here:
        authority.certify(directory)
    return Certificates(settings.tls_dir)


async def _start(
    settings: Settings, directory: Directory, keys: Keys, certificates: Certificates, stack: AsyncExitStack
) -> Embedded:
    """Both servers up and answering; what was started is stopped in the opposite order, also when the rest fails.

    The embedded Temporal knows no TLS, so both listen on loopback, whether the bus has certificates or not. Both work in the
    home and know their files by names relative to it, because each reads some characters of a path in a way of its own.

    Where another process took a port between our choice and its use, both start anew: once on the same ports, because Temporal
    also chooses ports for its inner services by itself and those are the likelier ones, then on others.
    """
    remembered, left = _remembered(settings), STARTS
    while True:
        async with AsyncExitStack() as trying:
            try:
                ports = _ports(settings, remembered)
                running = await _start_on(ports, settings, directory, keys=keys, certificates=certificates, stack=trying)
            except PortTaken:
                left -= 1
                if not left:
                    raise
                log.warning("port_taken")
                remembered = remembered if left == STARTS - 1 else {}
            else:
                stack.push_async_exit(trying.pop_all())
                return running


async def _start_on(  # noqa: PLR0913 - where, with what, for whom, and who ends it
    ports: dict[str, int],
    settings: Settings,
    directory: Directory,
    *,
    keys: Keys,
    certificates: Certificates,
    stack: AsyncExitStack,
) -> Embedded:
    nats_url, address = f"{'tls' if certificates.bus else 'nats'}://{HOST}:{ports['nats']}", f"{HOST}:{ports['temporal']}"
    _write_private(settings.nats_config, _bus_config(settings, directory, keys, certificates, ports["nats"]))
    mend_store(settings.nats_dir)
    log_file = settings.logs_dir.absolute() / "nats.log"
    nats = await ServerProcess.start("nats-server", ["-c", settings.nats_config.name], log_file, settings.home.absolute())
    stack.push_async_callback(nats.stop)
    temporal = await _start_temporal(settings, _temporal_arguments(settings, directory, ports), address, stack)
    await _ready(nats, lambda: _bus_answers(Access(nats_url, keys.system_seed(), certificates.system)))
    watching = asyncio.create_task(reopened_when_there_is_room(nats, log_file, settings.nats_dir))
    stack.callback(watching.cancel)
    _write_private(settings.ports_file, json.dumps(ports))
    pids = {server.name: server.pid for server in (nats, temporal)}
    ui_url = f"http://{HOST}:{ports['ui']}"
    table = settings.directory.absolute()
    return Embedded(nats_url=nats_url, temporal_address=address, ui_url=ui_url, pids=pids, directory=table).of(nats, temporal)


async def _start_temporal(settings: Settings, arguments: list[str], address: str, stack: AsyncExitStack) -> ServerProcess:
    """Up and answering. When it has made its tables it is started anew on the lighter ones, before anybody hears of it."""
    first = not settings.temporal_db.exists()
    lighten(settings.temporal_db)
    log_file = settings.logs_dir.absolute() / "temporal.log"
    temporal = await ServerProcess.start("temporal", arguments, log_file, settings.home.absolute())
    stack.push_async_callback(temporal.stop)
    await _ready(temporal, lambda: _temporal_answers(address))
    if first and may_be_lighter():
        await temporal.start_anew(lambda: lighten(settings.temporal_db), patience=0)
        await _ready(temporal, lambda: _temporal_answers(address))
    return temporal


def _bus_config(settings: Settings, directory: Directory, keys: Keys, certificates: Certificates, port: int) -> str:
    tls = certificates.bus
    if tls:
        tls.check()
        tls = Tls(*(path.relative_to(settings.home) for path in tls))
    return render(directory, keys, port=port, store_dir=settings.nats_dir.relative_to(settings.home), tls=tls)


def _temporal_arguments(settings: Settings, directory: Directory, ports: dict[str, int]) -> list[str]:
    """Every commit is flushed to disk before it is acknowledged: WAL alone would lose the last ones at a power cut."""
    fixed = ["server", "start-dev", "--ip", HOST, "--log-level", "error", "--ui-disable-news-fetch"]
    own = ["--disable-config-file", "--disable-config-env", "--db-filename", settings.temporal_db.name]
    durable = ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL"]
    where = ["--port", str(ports["temporal"]), "--ui-port", str(ports["ui"])]
    namespaces = [argument for agency in directory.agencies for argument in ("-n", agency.namespace)]
    codec = ["--ui-codec-endpoint", settings.codec_endpoint] if settings.codec_endpoint else []
    noticed = ["--dynamic-config-value", f"{FAILURES_SETTING}={FAILURES}"]
    bounded = ["--dynamic-config-value", f"history.hostLevelCacheMaxSize={STATES}"]
    return [*fixed, *own, *durable, *where, *codec, *noticed, *bounded, *_partitions(settings.temporal_db), *namespaces]


def _partitions(database: Path) -> list[str]:
    """One partition for each queue, not four: there is one server. What others still hold is handed out before they are left."""
    kinds = ["Write"] if work_in_further_partitions(database) else ["Write", "Read"]
    return [part for kind in kinds for part in ("--dynamic-config-value", f"matching.numTaskqueue{kind}Partitions=1")]


def _remembered(settings: Settings) -> dict[str, int]:
    """The ports of the last run."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        return json.loads(settings.ports_file.read_text(encoding="utf-8"))
    return {}


def _ports(settings: Settings, remembered: dict[str, int]) -> dict[str, int]:
    return free_ports({"nats": settings.nats_port, "temporal": settings.temporal_port, "ui": settings.ui_port}, remembered)


async def _ready(server: ServerProcess, answers: Callable[[], Awaitable[None]]) -> None:
    """Wait until the server really answers, or has died, or is too slow."""

    async def ready() -> bool:
        if not server.alive:
            raise server.failure()
        try:
            await answers()
        except (OSError, RPCError, NatsError, TimeoutError):
            return False
        return True

    try:
        await until(ready, seconds=READY_PATIENCE, pause=0.05)
    except TimeoutError:
        raise ServerFailed(f"{server.name} does not answer after {READY_PATIENCE:.0f} seconds; its log is under logs/") from None


async def _bus_answers(system: Access) -> None:
    client = await connect(*system)
    try:
        await client.request("$SYS.REQ.SERVER.PING.HEALTHZ", b"", timeout=1)
    finally:
        await client.close()


async def _temporal_answers(address: str) -> None:
    client = await connect_plainly(address)
    if not await client.service_client.check_health(timeout=timedelta(seconds=1)):
        raise ConnectionError("not serving yet")


@contextmanager
def _sole_owner(settings: Settings) -> Generator[None]:
    with os.fdopen(os.open(settings.lock_file, os.O_WRONLY | os.O_CREAT, 0o600), "a") as lock:
        if not locked(lock.fileno()):
            known = settings.running_file.read_text(encoding="utf-8") if settings.running_file.exists() else "still starting"
            where = settings.home.absolute()
            raise AlreadyRunning(f"Keten already runs on {where}: {known}. Use that one, stop it, or set KETEN_HOME.")
        yield


async def _refuse_leftovers(settings: Settings) -> None:
    """Two servers on one database would spoil it: wait for those of a killed run to end, and refuse if they do not.

    A number of a process that has ended may by now be that of somebody else's, which is neither waited for nor named.
    """
    with contextlib.suppress(FileNotFoundError, ValidationError):
        last = Running.model_validate_json(settings.running_file.read_text(encoding="utf-8"))

        def left() -> dict[str, int]:
            return {name: pid for name, pid in last.pids.items() if works_in(settings.home, name, pid)}

        async def gone() -> bool:
            return not left()

        try:
            await until(gone, seconds=LEFTOVER_PATIENCE)
        except TimeoutError:
            raise AlreadyRunning(f"servers of an earlier run still run: end the processes {left()}, and try again") from None
        settings.running_file.unlink(missing_ok=True)


def _write_private(path: Path, text: str) -> None:
    """Replace a file of ours at once, readable by its owner only."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
