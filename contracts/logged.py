"""The lines of the processing log: an event is sent, taken, or handed to a system of the agency's own; a person decides."""

import secrets
from datetime import datetime
from typing import Any, NamedTuple

from contracts.agencies import Agency
from contracts.envelope import CloudEvent, source
from contracts.event import Event
from contracts.processing import DECIDING, DECIDING_FOR, Direction, ForeignOperation, Processing, activity_of, digest
from contracts.reference import Reference


class Exchange(NamedTuple):
    """An event as it travels, its content, and the slug of the other agency."""

    message: CloudEvent
    event: Event
    other: str


def sent(exchange: Exchange, at: datetime) -> Processing:
    """An event is sent: trace and span are those that travel with it."""
    message = exchange.message
    trace, span = _context(message) or (digest("trace", message.id), digest("sent", message.id)[:16])
    return _line(Direction.SENT, exchange, at, trace_id=trace, span_id=span, resource=message.source)


def taken(exchange: Exchange, me: Agency, first_seen: datetime, at: datetime) -> Processing:
    """An event is taken: the trace goes on in a span of our own.

    Args:
        exchange: What came, and from whom.
        me: Who takes it.
        first_seen: When it came into the inbox: the same message again has the same span; what is replayed comes in anew.
        at: Now.
    """
    message = exchange.message
    trace, span = _context(message) or (digest("trace", message.id), None)
    return _line(
        Direction.TAKEN,
        exchange,
        at,
        trace_id=trace,
        span_id=digest("taken", me.oin, message.id, first_seen.isoformat())[:16],
        foreign_operation=ForeignOperation(trace_id=trace, operation_id=span, entity=message.source) if span else None,
        resource=source(me.oin, "inbox"),
    )


def handed(message: CloudEvent, to: str, me: Agency, at: datetime) -> Processing:
    """A system of the agency's own is given an event that was taken; the same system again is the same line.

    Args:
        message: What came.
        to: What that system is called at the agency.
        me: Whose it is.
        at: Now.
    """
    kind = message.event_class
    trace, _ = _context(message) or (digest("trace", message.id), None)
    named = digest("handed", me.oin, message.source, message.id, to)
    return Processing(
        trace_id=trace,
        span_id=named[:16],
        name=f"handed {kind.short_name()} to {to}",
        start_time=at,
        end_time=at,
        resource=source(me.oin, "post"),
        processing_activity_id=activity_of(kind),
        data_subject_id=message.caseref,
        direction=Direction.HANDED,
        event_id=named,
        event_type=message.type,
        counterparty=me.slug,
        ground=message.ground,
        purpose=kind.rule.purpose,
    )


def decided(command: str, case: Reference, me: Agency, at: datetime, ticket: str | None = None) -> Processing:
    """A person decides; each decision begins a trace. What comes again with the same ticket is the same decision."""
    return Processing(
        trace_id=secrets.token_hex(16),
        span_id=secrets.token_hex(8),
        name=f"decided {command}",
        start_time=at,
        end_time=at,
        resource=source(me.oin, "console"),
        processing_activity_id=DECIDING,
        data_subject_id=case,
        direction=Direction.DECIDED,
        event_id=digest("ticket", case, ticket) if ticket else secrets.token_hex(16),
        event_type=command,
        counterparty=me.slug,
        ground=None,
        purpose=DECIDING_FOR,
    )


def _line(direction: Direction, exchange: Exchange, at: datetime, **own: Any) -> Processing:
    message, event, other = exchange
    return Processing(
        name=f"{direction} {event.short_name()}",
        start_time=at,
        end_time=at,
        processing_activity_id=activity_of(type(event)),
        data_subject_id=message.caseref,
        direction=direction,
        event_id=message.id,
        event_type=message.type,
        counterparty=other,
        ground=message.ground,
        purpose=event.rule.purpose,
        **own,
    )


def _context(message: CloudEvent) -> tuple[str, str] | None:
    """Trace and span that came with a message."""
    if message.traceparent is None:
        return None
    _, trace, span, _ = message.traceparent.split("-")
    return trace, span
