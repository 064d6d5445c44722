"""The newest head of a log in a file beside the database, so that whoever cuts off the log's end is found out."""

import fcntl
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from runtime.audit.entry import Head

LINE = re.compile(r"([0-9]+) ([0-9a-f]{64})\n")


class HeadUnreadable(ValueError):  # noqa: N818 - named as what is the case
    """The file does not hold a head."""


class HeadFile:
    """``SEQ HASH`` on one line of one length, mode 0600. It only ever goes forward.

    The line is written in place and not flushed: the entry is on disk before, so the file is behind the log at worst. A line of
    one length within one sector is never half there after a power cut, which leaves this one or one of before.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Head | None:
        """The newest head that was kept here; None if there is none yet.

        Raises:
            HeadUnreadable: Something else stands in it.
        """
        if not self.path.exists():
            return None
        with self.path.open(encoding="ascii", errors="replace") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            line = LINE.fullmatch(file.read())
        if line is None:
            raise HeadUnreadable(f"{self.path} does not hold the number and the hash of an entry")
        return Head(int(line[1]), line[2])

    def keep(self, head: Head) -> None:
        """Keep a head, unless a newer one stands here: another process may have been faster."""
        with self._alone():
            known = self.read()
            if known is None or known.seq < head.seq:
                self._write(f"{head.seq:015} {head.hash}\n".encode("ascii"))

    def _write(self, line: bytes) -> None:
        if not self.path.exists() or self.path.stat().st_size != len(line):
            self._replace(line)
            return
        with self.path.open("r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # whoever reads just now reads the one before
            file.write(line)

    def _replace(self, line: bytes) -> None:
        """The first line, or one of another length from before: whole or not at all."""
        draft = self.path.with_suffix(".head.new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)

    @contextmanager
    def _alone(self) -> Generator[None]:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.path.with_suffix(".head.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
