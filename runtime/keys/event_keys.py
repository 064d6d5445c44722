"""The keys with which events are signed and sealed: private halves at their agency, public halves published for all.

An agency has a pair to sign with (Ed25519) and a pair to be written to (X25519), of one number. Public halves are JSON Web Key
sets (RFC 7517), one file per agency, beside the directory; whoever may change these files says who is who. A new pair is used
at once; the one before stays valid for an overlap, so that what is under way still arrives. After it nobody can read any more
what was sealed to it, in no backup of the bus either: its private half is destroyed.
"""

import fcntl
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from joserfc.jwk import OKPKey

from contracts.agencies import Directory
from runtime.keys.event_key_files import CURVES, KID, SEAL, SIGN, Jwk, loaded, number_of, read_public, read_set, replace_set
from runtime.keys.files import KeyUnknown
from runtime.keys.parsed import Parsed
from runtime.private_files import KeyFileError, KeyUnavailable, read_private

NEVER = 2**53 - 1
"""Seconds since 1970 at which a key ends that has no successor yet: the greatest integer that every JSON reader keeps."""

OWN, PUBLISHED = ".events.jwks", ".jwks.json"
"""With what the names of the two files of an agency end."""

LEEWAY = 300.0
"""Seconds by which a key may have been made in the future: two clocks are never quite the same."""


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
        self._sets = Parsed(_read)

    def create(self, directory: Directory) -> None:
        """Make the first pairs of every agency that has none, and publish what is not published yet."""
        for folder in (self._private, self._public):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for agency in directory.agencies:
            if not self._file(agency.slug).exists():
                replace_set(self._file(agency.slug), self._pairs(agency.slug, 1))
            self._publish(agency.slug)

    def to_sign(self, slug: str) -> OKPKey:
        """The newest private key with which an agency signs, of those that others can know.

        Raises:
            KeyFileError: A file of this side is missing or not whole.
        """
        known = {key["kid"] for key in self._published(slug)}
        published = [key for key in self._own(slug) if key["kid"] in known]
        if not published:
            raise KeyFileError(f"{self._public_file(slug)} has none of {slug}'s own keys: publish them with `keten provision`")
        return self._newest(published, SIGN, self._file(slug))

    def to_open(self, slug: str, kid: str) -> OKPKey:
        """An agency's private key to which something was sealed.

        Raises:
            KeyUnknown: There is none of this name.
            KeyExpired: It was destroyed, or would be if somebody had come to it.
            KeyFileError: The file cannot be read now.
        """
        return self._named(self._own(slug), kid, self._file(slug))

    def to_seal(self, slug: str) -> OKPKey:
        """The newest public key to which others seal for an agency."""
        return self._newest(self._published(slug), SEAL, self._public_file(slug))

    def to_verify(self, slug: str, kid: str) -> OKPKey:
        """The public key of a name with which an agency signed.

        Raises:
            KeyUnknown: This agency has published no such key.
            KeyExpired: Its time has passed.
            KeyFileError: The file cannot be read now.
        """
        return self._named(self._published(slug), kid, self._public_file(slug))

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
                replace_set(self._file(slug), valid)
            return len(keys) - len(valid)

    def age(self, slug: str) -> timedelta:
        """How long ago the newest pairs were made; made in the future, by a clock that was wrong, they are of any age."""
        made = max(self._own(slug), key=number_of)["nbf"]
        passed = self._now() - made
        return timedelta(seconds=passed) if passed >= -LEEWAY else timedelta.max

    def _rotate(self, slug: str, overlap: timedelta) -> int:
        keys, now = self._own(slug), int(self._now())
        number = 1 + max(number_of(key) for key in keys)
        ends = now + int(overlap.total_seconds())
        before = [{**key, "exp": min(key["exp"], ends)} for key in keys]
        replace_set(self._file(slug), [*before, *self._pairs(slug, number)])
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
        replace_set(self._public_file(slug), [*(key for key in earlier if key["kid"] not in kept), *published], mode=0o644)

    def _newest(self, keys: list[Jwk], use: str, path: Path) -> OKPKey:
        fitting = [key for key in keys if key["use"] == use and key["exp"] > self._now()]
        if not fitting:
            owner = path.name.partition(".")[0]
            raise KeyExpired(f"{owner} has no valid key for events: give it one with `keten keys renew {owner}`")
        return loaded(max(fitting, key=number_of), path)

    def _named(self, keys: list[Jwk], kid: str, path: Path) -> OKPKey:
        for key in keys:
            if key["kid"] == kid and key["exp"] > self._now():
                return loaded(key, path)
        owner = path.name.partition(".")[0]
        if any(key["kid"] == kid for key in keys) or _was_before(keys, kid, owner):
            raise KeyExpired("the time of this key has passed")
        raise KeyUnknown(f"{owner} has no key of this name")

    def _own(self, slug: str) -> list[Jwk]:
        return self._sets.of(self._file(slug))

    def _published(self, slug: str) -> list[Jwk]:
        return self._sets.of(self._public_file(slug))

    def _file(self, slug: str) -> Path:
        return self._private / f"{slug}{OWN}"

    def _public_file(self, slug: str) -> Path:
        return self._public / f"{slug}{PUBLISHED}"


def _read(path: Path) -> list[Jwk]:
    if path.name.endswith(OWN):
        return read_set(path, read_private(path))
    return read_public(path, path.name.removesuffix(PUBLISHED))


def _was_before(keys: list[Jwk], kid: str, owner: str) -> bool:
    """Whether a key of this name must have been there, and was destroyed."""
    named = KID.fullmatch(kid)
    return named is not None and named["owner"] == owner and int(named["number"]) < max(number_of(key) for key in keys)
