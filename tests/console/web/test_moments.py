from datetime import UTC, date, datetime, timedelta

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
        (timedelta(seconds=119), "over 1 minuut", "in 1 minute"),
        (timedelta(seconds=60), "over 1 minuut", "in 1 minute"),
        (timedelta(seconds=59), "over minder dan 1 minuut", "in less than 1 minute"),
        (timedelta(seconds=0), "over minder dan 1 minuut", "in less than 1 minute"),
        (timedelta(seconds=-5), "minder dan 1 minuut te laat", "less than 1 minute late"),
        (timedelta(hours=24), "over 24 uur", "in 24 hours"),
        (timedelta(hours=48), "over 2 dagen", "in 2 days"),
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


def test_how_long_it_is_is_reckoned_in_hours_that_pass_not_by_the_dial() -> None:
    """The night in which summer time ends has an hour more."""
    before, after = (datetime(2026, 10, 25, hour, 30, tzinfo=AMSTERDAM) for hour in (1, 4))
    asked = Clock(spoken("nl"), "nl", before)
    assert asked.left(after) == "over 4 uur"
    assert not asked.is_over(before.replace(hour=2, fold=1))
    at_two = Clock(spoken("nl"), "nl", before.replace(hour=2, minute=10, fold=1))
    assert at_two.is_over(before.replace(hour=2, minute=50)), "ten past two comes again after ten to three"


def test_an_hour_that_comes_twice_says_which_one_it_is() -> None:
    first, again = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert (clock().moment(first), clock().moment(again)) == ("zo 25 okt 02:30 (zomertijd)", "zo 25 okt 02:30 (wintertijd)")
    assert clock("en").moment(again) == "Sun 25 Oct 02:30 (winter time)"
    assert clock().moment(datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) == "zo 29 mrt 03:30", "one that is left out comes never"


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("2026-11-05T22:30:00Z", datetime, "do 5 nov 23:30"),
        ("2026-11-05T22:30:00.123456+00:00", datetime, "do 5 nov 23:30"),
        ("2026-11-05T22:30:00Z", None, "do 5 nov 23:30"),
        ("2026-11-05T22:30:00", datetime, ""),
        ("2027-02-13", date, "za 13 feb 2027"),
        ("2027-02-13", None, ""),
        ("PT3H", timedelta, "3 uur"),
        ("P2D", timedelta, "2 dagen"),
        ("soon", datetime, ""),
        ("2026-11-05T22:30:00Z", str, ""),
        ("2026-99-05T22:30:00Z", None, ""),
    ],
)
def test_what_content_holds_of_time_is_said_as_people_say_it(text: str, kind: type | None, said: str) -> None:
    assert clock().read(text, kind) == said
