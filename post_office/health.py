"""How the parts of a post office do, as whoever runs them says."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol


class Does(StrEnum):
    """How a part does; the words are those of the draft on health checks for HTTP APIs."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"


class Part(NamedTuple):
    """A part and how it does.

    Attributes:
        name: ``bus``, ``book``, ``clock``, ``keys``, ``unread`` and so on.
        does: How it does.
        words: For people: what is the matter and what to do; nothing out of an event.
        since: Since when it does so, where that is known.
    """

    name: str
    does: Does = Does.PASS
    words: str | None = None
    since: datetime | None = None


class Health(Protocol):
    """Whoever knows."""

    async def parts(self) -> list[Part]:
        """Every part, each looked at now or a moment ago."""
        ...
