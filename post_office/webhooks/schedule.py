"""When something is tried again, and when a person hears of it."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

DELAYS = (5.0, 30.0, 120.0, 600.0, 1_800.0)
"""Seconds after the first tries that failed."""

HOURLY = 3_600.0
"""Seconds after each later one, without end."""

JITTER = 0.1
"""By how much of itself a delay may be longer or shorter, so that not all come back at once."""

SHORTEST, LONGEST = 5.0, 86_400.0
"""Seconds of ``Retry-After`` that are obeyed: less would be a flood, more would look like giving up."""

PATIENCE = timedelta(minutes=15)
AGAIN = timedelta(days=1)


def delay(tries: int, chance: float) -> timedelta:
    """How long to wait after a try that failed.

    Args:
        tries: How many have failed, that one too.
        chance: From 0 up to 1, random.
    """
    seconds = DELAYS[tries - 1] if tries <= len(DELAYS) else HOURLY
    return timedelta(seconds=seconds * (1 + JITTER * (2 * chance - 1)))


def asked_for(header: str | None, now: datetime) -> timedelta | None:
    """What ``Retry-After`` asks for (RFC 9110, 10.2.3), within bounds; None: nothing that can be read.

    Args:
        header: Its value: seconds, or a date.
        now: The time.
    """
    if not header or len(header) > 64:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        moment = date_of(text)
        if moment is None:
            return None
        seconds = (moment - now).total_seconds()
    return timedelta(seconds=min(max(seconds, SHORTEST), LONGEST))


def date_of(header: str | None) -> datetime | None:
    """A date as HTTP writes it; None: it is none."""
    if not header or len(header) > 64:
        return None
    try:
        moment = parsedate_to_datetime(header)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def alarm_at(rested: datetime | None, failing: datetime | None, alarmed: datetime | None) -> datetime | None:
    """When a person hears next; None: there is nothing to hear.

    Args:
        rested: Since when the endpoint rests.
        failing: Since when the event fails that has failed longest.
        alarmed: When a person heard last.
    """
    begins = rested or (failing + PATIENCE if failing else None)
    if begins is None or alarmed is None or alarmed < begins:
        return begins
    return alarmed + AGAIN
