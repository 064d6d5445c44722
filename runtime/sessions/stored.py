"""What all rows of the web console have in common: one database, and a clock that tests can set."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Engine

from runtime.database import open_database


def _now() -> datetime:
    return datetime.now(UTC)


class Stored:
    """Rows in a database; ``upgrade`` must have made its tables.

    Args:
        url: As for ``open_database``.
        now: What time it is.
    """

    def __init__(self, url: str, now: Callable[[], datetime] = _now) -> None:
        self._url = url
        self._now = now

    async def close(self) -> None:
        """Close all connections; whoever asks after that opens new ones."""
        if engine := vars(self).pop("_engine", None):
            await asyncio.to_thread(engine.dispose)

    @cached_property
    def _engine(self) -> Engine:
        return open_database(self._url)
