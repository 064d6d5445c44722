"""What somebody typed, while they log in once more: in memory, bounded, theirs alone, and gone after minutes."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

MOST = 50
"""Forms at a time; then the oldest goes. With the size of a form this bounds memory."""
KEPT = 900.0
"""Seconds: a login may take ten minutes, and a person looks then."""

Pairs = Sequence[tuple[str, str]]
Key = tuple[str, str, str]
"""A person, the agency for which they work, and the path to which it belongs."""


class Aside:
    """Forms that were set aside, the newest for each path.

    Args:
        now: Seconds that only grow.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: OrderedDict[Key, tuple[float, Pairs]] = OrderedDict()

    def keep(self, key: Key, pairs: Pairs) -> None:
        """Set a form aside, in place of one that was there."""
        self._forget()
        self._kept.pop(key, None)
        self._kept[key] = (self._now() + KEPT, tuple(pairs))
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def find(self, key: Key) -> Pairs | None:
        """A form that was set aside; it stays, since a page may be loaded again."""
        self._forget()
        return self._kept[key][1] if key in self._kept else None

    def forget(self, key: Key) -> None:
        """Keep it no longer."""
        self._kept.pop(key, None)

    def _forget(self) -> None:
        while self._kept and next(iter(self._kept.values()))[0] <= self._now():
            self._kept.popitem(last=False)
