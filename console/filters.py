"""Which files a list asks for, as Temporal list filters. A file that an earlier version began bears no `KetenTurn`."""

from datetime import datetime

from console.batches.commands import Where

RUNNING = "ExecutionStatus = 'Running'"

KEPT = "kept"
"""The phase of a file that is kept although somebody asked about it, or that an earlier version began: listed when asked for."""

NOT_KEPT = f"(KetenPhase != '{KEPT}' OR KetenPhase IS NULL)"

WITH_ALARM = "KetenAlarm = true"


def whose_turn(slug: str) -> str:
    """Files in which it is the turn of an agency: in that of its own steps that is due first, where one waits for it."""
    return f"(KetenTurn = '{slug}' OR (KetenTurn IS NULL AND KetenOwner = '{slug}'))"


def not_whose_turn(slug: str) -> str:
    """Files in which an agency waits for others; also where it has something to do there itself."""
    return f"(KetenWaitsFor IS NOT NULL OR KetenTurn != '{slug}' OR (KetenTurn IS NULL AND KetenOwner != '{slug}'))"


def overdue(now: datetime) -> str:
    """Files in which a clock ended and nobody acted, or whose clock should have ended already."""
    return f"(KetenOverdue = true OR KetenDeadline < '{now.isoformat()}')"


def due_between(since: datetime, until: datetime) -> str:
    """Files whose next clock ends in a time: that of the step of which a list speaks, or of the file where it says none."""
    within = "{0} >= '" + since.isoformat() + "' AND {0} < '" + until.isoformat() + "'"
    due, deadline = within.format("KetenDue"), within.format("KetenDeadline")
    return f"(({due}) OR (KetenDue IS NULL AND {deadline}))"


def where(place: Where) -> tuple[str, ...]:
    """Open files of a kind, in a phase, with an alarm: as conditions."""
    asked = (("KetenKind", place.kind), ("KetenPhase", place.phase))
    return (RUNNING, *(f"{name} = '{value}'" for name, value in asked if value), *((WITH_ALARM,) if place.alarm else ()))
