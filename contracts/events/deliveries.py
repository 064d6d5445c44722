"""About events themselves: one was refused, some are missing, and what offices ask each other about what arrived."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Self

from pydantic import Field

from contracts.attributes import Id
from contracts.event import Event, Rule
from contracts.refusals import RefusalCode
from contracts.text import Line, Model, Text
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


MOST = 500
"""How many events, or gaps, one list names: with these an event stays far under the size that the bus takes."""

HIGHEST = 999_999_999
"""The highest `sequence` that an attribute can hold."""

Number = Annotated[int, Field(ge=1, le=HIGHEST)]


class Span(Model):
    """Numbers that follow each other."""

    first: Number
    last: Number


class DeliveriesMissed(Event):
    """Events with these numbers did not arrive: later ones of their line did, or their recipient was asked and knows nothing."""

    rule: ClassVar[Rule] = _rule("missed")
    system: Line = Field(description="the system within the sender that sent them, as in their source")
    numbers: tuple[int, ...] = Field(
        min_length=1, max_length=1000, description="first and last `sequence` of each gap, for who does not read `spans`"
    )
    spans: tuple[Span, ...] = Field(default=(), max_length=MOST, description="the gaps; none: `numbers` names every number")

    @classmethod
    def of(cls, system: str, gaps: Sequence[tuple[int, int]]) -> Self:
        """Gaps on the line of one system."""
        ends = dict.fromkeys(number for gap in gaps for number in gap)
        spans = tuple(Span(first=first, last=last) for first, last in gaps)
        return cls(system=system, numbers=tuple(ends), spans=spans)

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """The first and the last number of each."""
        if self.spans:
            return [(span.first, span.last) for span in self.spans]
        return [(number, number) for number in self.numbers if 0 < number <= HIGHEST]


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
