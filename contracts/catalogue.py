"""Every event in one place, and what follows from it: who may send what to whom."""

import importlib
import pkgutil
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import contracts.events
from contracts.agencies import Agency, Directory
from contracts.event import Event


def _collect() -> dict[str, type[Event]]:
    for module in pkgutil.iter_modules(contracts.events.__path__, "contracts.events."):
        importlib.import_module(module.name)
    found: dict[str, type[Event]] = {}
    for event in _leaves(Event):
        if event.rule.type in found:
            raise TypeError(f"two events have the type {event.rule.type}: {found[event.rule.type].__name__}, {event.__name__}")
        found[event.rule.type] = event
    return dict(sorted(found.items()))


def _leaves(event: type[Event]) -> Iterator[type[Event]]:
    for subclass in event.__subclasses__():
        if "rule" in subclass.__dict__:
            yield subclass
        yield from _leaves(subclass)


CATALOGUE: dict[str, type[Event]] = _collect()
"""Event classes by CloudEvents type."""

BY_SHORT_NAME: dict[str, type[Event]] = {event.short_name(): event for event in CATALOGUE.values()}


def known_type(named: str) -> str:
    """A type as another agency named it, where the catalogue has it: in words of ours nothing else that it wrote may stand."""
    return named if named in CATALOGUE else "an event of a type that is not in the catalogue"


class Lane(NamedTuple):
    """One event from one agency to another: an export at the recipient, an import at the sender."""

    sender: Agency
    recipient: Agency
    event: type[Event]

    @property
    def as_sent(self) -> str:
        """The subject on which the sender publishes."""
        return subject_to(self.recipient.slug, self.event)

    @property
    def as_received(self) -> str:
        """The subject on which the recipient's inbox receives."""
        return subject_from(self.sender.slug, self.event)


def subject_to(recipient: str, event: type[Event]) -> str:
    """The subject on which a sender publishes to a recipient."""
    return f"to.{recipient}.{event.short_name()}"


def subject_from(sender: str, event: type[Event]) -> str:
    """The subject on which an inbox receives from a sender."""
    return f"from.{sender}.{event.short_name()}"


def may_send(sender: Agency, recipient: Agency, event: type[Event]) -> bool:
    """Whether the catalogue allows this event between these two agencies."""
    kinds = sender.kind in event.rule.senders and recipient.kind in event.rule.recipients
    if event.rule.itself:
        return kinds and sender == recipient
    return kinds and (not event.rule.partners or are_partners(sender, recipient))


def are_partners(one: Agency, other: Agency) -> bool:
    """Whether one of two agencies may send the other something of substance; an agency is its own partner."""
    return one == other or frozenset({(one.kind, other.kind), (other.kind, one.kind)}) & _PARTNERS != frozenset()


_PARTNERS = frozenset(
    pair
    for event in CATALOGUE.values()
    if not (event.rule.partners or event.rule.itself)
    for pair in product(event.rule.senders, event.rule.recipients)
)


def lanes(directory: Directory) -> tuple[Lane, ...]:
    """Every lane that catalogue and directory allow. An agency has lanes to itself only where it plays two parts."""
    pairs = product(directory.agencies, directory.agencies)
    return tuple(
        Lane(sender, recipient, event)
        for sender, recipient in pairs
        for event in CATALOGUE.values()
        if may_send(sender, recipient, event)
    )
