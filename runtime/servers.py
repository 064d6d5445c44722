"""The embedded installation: a bus and a Temporal server as child processes, with their data under one directory."""

import asyncio
import contextlib
import fcntl
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from nats.errors import Error as NatsError
from pydantic import BaseModel, PrivateAttr, ValidationError
from temporalio.service import RPCError

from contracts.agencies import Directory
from runtime.authority import Authority
from runtime.bus.connection import Access, connect
from runtime.event_keys import EventKeys
from runtime.keys import Keys
from runtime.nats_config import render
from runtime.production import refuse_embedded
from runtime.provision import provision_namespaces, provision_streams
from runtime.server_process import ServerFailed, ServerProcess, binary, free_port
from runtime.settings import Settings
from runtime.store_repair import mend_store
from runtime.temporal import connect_plainly
from runtime.tls import Certificates, Tls
from runtime.waiting import until

__all__ = ["AlreadyRunning", "Running", "ServerFailed", "binary", "embedded", "read_running"]

HOST = "127.0.0.1"
READY_PATIENCE = 30.0
LEFTOVER_PATIENCE = 5.0


class AlreadyRunning(RuntimeError):  # noqa: N818 - named as what is the case
    """Somebody runs the servers on this home; the message says who."""


class Running(BaseModel):
    """Where the servers answer, for whoever wants to talk to them."""

    nats_url: str
    temporal_address: str
    ui_url: str
    pids: dict[str, int]
    directory: Path | None = None
    _servers: tuple[ServerProcess, ...] = PrivateAttr(default=())

    def of(self, *servers: ServerProcess) -> Self:
        """The same, knowing the processes behind it."""
        self._servers = servers
        return self

    async def watch(self) -> None:
        """Wait until one of the servers dies.

        Raises:
            ServerFailed: With the last lines of its log.
        """
        await asyncio.gather(*(server.died() for server in self._servers))


def read_running(settings: Settings) -> Running | None:
    """Where the embedded servers of this home answer; None if nobody runs them."""
    with contextlib.suppress(FileNotFoundError, ValidationError), settings.lock_file.open() as lock:
        if not _lock(lock.fileno()):
            return Running.model_validate_json(settings.running_file.read_text(encoding="utf-8"))
    return None


@asynccontextmanager
async def embedded(settings: Settings, directory: Directory) -> AsyncGenerator[Running]:
    """Start both servers, provision them, and stop them at the end.

    Raises:
        AlreadyRunning: The servers of this home run already.
        ServerFailed: A server did not come up.
        StoreDamaged: The bus cannot be started without losing what it stores.
        NotForProduction: The settings say that this is production.
    """
    refuse_embedded(settings)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.logs_dir.mkdir(mode=0o700, exist_ok=True)
    with _sole_owner(settings):
        await _refuse_leftovers(settings)
        keys = Keys(settings.keys)
        keys.create(directory)
        EventKeys(settings.keys, settings.public_keys).create(directory)
        certificates = _certificates(settings, directory)
        async with AsyncExitStack() as stack:
            running = await _start(settings, directory, keys, certificates, stack)
            await provision_streams(running.nats_url, directory, keys, certificates)
            await provision_namespaces(running.temporal_address, directory)
            _write_private(settings.running_file, running.model_dump_json(indent=1))
            try:
                yield running
            finally:
                settings.running_file.unlink(missing_ok=True)


def _certificates(settings: Settings, directory: Directory) -> Certificates:
    """Those of this home, if `keten provision --tls` was ever asked for some; what is about to expire is issued again."""
    authority = Authority(settings.tls_dir)
    if authority.is_here:
        authority.certify(directory)
    return Certificates(settings.tls_dir)


async def _start(
    settings: Settings, directory: Directory, keys: Keys, certificates: Certificates, stack: AsyncExitStack
) -> Running:
    """Both servers up and answering; what was started is stopped in the opposite order, also when the rest fails.

    The embedded Temporal knows no TLS, so both listen on loopback, whether the bus has certificates or not.
    """
    ports = _ports(settings)
    nats_url, address = f"{'tls' if certificates.bus else 'nats'}://{HOST}:{ports['nats']}", f"{HOST}:{ports['temporal']}"
    _write_private(settings.nats_config, _bus_config(settings, directory, keys, certificates, ports["nats"]))
    mend_store(settings.nats_dir)
    nats = await ServerProcess.start("nats-server", ["-c", str(settings.nats_config)], settings.logs_dir / "nats.log")
    stack.push_async_callback(nats.stop)
    temporal = await ServerProcess.start(
        "temporal", _temporal_arguments(settings, directory, ports), settings.logs_dir / "temporal.log"
    )
    stack.push_async_callback(temporal.stop)
    await _ready(nats, lambda: _bus_answers(Access(nats_url, keys.system_seed(), certificates.system)))
    await _ready(temporal, lambda: _temporal_answers(address))
    _write_private(settings.ports_file, json.dumps(ports))
    pids = {server.name: server.pid for server in (nats, temporal)}
    ui_url = f"http://{HOST}:{ports['ui']}"
    table = settings.directory.absolute()
    return Running(nats_url=nats_url, temporal_address=address, ui_url=ui_url, pids=pids, directory=table).of(nats, temporal)


def _bus_config(settings: Settings, directory: Directory, keys: Keys, certificates: Certificates, port: int) -> str:
    tls = certificates.bus
    if tls:
        tls.check()
        tls = Tls(*(path.absolute() for path in tls))
    return render(directory, keys, port=port, store_dir=settings.nats_dir.absolute(), tls=tls)


def _temporal_arguments(settings: Settings, directory: Directory, ports: dict[str, int]) -> list[str]:
    """Every commit is flushed to disk before it is acknowledged: WAL alone would lose the last ones at a power cut."""
    fixed = ["server", "start-dev", "--ip", HOST, "--log-level", "error", "--ui-disable-news-fetch"]
    own = ["--disable-config-file", "--disable-config-env", "--db-filename", str(settings.temporal_db)]
    durable = ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL"]
    where = ["--port", str(ports["temporal"]), "--ui-port", str(ports["ui"])]
    namespaces = [argument for agency in directory.agencies for argument in ("-n", agency.namespace)]
    codec = ["--ui-codec-endpoint", settings.codec_endpoint] if settings.codec_endpoint else []
    return [*fixed, *own, *durable, *where, *codec, *namespaces]


def _ports(settings: Settings) -> dict[str, int]:
    remembered: dict[str, int] = {}
    with contextlib.suppress(FileNotFoundError, ValueError):
        remembered = json.loads(settings.ports_file.read_text(encoding="utf-8"))
    wanted = {"nats": settings.nats_port, "temporal": settings.temporal_port, "ui": settings.ui_port}
    return {name: free_port(port, remembered.get(name)) for name, port in wanted.items()}


async def _ready(server: ServerProcess, answers: Callable[[], Awaitable[None]]) -> None:
    """Wait until the server really answers, or has died, or is too slow."""

    async def ready() -> bool:
        if not server.alive:
            await server.died()
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
    with settings.lock_file.open("a") as lock:
        if not _lock(lock.fileno()):
            known = settings.running_file.read_text(encoding="utf-8") if settings.running_file.exists() else "still starting"
            where = settings.home.absolute()
            raise AlreadyRunning(f"Keten already runs on {where}: {known}. Use that one, stop it, or set KETEN_HOME.")
        yield


def _lock(descriptor: int) -> bool:
    """The kernel gives the lock back when its holder dies, however it dies."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _refuse_leftovers(settings: Settings) -> None:
    """Two servers on one database would spoil it: wait for those of a killed run to end, and refuse if they do not."""
    with contextlib.suppress(FileNotFoundError, ValidationError):
        last = Running.model_validate_json(settings.running_file.read_text(encoding="utf-8"))

        async def gone() -> bool:
            return not any([await _listens(address) for address in (urlsplit(last.nats_url).netloc, last.temporal_address)])

        try:
            await until(gone, seconds=LEFTOVER_PATIENCE)
        except TimeoutError:
            raise AlreadyRunning(
                f"servers of an earlier run still listen: end the processes {last.pids}, and try again"
            ) from None
        settings.running_file.unlink(missing_ok=True)


async def _listens(address: str) -> bool:
    host, port = address.rsplit(":", 1)
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    return True


def _write_private(path: Path, text: str) -> None:
    """Replace a file of ours at once, readable by its owner only."""
    draft = path.with_name(f".{path.name}.new")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
