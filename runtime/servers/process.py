"""One server as a child process: started in its own group, listened to when it dies, stopped with patience."""

import asyncio
import contextlib
import ctypes
import os
import random
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path

import structlog

log = structlog.get_logger()

STOP_PATIENCE = 4.0
STEADY = range(20_000, 32_768)
"""Where a port is looked for first: below those that Linux gives to connections (``net.ipv4.ip_local_port_range``)."""
PORT_TAKEN = "address already in use"
"""As Go writes it, in the log of either server."""
BROKE_OFF = ("panic:", "fatal error:")
"""How a program in Go begins to tell that it broke off; hundreds of lines may follow."""
MUCH = 1_000_000
"""Bytes of a log that are looked through."""
_PR_SET_PDEATHSIG = 1


class ServerFailed(RuntimeError):  # noqa: N818 - named as what happened
    """A server did not start or died; the message holds the last lines of its log."""


class PortTaken(ServerFailed):
    """Between our choice of a port and its use somebody else took it."""


def binary(name: str) -> Path:
    """The server that came with this environment.

    Raises:
        ServerFailed: It is not there.
    """
    path = Path(sys.executable).parent / name
    if not path.exists():
        raise ServerFailed(f"{path} is missing: install Keten's dependencies into this environment again (`make test` does)")
    return path


def free_port(wanted: int = 0, remembered: int | None = None, host: str = "127.0.0.1") -> int:
    """The configured port; else the one of the last run if nobody took it; else any free one, first among ``STEADY``."""
    with _held(wanted, remembered, host) as port:
        return port


def free_ports(wanted: Mapping[str, int], remembered: Mapping[str, int]) -> dict[str, int]:
    """A port for each name, as ``free_port`` chooses it, and no port for two of them.

    Each is held until all are chosen: the system may give out again what was let go.
    """
    with contextlib.ExitStack() as holding:
        return {name: holding.enter_context(_held(port, remembered.get(name))) for name, port in wanted.items()}


@contextlib.contextmanager
def _held(wanted: int, remembered: int | None, host: str = "127.0.0.1") -> Generator[int]:
    for port in (wanted,) if wanted else (*filter(None, [remembered]), *random.sample(STEADY, 20), 0):
        with contextlib.closing(socket.socket()) as probe:
            try:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
                probe.listen()
            except OSError:
                continue
            yield int(probe.getsockname()[1])
            return
    raise ServerFailed(f"port {wanted} is taken: end what listens there, or set another (0 takes a free one)")


class ServerProcess:
    """A server that runs, with its log."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        process: asyncio.subprocess.Process,
        log_file: Path,
        home: Path | None = None,
    ) -> None:
        self.name = name
        self._arguments = arguments
        self._process = process
        self._log_file = log_file
        self._home = home
        self._log_began = 0
        self._there = asyncio.Event()
        self._there.set()

    @classmethod
    async def start(cls, name: str, arguments: Sequence[str], log_file: Path, home: Path | None = None) -> "ServerProcess":
        """Start a server in its own process group, so that an interrupt at the terminal reaches its workers first.

        Args:
            name: Of the program.
            arguments: For it.
            log_file: Where what it says goes.
            home: Where it works; None: where this process does.
        """
        began = _size(log_file)
        server = cls(name, arguments, await _started(name, arguments, log_file, home), log_file, home)
        server._log_began = began
        return server

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    async def start_anew(self, prepare: Callable[[], object], patience: float = STOP_PATIENCE) -> None:
        """End it and start it again in the same way; nobody takes that for its death."""
        self._there.clear()
        try:
            await self.stop(patience)
            prepare()
            self._log_began = _size(self._log_file)
            self._process = await _started(self.name, self._arguments, self._log_file, self._home)
        finally:
            self._there.set()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.returncode is None

    async def died(self) -> None:
        """Wait until it ends, which it should not.

        Raises:
            ServerFailed: Always, with the last lines of its log.
        """
        process = self._process
        code = await process.wait()
        await self._there.wait()
        if process is not self._process:
            await self.died()
        log.critical("server_died", server=self.name, exit_code=code)
        raise self.failure()

    def failure(self) -> ServerFailed:
        """Of one that has ended: why, with the last lines of its log; ``PortTaken`` if it says so."""
        kind = PortTaken if PORT_TAKEN in self._said() else ServerFailed
        code = self._process.returncode
        return kind(f"{self.name} ended with code {code}. Its log {self._log_file} ends:\n{self._last_words()}")

    async def stop(self, patience: float = STOP_PATIENCE) -> None:
        """Ask it to end, and end it if it does not."""
        if not self.alive:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(patience):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        log.info("server_stopped", server=self.name, exit_code=self._process.returncode)

    def _said(self) -> str:
        """What it wrote into its log since it was started last; of much, the end."""
        with contextlib.suppress(OSError), self._log_file.open("rb") as file:
            file.seek(max(self._log_began, self._log_file.stat().st_size - MUCH))
            return file.read().decode(errors="replace")
        return ""

    def _last_words(self, count: int = 15) -> str:
        """The end of its log; of a program in Go that broke off, why, and not the calls that led there."""
        lines = self._said().splitlines()
        broke = next((number for number, line in enumerate(lines) if line.startswith(BROKE_OFF)), len(lines) - count)
        first = max(broke, 0)
        return "\n".join(lines[first : first + count]) or "(nothing)"


def _size(log_file: Path) -> int:
    return log_file.stat().st_size if log_file.exists() else 0


async def _started(name: str, arguments: Sequence[str], log_file: Path, home: Path | None) -> asyncio.subprocess.Process:
    with os.fdopen(os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        process = await asyncio.create_subprocess_exec(
            str(binary(name)),
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
            cwd=home,
            umask=0o077,
            preexec_fn=before_it_begins(),
        )
    log.info("server_started", server=name, pid=process.pid)
    return process


def works_in(home: Path, name: str, pid: int) -> bool:
    """Whether a process is a server of this home, and not another one that has its number by now."""
    try:
        if sys.platform == "linux":
            here = Path(f"/proc/{pid}")
            program = os.fsdecode((here / "cmdline").read_bytes().partition(b"\0")[0])
            return Path(program).name == name and (here / "cwd").samefile(home)
        told = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return Path(told.stdout.strip()).name == name
    except OSError:
        return False


def before_it_begins() -> Callable[[], None]:
    """It leaves no core dump: the bus has the key of its storage. On Linux the kernel kills a child whose parent died.

    Elsewhere the next start refuses while the child still runs.
    """
    if sys.platform != "linux":
        return _no_core_dump
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: nothing may be loaded between fork and exec

    def set_both() -> None:
        _no_core_dump()
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    return set_both


def _no_core_dump() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
