"""Moments as people read them: with a date and a zone, whatever the machine's own zone is."""

from datetime import UTC, datetime

from contracts.hours import AMSTERDAM

DAY, HOUR, MINUTE = 86_400, 3_600, 60


def when(moment: datetime) -> str:
    """A moment in Amsterdam, to the second; at the ends of time, where another zone cannot be reckoned, in its own."""
    try:
        there = moment.astimezone(AMSTERDAM)
    except OverflowError:
        there = moment
    return f"{there:%Y-%m-%d %H:%M:%S %Z}"


def iso(moment: datetime | None) -> str | None:
    """A moment for programs."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def ago(moment: datetime) -> str:
    """How long ago a moment was, or that it is still to come."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    return f"{_length(seconds)} ago" if seconds >= 0 else f"in {_length(-seconds)}"


def left(until: datetime) -> str:
    """How long until a clock ends."""
    seconds = (until - datetime.now(UTC)).total_seconds()
    return _length(seconds) if seconds >= 0 else "overdue"


def _length(seconds: float) -> str:
    days, hours, minutes = int(seconds // DAY), int(seconds // HOUR), int(seconds // MINUTE)
    return f"{days} d" if days else f"{hours} h" if hours else f"{minutes} min" if minutes else f"{int(seconds)} s"
