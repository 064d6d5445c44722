"""The bus as a process sees it: send to another agency, take from the own inbox, look at what could not be taken."""

from runtime.bus.connection import Access, BusUnreachable, broker, connect
from runtime.bus.dead_letters import DeadLetter, DeadLetters
from runtime.bus.inbox import Addressee, Delivery, Inbox, Take, TryLater
from runtime.bus.mailbox import Mailbox
from runtime.bus.publisher import NatsBus, PublishFailed
from runtime.bus.seal import Seal

__all__ = [
    "Access",
    "Addressee",
    "BusUnreachable",
    "DeadLetter",
    "DeadLetters",
    "Delivery",
    "Inbox",
    "Mailbox",
    "NatsBus",
    "PublishFailed",
    "Seal",
    "Take",
    "TryLater",
    "broker",
    "connect",
]
