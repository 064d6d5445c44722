"""When an agency is open. Which days are holidays is told by whoever asks: contracts need no calendar of a library."""

import re
from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import model_serializer, model_validator

from contracts.text import Model

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WRITTEN = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)-(mon|tue|wed|thu|fri|sat|sun) ([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})$")


class OpeningHours(Model):
    """Written as ``always`` or ``mon-fri 09:00-17:00``, Dutch local time."""

    first_day: int = 0
    last_day: int = 4
    opens: time = time(9)
    closes: time = time(17)
    always: bool = False

    def works(self, day: date, holidays: Container[date]) -> bool:
        """Whether the agency is open at some time of a day; one that is always open has no days off."""
        return self.always or (self.first_day <= day.weekday() <= self.last_day and day not in holidays)

    def open_for(self, since: datetime, until: datetime, holidays: Container[date]) -> timedelta:
        """How long the agency was open between two moments; both have a time zone."""
        if self.always:
            return max(until.astimezone(UTC) - since.astimezone(UTC), timedelta())
        first, last = since.astimezone(AMSTERDAM).date(), until.astimezone(AMSTERDAM).date()
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return sum((self._open_on(day, since, until) for day in days if self.works(day, holidays)), timedelta())

    def _open_on(self, day: date, since: datetime, until: datetime) -> timedelta:
        opens, closes = (datetime.combine(day, at, AMSTERDAM).astimezone(UTC) for at in (self.opens, self.closes))
        return max(min(closes, until) - max(opens, since), timedelta())

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: Any) -> Any:
        if not isinstance(written, str):
            return written
        if written == "always":
            return {"always": True}
        match = _WRITTEN.fullmatch(written)
        if not match:
            raise ValueError(f"opening hours {written!r} are not 'always' or like 'mon-fri 09:00-17:00'")
        first, last, opens, closes = match.groups()
        return {"first_day": DAYS.index(first), "last_day": DAYS.index(last), "opens": opens, "closes": closes}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.always and (self.opens >= self.closes or self.first_day > self.last_day):
            raise ValueError("an agency opens before it closes, and its first day comes before its last")
        return self

    @model_serializer
    def _write(self) -> str:
        if self.always:
            return "always"
        return f"{DAYS[self.first_day]}-{DAYS[self.last_day]} {self.opens:%H:%M}-{self.closes:%H:%M}"


OFFICE = OpeningHours()
ALWAYS = OpeningHours(always=True)
