from datetime import UTC, datetime, timedelta

import pytest
from babel.dates import format_datetime

from console.web.moments import Clock
from console.web.ports import Language
from contracts.hours import AMSTERDAM
from tests.console.web.spoken import spoken

NOW = datetime(2026, 11, 5, 22, 30, tzinfo=UTC)
"""Half past eleven in the evening in Amsterdam."""


def clock(language: Language = "nl") -> Clock:
    return Clock(spoken(language), language, NOW)


@pytest.mark.parametrize(
    ("left", "nl", "en"),
    [
        (timedelta(hours=3), "over 3 uur", "in 3 hours"),
        (timedelta(hours=3, minutes=59), "over 3 uur", "in 3 hours"),
        (timedelta(hours=-3), "3 uur te laat", "3 hours late"),
        (timedelta(minutes=119), "over 1 uur", "in 1 hour"),
        (timedelta(minutes=59), "over 59 minuten", "in 59 minutes"),
        (timedelta(seconds=5), "over 1 minuut", "in 1 minute"),
        (timedelta(hours=47), "over 47 uur", "in 47 hours"),
        (timedelta(days=-9), "9 dagen te laat", "9 days late"),
    ],
)
def test_how_long_it_is_is_never_said_longer_than_it_is(left: timedelta, nl: str, en: str) -> None:
    assert (clock().left(NOW + left), clock("en").left(NOW + left)) == (nl, en)


def test_moments_are_those_of_amsterdam_with_the_year_where_it_is_another() -> None:
    assert clock().moment(NOW) == "do 5 nov 23:30"
    assert clock("en").moment(NOW) == "Thu 5 Nov 23:30"
    assert clock().moment(NOW + timedelta(days=100)) == "za 13 feb 2027 23:30"


def test_a_day_is_one_of_amsterdam() -> None:
    assert clock().is_today(NOW - timedelta(hours=23))
    assert not clock().is_today(NOW + timedelta(hours=1))


@pytest.mark.parametrize(("language", "locale"), [("nl", "nl"), ("en", "en_GB")])
def test_a_moment_is_written_as_unicode_writes_it(language: Language, locale: str) -> None:
    for days in range(0, 800, 9):
        at = NOW + timedelta(days=days, minutes=days)
        there = at.astimezone(AMSTERDAM)
        pattern = "EEE d MMM HH:mm" if there.year == NOW.astimezone(AMSTERDAM).year else "EEE d MMM y HH:mm"
        said = format_datetime(there, pattern, locale=locale).replace(".", "")
        assert Clock(spoken(language), language, NOW).moment(at) == said
