"""Events are handed to systems of the agency's own: each has its line in the processing log before it leaves."""

from collections.abc import Sequence
from typing import Protocol

from contracts.agencies import Agency
from contracts.envelope import CloudEvent
from contracts.logged import handed
from contracts.processing import Processing
from post_office.clock import now_utc
from post_office.ports import Heard


class Log(Protocol):
    """What is needed of the processing log (``runtime.processing.log.SqlProcessingLog``)."""

    async def write(self, records: Sequence[Processing]) -> None:
        """Keep lines; done when they are on disk."""
        ...


async def note(log: Log, me: Agency, to: str, found: Sequence[Heard]) -> None:
    """Write down that a system is given these; of what has no content any more nothing is given.

    Raises:
        NotLogged: It is not on disk: do not give them.
    """
    now = now_utc()
    lines = [handed(CloudEvent.model_validate(heard.event), to, me, now) for heard in found if heard.event is not None]
    if lines:
        await log.write(lines)
