"""The bus as a process sees it: send to another agency, take from the own inbox, look at what could not be taken.

What is handed out here is loaded when it is asked for: who only looks at dead letters needs no broker.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtime.bus.connection import Access as Access
    from runtime.bus.connection import BusUnreachable as BusUnreachable
    from runtime.bus.connection import connect as connect
    from runtime.bus.dead_letters import DeadLetter as DeadLetter
    from runtime.bus.dead_letters import DeadLetters as DeadLetters
    from runtime.bus.faults import TryLater as TryLater
    from runtime.bus.faults import passes as passes
    from runtime.bus.inbox import Addressee as Addressee
    from runtime.bus.inbox import Delivery as Delivery
    from runtime.bus.inbox import Inbox as Inbox
    from runtime.bus.inbox import Limits as Limits
    from runtime.bus.inbox import Take as Take
    from runtime.bus.lasting import broker as broker
    from runtime.bus.mailbox import Mailbox as Mailbox
    from runtime.bus.publisher import NatsBus as NatsBus
    from runtime.bus.publisher import PublishFailed as PublishFailed
    from runtime.bus.publisher import ShareFull as ShareFull
    from runtime.bus.pull import Pace as Pace
    from runtime.bus.seal import Seal as Seal

_PARTS = {
    "connection": ("Access", "BusUnreachable", "connect"),
    "dead_letters": ("DeadLetter", "DeadLetters"),
    "faults": ("TryLater", "passes"),
    "inbox": ("Addressee", "Delivery", "Inbox", "Limits"),
    "lasting": ("broker",),
    "mailbox": ("Mailbox",),
    "publisher": ("NatsBus", "PublishFailed", "ShareFull"),
    "pull": ("Pace",),
    "seal": ("Seal",),
}


def __getattr__(name: str) -> Any:
    for part, names in _PARTS.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{part}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
