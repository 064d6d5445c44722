"""The processing log: a line for everything that is done with somebody's data, written before it is done."""

from collections.abc import Sequence
from typing import Protocol

from contracts.processing import Processing


class ProcessingLog(Protocol):
    """The port: keep lines, each once; done when they are on disk. What cannot be logged is not done."""

    async def write(self, records: Sequence[Processing]) -> None: ...  # noqa: D102
