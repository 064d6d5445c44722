"""Files of keys that are read and parsed once per change, and looked at before every use."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 1024
"""Files of which it is kept what they hold."""

SETTLED = 100_000_000
"""Nanoseconds after a change before which another one might bear the same time: until then it is read at every use."""


class Parsed(Generic[T]):
    """What files hold.

    Args:
        parse: Reads a file, or says in words what is wrong with it; whoever gets it changes nothing in it.
    """

    def __init__(self, parse: Callable[[Path], T]) -> None:
        self._parse = parse
        self._known: dict[Path, tuple[tuple[int, ...], T]] = {}

    def of(self, path: Path) -> T:
        """What a file holds now. One that was replaced, changed, opened to others or removed is read anew, with what follows."""
        state = _state(path)  # before it is read: what changes meanwhile is read again
        known = self._known.get(path)
        if known and known[0] == state:
            return known[1]
        self._known.pop(path, None)
        found = self._parse(path)
        if state and time.time_ns() - state[0] > SETTLED:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[path] = (state, found)
        return found


def _state(path: Path) -> tuple[int, ...]:
    """Of a file that is not there: nothing, and reading it says so."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_dev, found.st_ino, found.st_mode)
