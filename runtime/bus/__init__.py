"""The bus as a process sees it: send to another agency, take from the own inbox, look at what could not be taken."""

from runtime.bus.connection import Access, BusUnreachable, broker, connect
from runtime.bus.dead_letters import DeadLetter, DeadLetters
from runtime.bus.faults import TryLater, passes
from runtime.bus.inbox import Addressee, Delivery, Inbox, Limits, Take
from runtime.bus.mailbox import Mailbox
from runtime.bus.publisher import NatsBus, PublishFailed, ShareFull
from runtime.bus.pull import Pace
from runtime.bus.seal import Seal

__all__ = [
    "Access",
    "Addressee",
    "BusUnreachable",
    "DeadLetter",
    "DeadLetters",
    "Delivery",
    "Inbox",
    "Limits",
    "Mailbox",
    "NatsBus",
    "Pace",
    "PublishFailed",
    "Seal",
    "ShareFull",
    "Take",
    "TryLater",
    "broker",
    "connect",
    "passes",
]
