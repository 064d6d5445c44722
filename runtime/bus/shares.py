"""What each sender may take of another agency's inbox, so that whoever fills it fills its own part only."""

from typing import NamedTuple

KIB = 1024
BODY = 64 * KIB
"""The largest message that an inbox takes (``contracts/envelope.py``)."""
HEADERS = 2 * KIB
"""Room for the headers of an event; a larger one is refused where it is sent."""
REASON = 4 * KIB
"""Room for what a dead letter says more in its headers than the event did."""
SENDER = "from-"


class Shares(NamedTuple):
    """Limits that the bus keeps; each is one sender's own.

    Attributes:
        lane: How many events of one type from one sender wait in an inbox, at most; what is more is refused to the sender.
        under_way: How many events of one sender are handed out and not settled, those that wait for another try included.
        dead_lane: How many dead letters of one type from one sender are kept; then that sender's line waits.
        spare: How many more than these fit, so that a dead letter can be sealed anew when there are as many as may be.
        answers: How many answers to one sender wait to be sent.
        inbox: Bytes of one inbox. One sender's share is a small part of it.
        dead: Bytes of the dead letters of one agency.
        outgoing: Bytes of the answers of one agency.
    """

    lane: int = 512
    under_way: int = 48
    dead_lane: int = 100
    spare: int = 8
    answers: int = 200
    inbox: int = 2 * 1024**3
    dead: int = 640 * 1024**2
    outgoing: int = 64 * 1024**2

    @property
    def account(self) -> int:
        """Bytes of everything that one agency has on the bus: nobody's inbox can take the room of the dead letters."""
        return self.inbox + self.dead + self.outgoing


SHARES = Shares()
CONNECTIONS = 128
"""How many connections one agency may have to the bus: its offices, its people, and room for both to begin anew."""
MESSAGE = BODY + HEADERS
PAYLOAD = MESSAGE + REASON
"""The largest message of all: a dead letter that holds the largest event."""


def consumer_of(sender: str) -> str:
    """The name of the consumer that hands out one sender's events."""
    return f"{SENDER}{sender}"


def sender_of(consumer: str) -> str | None:
    """Whose events a consumer hands out; None: it is none of these."""
    return consumer.removeprefix(SENDER) if consumer.startswith(SENDER) else None
