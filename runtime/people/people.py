"""People with keys of their own, under pseudonyms: who works at which agency, and what they have signed."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from joserfc.jwk import OKPKey

from runtime.keys.signatures import (
    ALGORITHM,
    SignatureAltered,
    claims_of,
    imported,
    kid_of,
    make_key,
    public_half,
    read_key,
    sign,
)
from runtime.people.lists import USUAL, Listed, PeopleLists, Right
from runtime.private_files import KeyFileError

NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")
SKEW = timedelta(seconds=60)
"""How far the clocks of two machines may differ."""


class PersonUnknown(LookupError):  # noqa: N818 - named as what is the case
    """Nobody works at this agency under this name and with this key."""


class PersonRemoved(ValueError):  # noqa: N818 - named as what is the case
    """It was signed after the person had left."""


class Signed(NamedTuple):
    """What a person has signed, verified.

    Attributes:
        at: When, by the clock of whoever signed.
        key: The public key, as JWK writes it.
        since: When this person came onto the list with this key.
    """

    person: str
    agency: str
    claims: dict[str, Any]
    at: datetime
    key: str
    since: datetime


class People:
    """The private keys of people that lie in a folder, and the lists of agencies."""

    def __init__(self, folder: Path) -> None:
        self.lists = PeopleLists(folder)

    def key_file(self, name: str) -> Path:
        """Where the private key of a person lies, if it is here."""
        return self.lists.folder / f"{checked(name)}.jwk"

    def holder(self, path: Path) -> tuple[str, OKPKey]:
        """The name and the key in a person's key file.

        Raises:
            PersonUnknown: There is no such file.
            KeyFileError: It is open to others, or no key of a person.
        """
        if not path.exists():
            words = "`keten people add NAME --at AGENCY` makes one, and KETEN_PERSON=NAME says who works at this console"
            raise PersonUnknown(f"{path} is missing: {words}")
        key = read_key(path)
        name = key.as_dict(private=False).get("kid")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise KeyFileError(f"{path} does not say of whom it is (`kid`)")
        return name, key

    def add(self, name: str, agency: str, rights: Collection[Right] | None = None) -> Listed:
        """Put a person into an agency's list, with a new key if none of theirs is here; who works there already stays.

        Args:
            name: A pseudonym.
            agency: Where they work.
            rights: What they may do there from now on, this and nothing else; None: as it was, or what is usual.

        Raises:
            ValueError: The name is not a pseudonym, or works there with another key; or the key is somebody else's there.
        """
        path = self.key_file(name)
        with self.lists.alone():
            before = self.lists.ever(agency)
            here = next((person for person in before if person.name == name and not person.until), None)
            if here is None:
                make_key(path, name)
                number, x = 1 + sum(person.name == name for person in before), public_half(read_key(path))
                _nobody_elses(name, x, before)
                here = Listed(
                    name=name, agency=agency, number=number, x=x, since=datetime.now(UTC), rights=frozenset(rights or USUAL)
                )
                self.lists.write(agency, [*before, here])
            elif rights:  # their key may lie elsewhere
                given = here.model_copy(update={"rights": frozenset(rights)})
                self.lists.write(agency, [given if person is here else person for person in before])
                return given
        if not path.exists() or here.x != public_half(read_key(path)):
            raise ValueError(f"{name} works at {agency} with a key that is not here: if it is lost, remove {name} there first")
        return here

    def remove(self, name: str, agency: str) -> None:
        """End a person's work at an agency. Their private key goes too, if it lies here and counts nowhere else.

        Raises:
            PersonUnknown: They do not work there.
        """
        with self.lists.alone():
            before, now = self.lists.ever(agency), datetime.now(UTC)
            leaving = [person for person in before if person.name == name and not person.until]
            if not leaving:
                raise PersonUnknown(f"nobody called {name} works at {agency}; `keten people list` shows who does")
            self.lists.write(agency, [p.model_copy(update={"until": now}) if p in leaving else p for p in before])
            if not any(person.name == name for other in self.lists.agencies() for person in self.lists.now(other)):
                self.key_file(name).unlink(missing_ok=True)

    def works_at(self, path: Path, agency: str) -> bool:
        """Whether the person of a key file works at an agency."""
        name, key = self.holder(path)
        return any((person.name, person.x) == (name, public_half(key)) for person in self.lists.now(agency))

    def sign(self, person: str | Path, claims: Mapping[str, Any], at: str | None = None) -> str:
        """Sign as a person.

        Args:
            person: A name whose key lies here, or a key file.
            claims: What is signed; the moment (``iat``) is added.
            at: For which agency; needed where the person works at several.

        Returns:
            A compact JWS; its ``kid`` is ``NAME@AGENCY#NUMBER``.

        Raises:
            PersonUnknown: They do not work there, as far as the lists here say.
            ValueError: They work at several agencies.
        """
        name, key = self.holder(person if isinstance(person, Path) else self.key_file(person))
        agencies = [at] if at else self.lists.agencies()
        everybody = [listed for agency in agencies for listed in self.lists.now(agency)]
        found = [listed for listed in everybody if (listed.name, listed.x) == (name, public_half(key))]
        if not found:
            raise PersonUnknown(f"{name} does not work at {at or 'any agency here'}: `keten people add {name} --at AGENCY`")
        if len(found) > 1:
            raise ValueError(f"{name} works at several agencies: say for which one this is signed")
        return sign({**claims, "iat": datetime.now(UTC).timestamp()}, key, found[0].kid)

    def verify(self, token: str, agency: str, fresh: timedelta | None = None) -> Signed:
        """What a person of an agency has signed.

        Args:
            token: A compact JWS.
            agency: Where they must work, or have worked when they signed.
            fresh: How old it may be, for what is to be done now. Without it, who has left could write an earlier moment.

        Raises:
            PersonUnknown: Nobody has this key there.
            PersonRemoved: They had left.
            SignatureAltered: It is not what they have signed, or it is too old.
        """
        kid, listed = kid_of(token), {person.kid: person for person in self.lists.ever(agency)}
        if kid not in listed:
            raise PersonUnknown(f"nobody at {agency} has the key of this signature; `keten people list` shows who works there")
        person = listed[kid]
        claims = claims_of(token, imported({"kty": "OKP", "crv": ALGORITHM, "x": person.x}))
        at = _moment(claims.pop("iat", None))
        if person.until and (fresh or at >= person.until):
            raise PersonRemoved(f"{person.name} has left {agency} at {person.until:%Y-%m-%d %H:%M} UTC: this does not count")
        if fresh and not -SKEW <= datetime.now(UTC) - at <= fresh:
            raise SignatureAltered(f"this was signed at {at:%Y-%m-%d %H:%M} UTC, which is not now: sign it anew")
        return Signed(person.name, agency, claims, at, person.x, person.since)


def checked(name: str) -> str:
    """A name, if it is a pseudonym.

    Raises:
        ValueError: It is not.
    """
    if not NAME.fullmatch(name):
        raise ValueError(
            "take a pseudonym such as a staff number: 2 to 40 small letters, digits and hyphens, a letter first, like c-17. "
            "It stands in the audit log for years, so it should not be a person's real name"
        )
    return name


def _nobody_elses(name: str, x: str, people: Sequence[Listed]) -> None:
    """One person with two names would count as two, where two must agree."""
    other = next((person.name for person in people if person.x == x and person.name != name), None)
    if other:
        raise ValueError(
            f"{other} has this key at {people[0].agency} already: who works there has one name, and a key of their own"
        )


def _moment(iat: Any) -> datetime:
    try:
        return datetime.fromtimestamp(iat, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise SignatureAltered("this signature does not say when it was made (`iat`)") from None
