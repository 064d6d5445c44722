"""About events themselves: one was refused, some are missing, and what offices ask each other about what arrived."""

from typing import ClassVar

from pydantic import Field

from contracts.attributes import Id
from contracts.event import Event, Rule
from contracts.refusals import RefusalCode
from contracts.text import Line, Text
from contracts.words import AgencyKind, Ground

EVERYBODY = frozenset(AgencyKind)


def _rule(name: str) -> Rule:
    return Rule(
        type=f"nl.keten.deliveries.{name}.v1",
        senders=EVERYBODY,
        recipients=EVERYBODY,
        file=None,
        late=True,
        partners=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="let no event vanish without its sender knowing",
        retention="status",
    )


class DeliveryRefused(Event):
    """An event was refused. The original lies with the recipient as a dead letter and can be replayed."""

    rule: ClassVar[Rule] = _rule("refused")
    event_id: Line = Field(description="id of the refused event, or of its message where it had none")
    event_type: Line
    system: Line = Field(description="the system within the sender that sent it, as in its source")
    code: RefusalCode
    reason: Text


class DeliveriesMissed(Event):
    """Events with these numbers did not arrive: later ones of their line did, or their recipient was asked and knows nothing."""

    rule: ClassVar[Rule] = _rule("missed")
    system: Line = Field(description="the system within the sender that sent them, as in their source")
    numbers: tuple[int, ...] = Field(min_length=1, max_length=1000, description="their `sequence`")


MOST = 500
"""How many events one list names: with these an event stays far under the size that the bus takes."""


class DeliveriesListed(Event):
    """Events with these ids lie in the recipient's inbox, or did: which of them does it know?"""

    rule: ClassVar[Rule] = _rule("listed")
    ids: tuple[Id, ...] = Field(
        min_length=1, max_length=MOST, description="ids of events that the recipient's inbox acknowledged"
    )


class DeliveriesConfirmed(Event):
    """Of the events that were listed these were taken or refused, and the others never arrived."""

    rule: ClassVar[Rule] = _rule("confirmed")
    arrived: tuple[Id, ...] = Field(max_length=MOST, description="ids of events that the recipient knows")
    missing: tuple[Id, ...] = Field(max_length=MOST, description="ids of events that it does not know; a person there was told")


BETWEEN_OFFICES = (DeliveriesListed, DeliveriesConfirmed)
"""What offices tell each other about all their cases together: it names no case, belongs to no file, and is about nobody."""
