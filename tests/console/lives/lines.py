"""Lines of a processing log as tests need them: a coordinator offers help, and a shelter answers."""

from datetime import UTC, datetime, timedelta

from contracts.agencies import read_directory
from contracts.attributes import source
from contracts.event import Event
from contracts.events.referrals import ReferralAccepted, ReferralOffered
from contracts.processing import Direction, ForeignOperation, Processing, activity_of, digest
from contracts.words import Ground

DIRECTORY = read_directory()
OWN, OTHER = "coordinator-almere", "cosm-shelter"
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CASE = "k0123456789abcdefghjkmnpq"
NOW = timedelta()


def sent_line(number: int, event: type[Event] = ReferralOffered, *, after: timedelta = NOW, to: str = OTHER) -> Processing:
    """Something was sent."""
    return _line(Direction.SENT, number, event, after, to)


def taken_line(
    number: int, event: type[Event] = ReferralAccepted, *, after: timedelta = NOW, by: str = OTHER, system: str = "placement"
) -> Processing:
    """Something was taken."""
    entity = source(DIRECTORY.get(by).oin, system)
    operation = ForeignOperation(trace_id=digest(str(number)), operation_id=digest(str(number))[:16], entity=entity)
    return _line(Direction.TAKEN, number, event, after, by).model_copy(update={"foreign_operation": operation})


def _line(direction: Direction, number: int, event: type[Event], after: timedelta, other: str) -> Processing:
    return Processing(
        trace_id=digest("trace"),
        span_id=digest(direction, str(number))[:16],
        name=f"{direction} {event.short_name()}",
        start_time=AT + after,
        end_time=AT + after,
        resource=source(DIRECTORY.get(OWN).oin, "case"),
        processing_activity_id=activity_of(event),
        data_subject_id=CASE,
        direction=direction,
        event_id=f"{number:032x}",
        event_type=event.rule.type,
        counterparty=other,
        ground=Ground.CONSENT if Ground.CONSENT in event.rule.grounds else event.rule.grounds[0],
        purpose=event.rule.purpose,
    )
