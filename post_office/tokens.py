"""Tokens by which an agency's own systems show who they are.

A token is 256 random bits, so its SHA-256 is enough: nobody finds it by trying, and whoever reads the file can use nothing in it.
The file is read again when it has changed, so that a token which was ended is worth nothing a moment later.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from runtime.private_files import KeyFileError, read_private

AT_A_TIME = 2
"""Tokens of one name, so that one can be exchanged for another without a gap."""
MOST = 100
"""Tokens of one agency."""
PREFIX = "keten_"
"""By it people, and programs that look for lost secrets, know what it is."""
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
TOKEN = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


class Scope(StrEnum):
    """What somebody may do who shows a token."""

    SEND = "send"
    READ = "read"
    MANAGE = "manage"


class Listed(NamedTuple):
    """A token as it is kept.

    Attributes:
        name: Of the system that has it.
        scopes: What that may do.
        digest: SHA-256 of the token, hexadecimal.
        made: When.
    """

    name: str
    scopes: frozenset[Scope]
    digest: str
    made: datetime

    @property
    def id(self) -> str:
        """By which people tell one from another: it says nothing of the token."""
        return self.digest[:8]


_LISTED = TypeAdapter(list[Listed])


def checked(name: str) -> str:
    """The same name.

    Raises:
        ValueError: It is none.
    """
    if not NAME.fullmatch(name):
        raise ValueError("a name is up to 40 of a-z, 0-9 and -, and begins with a letter")
    return name


class Tokens:
    """The tokens of one agency's post office.

    Args:
        path: The file with them, beside the agency's keys.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_as: tuple[int, int, int] | None = None
        self._listed: list[Listed] = []

    @classmethod
    def of(cls, keys: Path, agency: str) -> "Tokens":
        """Those of an agency.

        Args:
            keys: The directory with every key.
            agency: Its slug.
        """
        return cls(keys / f"{agency}.post-office.tokens")

    def listed(self) -> list[Listed]:
        """All, in the order in which they were made.

        Raises:
            KeyFileError: The file cannot be read, is open to others or holds something else.
        """
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._read_as, self._listed = None, []
            return []
        read_as = (found.st_ino, found.st_mtime_ns, found.st_mode)
        if read_as != self._read_as:
            try:
                self._listed = _LISTED.validate_json(read_private(self._path))
            except ValidationError:
                raise KeyFileError(f"{self._path} holds no tokens: put it there again, or remove it and make new ones") from None
            self._read_as = read_as
        return self._listed

    def whose(self, token: str) -> Listed | None:
        """Who shows this token; None: nobody has it.

        Raises:
            KeyFileError: The file cannot be read.
        """
        digest = _digest(token)
        found = [listed for listed in self.listed() if hmac.compare_digest(listed.digest, digest)]
        return found[0] if found else None

    def add(self, name: str, scopes: Iterable[Scope], now: datetime | None = None) -> str:
        """A new token. It is shown here and never again.

        Raises:
            ValueError: The name is no name, it has two tokens already, or may nothing.
        """
        checked(name)
        allowed = frozenset(scopes)
        if not allowed:
            raise ValueError(f"say what it may do: --scope {', --scope '.join(Scope)}")
        token = PREFIX + secrets.token_urlsafe(32)
        with self._alone() as listed:
            if sum(one.name == name for one in listed) >= AT_A_TIME:
                raise ValueError(f"{name} has {AT_A_TIME} tokens already: end one of them first")
            if len(listed) >= MOST:
                raise ValueError(f"there are {MOST} tokens already: end those that nobody uses")
            self._write([*listed, Listed(name, allowed, _digest(token), now or datetime.now(UTC))])
        return token

    def end(self, name: str, only: str | None = None) -> int:
        """Make tokens worthless, at once.

        Args:
            name: Whose.
            only: The id of one of them; None: all of that name.

        Returns:
            How many.

        Raises:
            LookupError: There is none.
        """
        with self._alone() as listed:
            ended = [one for one in listed if one.name == name and only in {None, one.id}]
            if not ended:
                raise LookupError("there is no such token: `keten post-office token list` shows those that there are")
            self._write([one for one in listed if one not in ended])
        return len(ended)

    @contextmanager
    def _alone(self) -> Generator[list[Listed]]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._path.with_name(f".{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            flock(lock, LOCK_EX)
            yield list(self.listed())
        finally:
            os.close(lock)

    def _write(self, listed: list[Listed]) -> None:
        """The whole file or the one before, also when the power is cut."""
        kept = [{**one._asdict(), "scopes": sorted(one.scopes), "made": one.made.isoformat()} for one in listed]
        draft = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(json.dumps(kept, indent=1))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
