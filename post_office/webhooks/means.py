"""What every courier works with."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from contracts.alarms import AlarmCode
from post_office.ports import CaseSeen, Heard
from post_office.webhooks.places import Places
from post_office.webhooks.sending import Sender
from post_office.webhooks.store import Store


class Feed(Protocol):
    """What is needed of the book (``post_office.ports.Book``)."""

    async def feed(self, after: int, most: int, types: frozenset[str] = frozenset()) -> list[Heard]: ...  # noqa: D102
    async def handed(self, to: str, after: int, found: Sequence[Heard]) -> None: ...  # noqa: D102
    async def more(self, after: int, seconds: float) -> bool: ...  # noqa: D102
    async def newest(self) -> int: ...  # noqa: D102
    async def case(self, caseref: str) -> CaseSeen | None: ...  # noqa: D102


class Means(NamedTuple):
    """What every courier works with.

    Attributes:
        feed: The book.
        store: Endpoints.
        places: What waits.
        sender: Makes a try.
        clock: The time.
        chance: From 0 up to 1, random.
        alarm: Reaches a person; done when that was handed over.
        source: Of our own events.
    """

    feed: Feed
    store: Store
    places: Places
    sender: Sender
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    alarm: Callable[[AlarmCode, str], Awaitable[None]]
    source: str
