"""The files of keys for events: JSON Web Key sets (RFC 7517) that are read whole or not at all, and replaced at once."""

import json
import os
import re
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from joserfc.jwk import OKPKey

from runtime.private_files import KeyFileError

SIGN, SEAL = "sig", "enc"
CURVES: dict[str, Any] = {SIGN: "Ed25519", SEAL: "X25519"}
KID = re.compile(r"(?P<owner>[a-z][a-z0-9-]{1,39})\.(?P<number>[1-9][0-9]{0,8})\.(?P<use>sig|enc)", re.ASCII)

Jwk = dict[str, Any]


def read_set(path: Path, text: str) -> list[Jwk]:
    """The keys in a file; such as a later version may add are left out.

    Raises:
        KeyFileError: It is half written, or holds something else.
    """
    try:
        keys = [key for key in json.loads(text)["keys"] if key["use"] in CURVES]
        whole = bool(keys) and all(_is_key(key) for key in keys)
    except (ValueError, TypeError, LookupError, RecursionError):
        keys, whole = [], False
    if not whole:
        raise KeyFileError(f"{path} is no whole set of keys for events: get it again from where you keep a copy")
    return cast("list[Jwk]", keys)


def read_public(path: Path, owner: str) -> list[Jwk]:
    """The keys that an agency has published.

    Raises:
        KeyFileError: The file is missing, cannot be read or is not whole.
    """
    remedy = f"it holds the public keys of {owner}; get it from that agency, or run `keten provision`"
    try:
        return read_set(path, path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KeyFileError(f"{path} is missing: {remedy}") from None
    except (OSError, UnicodeDecodeError):
        raise KeyFileError(f"{path} cannot be read: {remedy}") from None


def replace_set(path: Path, keys: list[Jwk], mode: int = 0o600) -> None:
    """Replace the whole file at once; whoever reads meanwhile reads the one before."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)  # whatever the umask
            file.write(json.dumps({"keys": keys}, indent=1))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def number_of(key: Jwk) -> int:
    """Which pair of its owner it belongs to; a later one has a greater number, whatever a clock said."""
    return int(str(key["kid"]).split(".")[1])


def loaded(key: Jwk, path: Path) -> OKPKey:
    """A key of a file, ready for use.

    Raises:
        KeyFileError: What stands there is no key.
    """
    try:
        return _loaded(json.dumps(key))
    except Exception:  # what a library says of a damaged key has many names
        raise KeyFileError(f"{path}: {key['kid']} is damaged: get the file again from where you keep a copy") from None


@lru_cache(maxsize=256)
def _loaded(text: str) -> OKPKey:
    fields: Jwk = json.loads(text)
    key = OKPKey.import_key({name: value for name, value in fields.items() if name not in {"nbf", "exp"}})
    _ = key.private_key if "d" in fields else key.public_key  # made when it is first asked for
    return key


def _is_key(key: Jwk) -> bool:
    named = KID.fullmatch(key["kid"])
    return (
        named is not None
        and key["use"] == named["use"]
        and key["crv"] == CURVES[key["use"]]
        and all(type(key[name]) is int for name in ("nbf", "exp"))
    )
