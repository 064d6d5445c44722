"""The time."""

from datetime import UTC, datetime


def now_utc() -> datetime:
    """Now."""
    return datetime.now(UTC)
