"""The ways that stand on every page: which pages lead on from anywhere, and for whom."""

from collections.abc import Collection
from typing import Literal, NamedTuple


class Way(NamedTuple):
    """A page that others lead to.

    Attributes:
        path: Of the page.
        words: The key of its words.
        right: What it needs, as `runtime.people.lists.Right` names it; empty: any right at all.
        or_right: Another right that does as well.
        under: The path of the way under which it stands; empty: every page leads to it.
    """

    path: str
    words: str
    right: str
    or_right: str = ""
    under: str = ""


class Step(NamedTuple):
    """A way as a page shows it.

    Attributes:
        path: Of the page that it leads to.
        words: The key of its words.
        current: Whether it leads to this page, or to where this page belongs, as `aria-current` says it; empty: neither.
    """

    path: str
    words: str
    current: Literal["page", "true", ""]


class Menu(NamedTuple):
    """The ways on a page.

    Attributes:
        steps: What every page leads to.
        under: What stands with this page under one of those; none where that is all.
    """

    steps: list[Step]
    under: list[Step]


WAYS = (
    Way("/inbox", "frame.inbox", "handle"),
    Way("/alarms", "alarms.way", "handle"),
    Way("/drafts", "drafts.title", "handle"),
    Way("/cases", "cases.title", "handle", "operate"),
    Way("/board", "board.title", "operate"),
    Way("/health", "health.title", "operate", under="/board"),
    Way("/deliveries", "hanging.way", "operate", under="/board"),
    Way("/dead", "dead.way", "operate", under="/board"),
    Way("/batches", "batches.way", "operate", under="/board"),
    Way("/coverage", "coverage.way", ""),
    Way("/audit", "audit.way", "audit"),
    Way("/people", "people.way", ""),
    Way("/help", "frame.help", ""),
)
"""In the order in which they stand."""


def ways_for(rights: Collection[str]) -> list[Way]:
    """The ways for somebody with these rights."""
    return [way for way in WAYS if not way.right or way.right in rights or way.or_right in rights]


def menu(rights: Collection[str], path: str) -> Menu:
    """The ways of somebody with these rights, as a page shows them.

    Args:
        rights: Theirs.
        path: Of the page.
    """
    ways = ways_for(rights)
    here = next((way for way in ways if path == way.path or path.startswith(f"{way.path}/")), None)
    above = (here.under or here.path) if here else ""
    family = [way for way in ways if above and above in {way.path, way.under}]

    def step(way: Way, leads: str) -> Step:
        return Step(way.path, way.words, "page" if way.path == path else "true" if way.path == leads else "")

    steps = [step(way, above) for way in ways if not way.under]
    return Menu(steps, [step(way, here.path) for way in family] if here and len(family) > 1 else [])
