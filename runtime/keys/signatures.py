"""Ed25519 keys as JWK files, and signatures with them as compact JWS (RFC 7515; the algorithm under its name of RFC 9864)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from runtime.private_files import KeyFileError, read_private, write_private

ALGORITHM = "Ed25519"


class SignatureAltered(ValueError):  # noqa: N818 - named as what is the case
    """This is not what the key has signed."""


class KeyFileSigner:
    """Signs with a key in a file, which is made when it is first needed: the driver of ``runtime.audit.log.Signer``."""

    def __init__(self, path: Path, kid: str) -> None:
        self._path = path
        self._kid = kid

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The claims as a compact JWS."""
        make_key(self._path, self._kid)
        return sign(claims, read_key(self._path), self._kid)

    def verify(self, token: str) -> dict[str, Any]:
        """The claims of a compact JWS.

        Raises:
            SignatureAltered: It was not signed by this key.
            KeyFileError: The key is not here.
        """
        return claims_of(token, read_key(self._path))


def make_key(path: Path, kid: str) -> None:
    """Write a new private key, mode 0600; one that is there stays.

    Args:
        path: A JWK file.
        kid: The name of the key, kept in the file.
    """
    if not path.exists():
        key = OKPKey.generate_key(ALGORITHM, private=True)
        write_private(path, json.dumps({**key.as_dict(private=True), "kid": kid}))


def read_key(path: Path) -> OKPKey:
    """A key out of a JWK file that nobody else can read.

    Raises:
        KeyFileError: The file is missing, open to others, or holds no such key.
    """
    try:
        return imported(json.loads(read_private(path)))
    except ValueError:
        raise KeyFileError(f"{path} does not hold an {ALGORITHM} key as JWK") from None


def imported(jwk: Any) -> OKPKey:
    """A key out of a JWK.

    Raises:
        ValueError: It is none.
    """
    try:
        key = OKPKey.import_key(jwk)
    except (JoseError, ValueError, TypeError, LookupError):
        raise ValueError("not a key as JWK") from None
    if key.curve_name != ALGORITHM:
        raise ValueError(f"not an {ALGORITHM} key")
    return key


def public_half(key: OKPKey) -> str:
    """The public key as JWK writes it (``x``)."""
    return str(key.as_dict(private=False)["x"])


def sign(claims: Mapping[str, Any], key: OKPKey, kid: str) -> str:
    """The claims as a compact JWS that names its key."""
    text = json.dumps(claims, separators=(",", ":"), sort_keys=True)
    return jws.serialize_compact({"alg": ALGORITHM, "kid": kid}, text, key, algorithms=[ALGORITHM])


def claims_of(token: str, key: OKPKey) -> dict[str, Any]:
    """The claims that the key has signed.

    Raises:
        SignatureAltered: It has not.
    """
    try:
        claims = json.loads(jws.deserialize_compact(token, key, algorithms=[ALGORITHM]).payload)
    except (JoseError, ValueError):
        claims = None
    if not isinstance(claims, dict):
        raise SignatureAltered("this signature does not fit: it was altered, or made with another key")
    return cast("dict[str, Any]", claims)


def kid_of(token: str) -> str:
    """Which key a compact JWS says it was signed with; nothing is verified yet.

    Raises:
        SignatureAltered: It is no compact JWS that names its key.
    """
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        kid = None
    if not isinstance(kid, str):
        raise SignatureAltered("this is not a signature that names its key: a compact JWS with `kid` is wanted")
    return kid
