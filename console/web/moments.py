"""Moments as people say them: in Amsterdam, in their language, with how long it is from now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from babel.dates import get_day_names, get_month_names
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
        days, months = _names(LOCALES[self.language])
        day = f"{days[there.weekday()]} {there.day} {months[there.month]}"
        return f"{day} {there:%H:%M}" if there.year == year else f"{day} {there.year} {there:%H:%M}"

    def second(self, at: datetime) -> str:
        """``14:19:58``: when something was counted."""
        return f"{at.astimezone(AMSTERDAM):%H:%M:%S}"

    def since(self, at: datetime) -> str:
        """``sinds 3 uur``: how long something has been so."""
        number, unit = _whole(self.now - at)
        return self.words.page("time.since", time=_length(number, unit, LOCALES[self.language]))

    def left(self, until: datetime) -> str:
        """``over 3 uur``, or ``3 uur te laat``."""
        number, unit = _whole(until - self.now)
        length = _length(number, unit, LOCALES[self.language])
        return self.words.page("time.late" if self.is_over(until) else "time.left", time=length)

    def is_over(self, until: datetime) -> bool:
        """Whether it has passed."""
        return until < self.now

    def is_today(self, at: datetime) -> bool:
        """Whether it is this day in Amsterdam."""
        return at.astimezone(AMSTERDAM).date() == self.now.astimezone(AMSTERDAM).date()


@cache
def _names(locale: str) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """Days and months, short and without a point; looked up once, for a list shows many moments."""
    days, months = get_day_names("abbreviated", locale=locale), get_month_names("abbreviated", locale=locale)
    return ({n: days[n].replace(".", "") for n in range(7)}, {n: months[n].replace(".", "") for n in range(1, 13)})


@lru_cache(maxsize=1_000)
def _length(number: int, unit: str, locale: str) -> str:
    """``3 uur``."""
    return format_unit(number, unit, locale=locale)


def _whole(length: timedelta) -> tuple[int, str]:
    """In whole days, hours or minutes, none of which is said before it is over."""
    seconds = abs(length.total_seconds())
    for unit, name, from_so_many in ((DAY, "day", 2), (HOUR, "hour", 1)):
        if seconds >= from_so_many * unit:
            return int(seconds // unit), f"duration-{name}"
    return max(int(seconds // MINUTE), 1), "duration-minute"
