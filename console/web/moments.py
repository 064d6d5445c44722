"""Moments as people say them: in Amsterdam, in their language, with how long it is from now."""

from datetime import datetime, timedelta
from typing import NamedTuple

from babel.dates import format_datetime
from babel.units import format_unit

from console.web.ports import Language, Words
from contracts.hours import AMSTERDAM

LOCALES = {"nl": "nl", "en": "en_GB"}
MINUTE, HOUR, DAY = 60, 3_600, 86_400


class Clock(NamedTuple):
    """What a person sees of moments.

    Attributes:
        words: In their language.
        language: Which one that is.
        now: The moment of this page.
    """

    words: Words
    language: Language
    now: datetime

    def moment(self, at: datetime) -> str:
        """``di 5 nov 09:12``; with the year where it is not this one."""
        there, year = at.astimezone(AMSTERDAM), self.now.astimezone(AMSTERDAM).year
        pattern = "EEE d MMM HH:mm" if there.year == year else "EEE d MMM y HH:mm"
        return format_datetime(there, pattern, locale=LOCALES[self.language]).replace(".", "")

    def left(self, until: datetime) -> str:
        """``over 3 uur``, or ``3 uur te laat``."""
        number, unit = _whole(until - self.now)
        length = format_unit(number, unit, locale=LOCALES[self.language])
        return self.words.page("time.late" if self.is_over(until) else "time.left", time=length)

    def is_over(self, until: datetime) -> bool:
        """Whether it has passed."""
        return until < self.now

    def is_today(self, at: datetime) -> bool:
        """Whether it is this day in Amsterdam."""
        return at.astimezone(AMSTERDAM).date() == self.now.astimezone(AMSTERDAM).date()


def _whole(length: timedelta) -> tuple[int, str]:
    """In whole days, hours or minutes, none of which is said before it is over."""
    seconds = abs(length.total_seconds())
    for unit, name, from_so_many in ((DAY, "day", 2), (HOUR, "hour", 1)):
        if seconds >= from_so_many * unit:
            return int(seconds // unit), f"duration-{name}"
    return max(int(seconds // MINUTE), 1), "duration-minute"
