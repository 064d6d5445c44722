"""When an agency is open. Which days are holidays is decided by ``workflows.engine.calendar``."""

import re
from datetime import time
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
