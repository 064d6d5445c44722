"""The ways that stand on every page: which pages lead on from anywhere, and for whom."""

from collections.abc import Collection
from typing import NamedTuple


class Way(NamedTuple):
    """A page that every page leads to.

    Attributes:
        path: Of the page.
        words: The key of its words.
        right: What it needs, as `runtime.people.lists.Right` names it; empty: any right at all.
        or_right: Another right that does as well.
    """

    path: str
    words: str
    right: str
    or_right: str = ""


WAYS = (
    Way("/inbox", "frame.inbox", "handle"),
    Way("/alarms", "alarms.way", "handle"),
    Way("/drafts", "drafts.title", "handle"),
    Way("/cases", "cases.title", "handle", "operate"),
    Way("/board", "board.title", "operate"),
    Way("/health", "health.title", "operate"),
    Way("/deliveries", "hanging.way", "operate"),
    Way("/dead", "dead.way", "operate"),
    Way("/batches", "batches.way", "operate"),
    Way("/coverage", "coverage.way", ""),
    Way("/audit", "audit.way", "audit"),
    Way("/people", "people.way", ""),
    Way("/help", "frame.help", ""),
)
"""In the order in which they stand."""


def ways_for(rights: Collection[str]) -> list[Way]:
    """The ways for somebody with these rights."""
    return [way for way in WAYS if not way.right or way.right in rights or way.or_right in rights]
