"""What nobody foresaw is tried a few times and then refused; what passes by itself is tried for ever."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import structlog
from nats.aio.msg import Msg

from contracts.refusals import RefusalCode, Refused

log = structlog.get_logger()

UNFORESEEN = {
    RefusalCode.UNREADABLE: "reading this event failed in a way that nobody foresaw; its recipient was alarmed, and has kept it",
    RefusalCode.NOT_HANDLED: "taking this event failed in a way that nobody foresaw; its recipient was alarmed, and has kept it",
}
"""What a sender hears, by where the fault arose."""


class Tries:
    """Counts per message, in this process only: what waited out an outage has not used up any of its tries."""

    def __init__(self, agency: str, most: int, passing: Callable[[Exception], bool]) -> None:
        self._agency = agency
        self._passing = passing
        self._used: dict[int, int] = {}
        self.most = most

    @contextmanager
    def bounded(self, message: Msg, code: RefusalCode) -> Generator[None]:
        """Inside, a message is read or taken.

        Raises:
            Refused: It cannot be taken, or failed as often as may be.
        """
        try:
            yield
        except Refused:
            raise
        except Exception as error:
            if self._passing(error) or self._add(message) < self.most:
                raise
            name = type(error).__name__
            log.error("event_unforeseen", agency=self._agency, code=code.value, error=name)  # noqa: TRY400 - a trace tells content
            raise Refused(code, UNFORESEEN[code]) from error

    def used(self, message: Msg) -> int:
        """How often it has failed so; 0 if never."""
        return self._used.get(message.metadata.sequence.stream, 0)

    def forget(self, message: Msg) -> None:
        """It is settled."""
        self._used.pop(message.metadata.sequence.stream, None)

    def _add(self, message: Msg) -> int:
        number = message.metadata.sequence.stream
        self._used[number] = self._used.get(number, 0) + 1
        return self._used[number]
