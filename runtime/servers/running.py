"""Where the embedded servers of a home answer: for whoever wants to talk to them, without what it takes to start them."""

import contextlib
import fcntl
from pathlib import Path

from pydantic import BaseModel, ValidationError

from runtime.settings import Settings


class AlreadyRunning(RuntimeError):  # noqa: N818 - named as what is the case
    """Somebody runs the servers on this home; the message says who."""


class Running(BaseModel):
    """Where the servers answer."""

    nats_url: str
    temporal_address: str
    ui_url: str
    pids: dict[str, int]
    directory: Path | None = None


def read_running(settings: Settings) -> Running | None:
    """Where the embedded servers of this home answer; None if nobody runs them."""
    with contextlib.suppress(FileNotFoundError, ValidationError), settings.lock_file.open() as lock:
        if not locked(lock.fileno()):
            return Running.model_validate_json(settings.running_file.read_text(encoding="utf-8"))
    return None


def locked(descriptor: int) -> bool:
    """Whether nobody else holds the lock; the kernel gives it back when its holder dies, however it dies."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
