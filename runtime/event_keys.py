"""The keys with which events are signed and sealed: private halves at their agency, public halves published for all.

An agency has a pair to sign with (Ed25519) and a pair to be written to (X25519), of one number. Public halves are JSON Web Key
sets (RFC 7517), one file per agency, beside the directory; whoever may change these files says who is who. A new pair is used
at once; the one before stays valid for an overlap, so that what is under way still arrives. After it nobody can read any more
what was sealed to it, in no backup of the bus either: its private half is destroyed.
"""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from joserfc.jwk import OKPKey

from contracts.agencies import Directory
from runtime.keys import KeyFileError, KeyUnavailable, read_private

SIGN, SEAL = "sig", "enc"
CURVES: dict[str, Any] = {SIGN: "Ed25519", SEAL: "X25519"}
NEVER = 2**53 - 1
"""Seconds since 1970 at which a key ends that has no successor yet: the greatest integer that every JSON reader keeps."""

Jwk = dict[str, Any]


class KeyExpired(KeyUnavailable):
    """A key whose time, with its overlap, has passed."""


class EventKeys:
    """Private halves in the key directory, public ones where everybody may read them.

    Args:
        private: The directory with this installation's private keys.
        public: The directory with everybody's public keys.
        now: The clock, in seconds since 1970.
    """

    def __init__(self, private: Path, public: Path, now: Callable[[], float] = time.time) -> None:
        self._private = private
        self._public = public
        self._now = now

    def create(self, directory: Directory) -> None:
        """Make the first pairs of every agency that has none, and publish what is not published yet."""
        for folder in (self._private, self._public):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for agency in directory.agencies:
            if not self._file(agency.slug).exists():
                _write(self._file(agency.slug), self._pairs(agency.slug, 1))
            self._publish(agency.slug)

    def to_sign(self, slug: str) -> OKPKey:
        """The newest private key with which an agency signs."""
        return self._newest(self._own(slug), SIGN, slug)

    def to_open(self, slug: str, kid: str) -> OKPKey:
        """An agency's private key to which something was sealed.

        Raises:
            KeyUnavailable: There is none of this name.
            KeyExpired: It was destroyed, or would be if somebody had come to it.
        """
        return self._named(self._own(slug), kid, slug)

    def to_seal(self, slug: str) -> OKPKey:
        """The newest public key to which others seal for an agency."""
        return self._newest(self._published(slug), SEAL, slug)

    def to_verify(self, slug: str, kid: str) -> OKPKey:
        """The public key of a name with which an agency signed.

        Raises:
            KeyUnavailable: This agency has published no such key.
            KeyExpired: Its time has passed.
        """
        return self._named(self._published(slug), kid, slug)

    def rotate(self, slug: str, overlap: timedelta) -> int:
        """Give an agency new pairs, used at once; those before end after the overlap.

        Returns:
            The number of the new pairs.
        """
        with self._locked(slug):
            return self._rotate(slug, overlap)

    def retire(self, slug: str) -> int:
        """Destroy the private keys whose time has passed; gives how many there were."""
        with self._locked(slug):
            keys = self._own(slug)
            valid = [key for key in keys if key["exp"] > self._now()]
            if len(valid) < len(keys):
                _write(self._file(slug), valid)
            return len(keys) - len(valid)

    def age(self, slug: str) -> timedelta:
        """How long ago the newest pairs were made."""
        made = max(key["nbf"] for key in self._own(slug))
        return timedelta(seconds=self._now() - made)

    def _rotate(self, slug: str, overlap: timedelta) -> int:
        keys, now = self._own(slug), int(self._now())
        number = 1 + max(int(key["kid"].split(".")[1]) for key in keys)
        ends = now + int(overlap.total_seconds())
        before = [{**key, "exp": min(key["exp"], ends)} for key in keys]
        _write(self._file(slug), [*before, *self._pairs(slug, number)])
        self._publish(slug)
        return number

    @contextmanager
    def _locked(self, slug: str) -> Generator[None]:
        """One process at a time changes an agency's keys."""
        with self._file(slug).open() as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            yield

    def _pairs(self, slug: str, number: int) -> list[Jwk]:
        now = int(self._now())
        made: list[Jwk] = []
        for use, curve in CURVES.items():
            key = OKPKey.generate_key(curve, {"kid": f"{slug}.{number}.{use}", "use": use})
            made.append({**key.as_dict(private=True), "nbf": now, "exp": NEVER})
        return made

    def _publish(self, slug: str) -> None:
        """Nothing private, and no key that nobody should use any more."""
        published = [{name: value for name, value in key.items() if name != "d"} for key in self._own(slug)]
        earlier = self._published(slug) if self._public_file(slug).exists() else []
        kept = {key["kid"] for key in published}
        _write(self._public_file(slug), [*(key for key in earlier if key["kid"] not in kept), *published], mode=0o644)

    def _newest(self, keys: list[Jwk], use: str, slug: str) -> OKPKey:
        fitting = [key for key in keys if key["use"] == use and key["exp"] > self._now()]
        if not fitting:
            raise KeyExpired(f"{slug} has no valid key for events: give it one with `keten keys renew {slug}`")
        return _loaded(json.dumps(max(fitting, key=lambda key: key["nbf"] + int(key["kid"].split(".")[1]))))

    def _named(self, keys: list[Jwk], kid: str, slug: str) -> OKPKey:
        for key in keys:
            if key["kid"] == kid and key["exp"] > self._now():
                return _loaded(json.dumps(key))
        known = any(key["kid"] == kid for key in keys) or self._was_before(keys, kid, slug)
        if known:
            raise KeyExpired(f"the time of the key {kid} has passed")
        raise KeyUnavailable(f"{slug} has no key of this name")

    def _was_before(self, keys: list[Jwk], kid: str, slug: str) -> bool:
        """Whether a key of this name must have been there, and was destroyed."""
        owner, _, rest = kid.rpartition(".")[0].rpartition(".")
        return owner == slug and rest.isdecimal() and int(rest) < max(int(key["kid"].split(".")[1]) for key in keys)

    def _own(self, slug: str) -> list[Jwk]:
        return _read(read_private(self._file(slug)))

    def _published(self, slug: str) -> list[Jwk]:
        path = self._public_file(slug)
        try:
            return _read(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise KeyFileError(
                f"{path} is missing: it holds the public keys of {slug}; get it from that agency, or run `keten provision`"
            ) from None

    def _file(self, slug: str) -> Path:
        return self._private / f"{slug}.events.jwks"

    def _public_file(self, slug: str) -> Path:
        return self._public / f"{slug}.jwks.json"


@lru_cache(maxsize=256)
def _loaded(text: str) -> OKPKey:
    fields: Jwk = json.loads(text)
    return OKPKey.import_key({name: value for name, value in fields.items() if name not in {"nbf", "exp"}})


def _read(text: str) -> list[Jwk]:
    return cast("list[Jwk]", json.loads(text)["keys"])


def _write(path: Path, keys: list[Jwk], mode: int = 0o600) -> None:
    """Replace the whole file at once; whoever reads meanwhile reads the one before."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)  # whatever the umask
        file.write(json.dumps({"keys": keys}, indent=1))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
