"""Each agency's list of its people: public keys with the moments from and until which they count, as a JWK set in a file."""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from contracts.text import Model
from runtime.keys.signatures import ALGORITHM
from runtime.private_files import KeyFileError, read_private, write_private

KID = re.compile(r"([a-z][a-z0-9-]{1,39})@([a-z][a-z0-9-]{1,39})#([0-9]{1,6})")
ENDING = ".jwks.json"


class Right(StrEnum):
    """What a person may do at an agency, where they log in."""

    HANDLE = "handle"
    OPERATE = "operate"
    AUDIT = "audit"
    OVERSEE = "oversee"


USUAL = frozenset({Right.HANDLE, Right.OPERATE})
"""The rights of whoever is in a list without any being named."""


class Listed(Model):
    """A person in an agency's list, with their key there.

    Attributes:
        name: A pseudonym.
        number: Counts the keys that this person has had there, from 1.
        x: The public key, as JWK writes it.
        until: When they left; None while they work there.
        rights: What they may do there in the web console. Who has the agency's keys at a terminal is not asked for them.
    """

    name: str
    agency: str
    number: int
    x: str
    since: datetime
    until: datetime | None = None
    rights: frozenset[Right] = USUAL

    @property
    def kid(self) -> str:
        """What signatures call this key."""
        return f"{self.name}@{self.agency}#{self.number}"

    @property
    def fingerprint(self) -> str:
        """Of the public key, so that two people can compare it: its thumbprint (RFC 7638, SHA-256), in hexadecimal digits."""
        members = json.dumps({"crv": ALGORITHM, "kty": "OKP", "x": self.x}, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(members.encode()).hexdigest()


class PeopleLists:
    """The lists that lie in a folder, mode 0600; in production each agency keeps its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def agencies(self) -> list[str]:
        """The agencies whose list lies here."""
        return sorted(path.name.removesuffix(ENDING) for path in self.folder.glob(f"*{ENDING}"))

    def ever(self, agency: str) -> list[Listed]:
        """Everybody who works or has worked at an agency.

        Raises:
            KeyFileError: Its list is open to others, or is none.
        """
        path = self.folder / f"{agency}{ENDING}"
        if not path.exists():
            return []
        try:
            return [_listed(jwk) for jwk in json.loads(read_private(path))["keys"]]
        except (LookupError, TypeError, ValueError):
            raise KeyFileError(f"{path} is not a list of people as Keten writes them: restore it") from None

    def now(self, agency: str) -> list[Listed]:
        """Who works at an agency."""
        return [person for person in self.ever(agency) if person.until is None]

    def rights(self, name: str, agency: str) -> frozenset[Right]:
        """What a person may do at an agency now; nothing where they do not work."""
        return frozenset(right for person in self.now(agency) if person.name == name for right in person.rights)

    def write(self, agency: str, people: Iterable[Listed]) -> None:
        """Replace a list, the whole of it or nothing."""
        draft = self.folder / f".{agency}.new"
        draft.unlink(missing_ok=True)
        write_private(draft, json.dumps({"keys": [_jwk(person) for person in people]}, indent=1) + "\n")
        draft.replace(self.folder / f"{agency}{ENDING}")

    @contextmanager
    def alone(self) -> Generator[None]:
        """Nobody else changes a list or makes a key meanwhile."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.folder / ".lock", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _jwk(person: Listed) -> dict[str, Any]:
    public = {"kty": "OKP", "crv": ALGORITHM, "x": person.x, "kid": person.kid, "alg": ALGORITHM, "use": "sig"}
    until = {"until": person.until.isoformat()} if person.until else {}
    rights = {} if person.rights == USUAL else {"rights": sorted(person.rights)}
    return {**public, "since": person.since.isoformat(), **until, **rights}


def _listed(jwk: Mapping[str, Any]) -> Listed:
    kid = KID.fullmatch(jwk["kid"])
    if kid is None:
        raise ValueError("not a key of a person")
    until = datetime.fromisoformat(jwk["until"]) if "until" in jwk else None
    since = datetime.fromisoformat(jwk["since"])
    rights = frozenset(map(Right, jwk["rights"])) if "rights" in jwk else USUAL
    return Listed(name=kid[1], agency=kid[2], number=int(kid[3]), x=jwk["x"], since=since, until=until, rights=rights)
