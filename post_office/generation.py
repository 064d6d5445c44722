"""Which lines a post office writes on: after a restore of an older book other ones, so that no number is ever used twice.

Beside the keys lies how far the book's events were published. A book that knows of fewer is older than what others have seen.
"""

import asyncio
import os
from pathlib import Path

from pydantic import ValidationError

from contracts.text import Model
from runtime.private_files import KeyFileError

SYSTEM = "post"


class Published(Model):
    """How far it came.

    Attributes:
        generation: Of the lines that were written on last.
        number: Of the newest event of the book that was, or was about to be, published.
    """

    generation: int = 1
    number: int = 0


def system_of(generation: int) -> str:
    """What stands in ``source``: ``post``, and after a restore ``post-2``."""
    return SYSTEM if generation == 1 else f"{SYSTEM}-{generation}"


class PublishedFile:
    """The file; it is on disk before anything of what it says leaves."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = asyncio.Lock()
        self._known: Published | None = None

    def compared(self, generation: int, number: int) -> int:
        """The generation on which a book may write.

        Args:
            generation: Of the book.
            number: Of its newest event.

        Raises:
            KeyFileError: The file is there, and cannot be read.
        """
        found = self._read()
        if found is None:
            kept = generation if number == 0 else generation + 1  # nobody can say whether this book is the newest
        elif found.generation != generation or number < found.number:
            kept = max(found.generation, generation) + (number > 0 or found.number > 0)
        else:
            kept = generation
        if found is not None and kept == found.generation:
            self._known = found
            return kept
        self._known = Published(generation=kept, number=number)
        self._write(self._known)
        return kept

    async def note(self, number: int) -> None:
        """Events up to this number are about to be published; done when that is on disk."""
        async with self._lock:
            assert self._known
            if number > self._known.number:
                after = self._known.model_copy(update={"number": number})
                await asyncio.to_thread(self._write, after)
                self._known = after

    def _read(self) -> Published | None:
        try:
            return Published.model_validate_json(self._path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return None
        except (OSError, ValidationError, UnicodeDecodeError):
            raise KeyFileError(
                f"{self._path} cannot be read: put it back, or remove it: then events go out on new lines"
            ) from None

    def _write(self, published: Published) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._path.with_name(f".{self._path.name}.new")
        draft.touch(mode=0o600)
        with draft.open("w", encoding="ascii") as file:
            file.write(published.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
