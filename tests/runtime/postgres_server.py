"""A real PostgreSQL cluster of one's own, gone afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from runtime.servers.process import free_port

BINARIES = Path("/usr/lib/postgresql/15/bin")
NOT_HERE = f"no PostgreSQL 15 here: {BINARIES}/initdb is missing (on Debian: apt install postgresql-15)"


def is_here() -> bool:
    return (BINARIES / "initdb").exists()


@contextmanager
def postgres(change: Callable[[Path], list[str]] = lambda _: []) -> Generator[str]:
    """Where it answers, as ``host:port``; the user is ``keten``, on loopback and without a password.

    Args:
        change: Puts further files beside the database, readable by it; gives further settings.
    """
    with cluster() as data:
        settings = change(data.parent)
        if os.geteuid() == 0:
            for path in data.parent.iterdir():
                shutil.chown(path, "nobody")
        with serving(data, free_port(), settings) as port:
            yield f"127.0.0.1:{port}"


@contextmanager
def cluster() -> Generator[Path]:
    """The data of a server that may be started and stopped."""
    home = Path(tempfile.mkdtemp(prefix="keten-postgres-"))
    data = home / "data"
    try:
        if os.geteuid() == 0:
            shutil.chown(home, "nobody")
        initdb = ["initdb", "--pgdata", data, "--username", "keten", "--auth", "trust", "--encoding", "UTF8", "--no-sync"]
        subprocess.run([BINARIES / initdb[0], *initdb[1:]], check=True, capture_output=True, cwd=home, **_user())
        yield data
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def serving(data: Path, port: int, further: Sequence[str] = ()) -> Generator[int]:
    """The server of some data, running."""
    settings = [*further, f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={data}", "fsync=off"]
    arguments = [argument for setting in settings for argument in ("-c", setting)]
    with (data / "server.log").open("wb") as log:
        server = subprocess.Popen([BINARIES / "postgres", "-D", data, *arguments], cwd=data, stdout=log, stderr=log, **_user())
    try:
        _wait(server, port, data / "server.log")
        yield port
    finally:
        server.send_signal(signal.SIGINT)  # ends sessions too; SIGTERM would wait for them
        server.wait(timeout=30)


def _wait(server: subprocess.Popen[Any], port: int, log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="keten", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"PostgreSQL does not answer: {log.read_text()}")


def _user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
