"""Which faults pass by themselves: those of our own parts, each known by its type."""

from nats.errors import Error as NatsError

from runtime.bus.publisher import PublishFailed
from runtime.private_files import KeyUnavailable


class TryLater(Exception):  # noqa: N818 - a request, not an error
    """The event cannot be taken yet, and that is no fault of anybody."""

    def __init__(self, delay: float | None = None) -> None:
        super().__init__("later")
        self.delay = delay


OWN = (NatsError, PublishFailed, KeyUnavailable, OSError)
"""Of the bus, of our keys, of our files and connections; a timeout is an ``OSError``, too."""


def passes(error: Exception) -> bool:
    """Whether a fault while reading or keeping an event is one of our own parts; what takes events has more of them."""
    return isinstance(error, (TryLater, *OWN))
