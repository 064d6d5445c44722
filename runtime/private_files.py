"""Files that only their owner reads: written whole or not at all, never overwritten, and refused where others could read them."""

import os
import secrets
from pathlib import Path


class KeyUnavailable(RuntimeError):  # noqa: N818 - named as what is the case
    """A key cannot be used now; the message says why."""


class KeyFileError(KeyUnavailable):
    """A key file of this side is missing, open to others or not whole; the message says what to do.

    A fault of one's own that passes: whoever meets it while taking an event lets that come again.
    """


def read_private(path: Path) -> str:
    """The text of a key file that nobody else can read.

    Raises:
        KeyFileError: The file is missing, cannot be read, is not whole, or its mode is wider than 0600.
    """
    try:
        mode = path.stat().st_mode & 0o777
        if mode & 0o177:
            raise KeyFileError(f"{path} has mode {mode:04o}, so others could use this key: chmod 600 {path}")
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise KeyFileError(f"{path} is missing: make the keys with `keten provision`, or put this agency's key there") from None
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read ({error.strerror}): whoever runs this process must be its owner") from None
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise KeyFileError(f"{path} holds no key: put it there again, from where you keep a copy")
    return text


def write_private(path: Path, text: str) -> None:
    """Write a key file that only its owner can read, in a folder that only its owner can enter; one that is there stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(path, text)


def write_once(path: Path, text: str) -> None:
    """Write a whole file of mode 0600 or none; a file that is there stays, whoever made it."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)  # unlike a rename, a link does not replace what somebody else wrote meanwhile
        _flush(path.parent)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def _flush(folder: Path) -> None:
    """Without this a power cut could take the name of a key whose first use was already written elsewhere."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
