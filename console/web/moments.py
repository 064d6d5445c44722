"""Moments as people say them: in Amsterdam, in their language, with how long it is from now."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple

from babel.dates import format_date, get_day_names, get_month_names
from babel.units import format_unit
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from console.web.ports import Language, Words
from contracts.hours import AMSTERDAM

LOCALES = {"nl": "nl", "en": "en_GB"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
READ: Mapping[Any, Callable[[str], Any]] = {
    datetime: datetime.fromisoformat,
    AwareDatetime: datetime.fromisoformat,
    date: date.fromisoformat,
    timedelta: TypeAdapter(timedelta).validate_python,
}
"""What content may hold of time, and how it is read."""
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

    def moment(self, at: datetime, *, seconds: bool = False) -> str:
        """``di 5 nov 09:12``; with the year where it is not this one, and of an hour that comes twice, which one it is."""
        there = at.astimezone(AMSTERDAM)
        said = f"{self.day(there.date())} {there:%H:%M:%S}" if seconds else f"{self.day(there.date())} {there:%H:%M}"
        if there.replace(fold=0).utcoffset() == there.replace(fold=1).utcoffset():
            return said
        return f"{said} ({self.words.page('time.winter' if there.fold else 'time.summer')})"

    def day(self, on: date) -> str:
        """``di 5 nov``; with the year where it is not this one."""
        days, months = _names(LOCALES[self.language])
        said = f"{days[on.weekday()]} {on.day} {months[on.month]}"
        return said if on.year == self.now.astimezone(AMSTERDAM).year else f"{said} {on.year}"

    def full_day(self, on: date) -> str:
        """``5 november 2026``."""
        return format_date(on, "d MMMM y", locale=LOCALES[self.language])

    def second(self, at: datetime) -> str:
        """``14:19:58``: when something was counted."""
        return f"{at.astimezone(AMSTERDAM):%H:%M:%S}"

    def since(self, at: datetime) -> str:
        """``sinds 3 uur``: how long something has been so."""
        return self.words.page("time.since", time=self.length(self.now.astimezone(UTC) - at.astimezone(UTC)))

    def length(self, of: timedelta) -> str:
        """``3 uur``, ``2 dagen``: whole ones, none of which is said before it is over."""
        number, unit = _whole(of)
        said = _length(max(number, 1), unit, LOCALES[self.language])
        return said if number else self.words.page("time.less", time=said)

    def left(self, until: datetime) -> str:
        """``over 3 uur``, or ``3 uur te laat``."""
        length = self.length(until.astimezone(UTC) - self.now.astimezone(UTC))  # within one zone Python reckons by the dial
        return self.words.page("time.late" if self.is_over(until) else "time.left", time=length)

    def read(self, text: str, kind: Any = None) -> str:
        """A moment, day or length as it stands in content, as people say it.

        Args:
            text: As JSON has it.
            kind: What it is, where that is known; else what is written in full as a moment is one.

        Returns:
            Empty: it is none.
        """
        if kind is not None and kind not in READ:
            return ""
        if kind is None and not MOMENT.fullmatch(text):
            return ""
        try:
            value: Any = READ[kind or datetime](text)
        except (ValidationError, ValueError):
            return ""
        if isinstance(value, timedelta):
            return self.length(value)
        if isinstance(value, datetime):
            return self.moment(value) if value.tzinfo else ""
        return self.day(value)

    def is_over(self, until: datetime) -> bool:
        """Whether it has passed."""
        return until.astimezone(UTC) < self.now.astimezone(UTC)

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
    return int(seconds // MINUTE), "duration-minute"
